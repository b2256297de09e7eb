// SPDX-License-Identifier: Apache-2.0
// Operators on several operands that broadcast, on integers and bools, and conversions of type.
#include "tests/numeric/Numeric.h"

#include <algorithm>
#include <cmath>

using namespace cnnc::numeric;

namespace {
/// A function of two numbers, and the size of what its result was rounded from.
struct Function {
  const char *op;
  double (*value)(double, double);
  double (*size)(double, double, double);
  double low = -4, high = 4; ///< of both operands
};
} // namespace

static double none(double, double, double) { return 0; }
static double ofResult(double, double, double y) { return std::abs(y); }
static double ofBoth(double a, double b, double) { return std::abs(a) + std::abs(b); }
static double ofPower(double a, double b, double y) { return (1 + std::abs(b * std::log(a))) * std::abs(y); }

static const Function arithmetic[] = {
    {"add", [](double a, double b) { return a + b; }, ofBoth},
    {"sub", [](double a, double b) { return a - b; }, ofBoth},
    {"mul", [](double a, double b) { return a * b; }, ofResult},
    {"div", [](double a, double b) { return a / b; }, ofResult, 0.5, 4},
    {"max", [](double a, double b) { return std::max(a, b); }, none},
    {"min", [](double a, double b) { return std::min(a, b); }, none},
    {"pow", [](double a, double b) { return std::pow(a, b); }, ofPower, 0.5, 4},
};
static const Function integers[] = {
    {"add", [](double a, double b) { return a + b; }, none},
    {"sub", [](double a, double b) { return a - b; }, none, 0, 9},
    {"mul", [](double a, double b) { return a * b; }, none, -9, 9},
    {"div", [](double a, double b) { return std::trunc(a / b); }, none, 1, 90},
    {"max", [](double a, double b) { return std::max(a, b); }, none, -90, 90},
    {"min", [](double a, double b) { return std::min(a, b); }, none, -90, 90},
    {"mod", [](double a, double b) { return a - std::floor(a / b) * b; }, none, 1, 90},
    {"pow", [](double a, double b) { return std::pow(a, b); }, none, 0, 3.9},
};
/// x / 0 is 0.
static const Function divisions[] = {
    {"div", [](double a, double b) { return b == 0 ? 0 : std::trunc(a / b); }, none, -1.99, 1.99},
    {"mod", [](double a, double b) { return b == 0 ? 0 : a - std::floor(a / b) * b; }, none, -1.99, 1.99},
};
static const Function comparisons[] = {
    {"equal", [](double a, double b) { return double(a == b); }, none},
    {"less", [](double a, double b) { return double(a < b); }, none},
    {"less_equal", [](double a, double b) { return double(a <= b); }, none},
    {"greater", [](double a, double b) { return double(a > b); }, none},
    {"greater_equal", [](double a, double b) { return double(a >= b); }, none},
};
static const Function logic[] = {
    {"and", [](double a, double b) { return double(a && b); }, none, 0, 1.99},
    {"or", [](double a, double b) { return double(a || b); }, none, 0, 1.99},
    {"xor", [](double a, double b) { return double(a != b); }, none, 0, 1.99},
};

static bool isUnsigned(const std::string &type) { return type[0] == 'u'; }

static Shape broadcast(const Shape &a, const Shape &b) {
  Shape longer = a.size() < b.size() ? b : a, shorter = a.size() < b.size() ? a : b;
  size_t lead = longer.size() - shorter.size();
  for (size_t d = 0; d < shorter.size(); ++d)
    longer[lead + d] = std::max(longer[lead + d], shorter[d]);
  return longer;
}
/// An operand's element for an index of the result.
static double broadcastAt(const Tensor &x, const Shape &at) {
  Shape index(at.end() - static_cast<int64_t>(x.shape.size()), at.end());
  for (size_t d = 0; d < index.size(); ++d)
    index[d] = x.shape[d] == 1 ? 0 : index[d];
  return x.at(index);
}

static Case binary(const Function &f, Shape a, Shape b, const std::string &type = "f32", bool constant = false) {
  Shape shape = broadcast(a, b);
  double low = isUnsigned(type) ? std::max(f.low, 0.0) : f.low;
  // Unsigned numbers shall not go below zero.
  double least = isUnsigned(type) && f.op == std::string("sub") ? f.high : low;
  return {f.op,
          "",
          {{a, least, least + f.high - low}, {b, low, f.high, constant}},
          shape,
          [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            result.value.each([&](const Shape &at) {
              double left = broadcastAt(in[0], at), right = broadcastAt(in[1], at), value = f.value(left, right);
              result.set(at, value, f.size(left, right, value));
            });
            return result;
          },
          type};
}
static Case toBool(Case binary) {
  binary.resultType = "i1";
  return binary;
}

static Case where(Shape condition, Shape a, Shape b, const std::string &type = "f32", bool constant = false) {
  Shape shape = broadcast(broadcast(condition, a), b);
  double low = isUnsigned(type) ? 0 : -9;
  return {"where",
          "",
          {{condition, 0, 1.99, constant, "i1"}, {a, low, 9}, {b, low, 9}},
          shape,
          [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            result.value.each(
                [&](const Shape &at) { result.set(at, broadcastAt(in[broadcastAt(in[0], at) ? 1 : 2], at), 0); });
            return result;
          },
          type};
}

static Case map(const char *op, const std::string &attributes, Operand x, const std::string &type,
                const std::string &resultType, double (*function)(double)) {
  return {op,
          attributes,
          {x},
          x.shape,
          [=](const std::vector<Tensor> &in) {
            Expected result(x.shape);
            for (size_t i = 0; i < in[0].values.size(); ++i)
              result.value.values[i] = function(in[0].values[i]);
            return result;
          },
          type,
          resultType};
}

static double itself(double x) { return x; }

static Case cast(const std::string &from, const std::string &to) {
  bool whole = to[0] != 'f' && to[0] != 'b', negative = !isUnsigned(from) && !isUnsigned(to) && from != "i1";
  Case result = map("cast", "to = " + to, {{3, 7}, negative ? -9.0 : 0.0, from == "i1" ? 1.99 : 9.0}, from, to,
                    to == "i1" ? [](double x) { return double(x != 0); }
                    : whole    ? [](double x) { return std::trunc(x); }
                               : itself);
  if (from != "f64" || to != "f32")
    return result;
  auto exact = result.reference;
  result.reference = [=](const std::vector<Tensor> &in) {
    Expected rounded = exact(in);
    for (size_t i = 0; i < in[0].values.size(); ++i)
      rounded.magnitude.values[i] = std::abs(in[0].values[i]);
    return rounded;
  };
  return result;
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  // Channels and widths, beside a number for each channel.
  for (int64_t channels : {1, 3, 17, 58})
    for (int64_t width : {1, 7, 13, 15}) {
      all.push_back(binary(arithmetic[0], {1, channels, 2, width}, {1, channels, 2, width}));
      all.push_back(binary(arithmetic[2], {1, channels, 2, width}, {1, channels, 1, 1}, "f32", width == 7));
    }
  // Ways to broadcast.
  std::pair<Shape, Shape> shapes[] = {{{2, 3, 4, 5}, {2, 3, 4, 5}},
                                      {{2, 3, 4, 5}, {5}},
                                      {{2, 3, 4, 5}, {}},
                                      {{}, {3, 4}},
                                      {{3, 1}, {1, 5}},
                                      {{2, 1, 4, 1}, {3, 1, 5}},
                                      {{4, 5}, {2, 3, 4, 5}},
                                      {{1, 17, 3, 5}, {17, 1, 1}},
                                      {{2, 17, 3, 5}, {2, 17, 1, 1}},
                                      {{1, 1, 3, 5}, {1, 7, 3, 5}},
                                      {{1}, {1}},
                                      {{}, {}},
                                      {{2, 3, 4}, {3, 1}},
                                      {{2, 5, 1, 1}, {2, 5, 1, 1}},
                                      {{9, 33}, {33}}};
  for (const auto &[a, b] : shapes)
    for (bool constant : {false, true}) {
      all.push_back(binary(arithmetic[1], a, b, "f32", constant));
      all.push_back(binary(arithmetic[3], a, b, "f32", constant));
    }
  for (const Function &f : arithmetic) {
    all.push_back(binary(f, {1, 17, 3, 5}, {1, 17, 3, 5}));
    for (const char *type : {"f64", "f16", "bf16"})
      all.push_back(binary(f, {3, 5}, {5}, type));
  }
  for (const char *type : {"si64", "si32", "si16", "si8", "ui64", "ui32", "ui16", "ui8"}) {
    for (const Function &f : integers)
      all.push_back(binary(f, {3, 7}, {7}, type));
    for (const Function &f : divisions)
      all.push_back(binary(f, {3, 7}, {7}, type));
    for (const Function &f : comparisons)
      all.push_back(toBool(binary(f, {3, 7}, {7}, type)));
    all.push_back(where({3, 1}, {3, 7}, {7}, type));
    for (const char *to : {"f32", "si64", "ui8", "si16", "f16", "i1"})
      all.push_back(cast(type, to));
    bool negative = !isUnsigned(type);
    all.push_back(
        map("abs", "", {{2, 5}, negative ? -90.0 : 0.0, 90}, type, type, [](double x) { return std::abs(x); }));
    all.push_back(map("sign", "", {{2, 5}, negative ? -2.9 : 0.0, 2.9}, type, type,
                      [](double x) { return double((x > 0) - (x < 0)); }));
    all.push_back(
        map("relu", "", {{2, 5}, negative ? -90.0 : 0.0, 90}, type, type, [](double x) { return std::max(x, 0.0); }));
    all.push_back(map("clip", "min = 3.0 : f64, max = 50.0 : f64", {{2, 5}, negative ? -90.0 : 0.0, 90}, type, type,
                      [](double x) { return std::clamp(x, 3.0, 50.0); }));
  }
  for (const char *type : {"f32", "f64", "f16", "bf16"}) {
    for (const Function &f : comparisons)
      all.push_back(toBool(binary(f, {3, 7}, {7}, type)));
    for (const char *to : {"f32", "f64", "f16", "bf16", "si64", "si32", "si8", "ui8", "i1"})
      if (std::string(type) != to)
        all.push_back(cast(type, to));
  }
  for (const char *to : {"f32", "si64", "ui8", "f16"})
    all.push_back(cast("i1", to));
  for (const Function &f : logic)
    for (bool constant : {false, true})
      all.push_back(binary(f, {3, 7}, {7}, "i1", constant));
  all.push_back(map("not", "", {{3, 7}, 0, 1.99}, "i1", "i1", [](double x) { return double(!x); }));
  all.push_back(where({1, 17, 3, 5}, {1, 17, 3, 5}, {1, 17, 3, 5}));
  all.push_back(where({3, 1}, {5}, {2, 1, 1}, "f32", true));
  all.push_back(where({2, 3, 4}, {}, {4}));
  // The remainder of floats has the sign of the dividend.
  all.push_back({"mod", "", {{{3, 7}, -1, 1}, {{7}, 2, 3}}, {3, 7}, [](const std::vector<Tensor> &in) {
                   Expected result({3, 7});
                   result.value.each([&](const Shape &at) { result.set(at, in[0].at(at), std::abs(in[0].at(at))); });
                   return result;
                 }});
  all.push_back(map("dropout", "ratio = 0.3 : f64", {{1, 3, 2, 7}}, "f32", "f32", itself));
  all.push_back(map("stochastic_depth", "ratio = 0.3 : f64", {{1, 3, 2, 7}}, "f32", "f32", itself));
  // A chain over several images, of which one operand is a number for each channel.
  all.push_back(binary(arithmetic[2], {2, 17, 3, 7}, {17, 1, 1}, "f32", true)
                    .then("relu", "", [](double x) { return std::max(x, 0.0); })
                    .plusResidual()
                    .then("sigmoid", "", [](double x) { return 1 / (1 + std::exp(-x)); }));
  return all;
}

static Family family("elementwise", cases);
