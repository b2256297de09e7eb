// SPDX-License-Identifier: Apache-2.0
// Reductions, and the index of an extreme.
#include "tests/numeric/Numeric.h"

#include <algorithm>
#include <cmath>

using namespace cnnc::numeric;

namespace {
/// What a reduction makes of a list, and the size of what it added up.
struct Reduction {
  const char *op;
  double (*value)(const std::vector<double> &);
  double (*size)(const std::vector<double> &);
  double low = -1, high = 1;
};
} // namespace

static double sum(const std::vector<double> &x, double (*f)(double)) {
  double result = 0;
  for (double value : x)
    result += f(value);
  return result;
}
static double itself(double x) { return x; }
static double absolute(double x) { return std::abs(x); }
static double square(double x) { return x * x; }
static double total(const std::vector<double> &x) { return sum(x, itself); }
static double absolutes(const std::vector<double> &x) { return sum(x, absolute); }
static double squares(const std::vector<double> &x) { return sum(x, square); }
static double mean(const std::vector<double> &x) { return total(x) / x.size(); }
static double meanSize(const std::vector<double> &x) { return absolutes(x) / x.size(); }
static double most(const std::vector<double> &x) { return *std::max_element(x.begin(), x.end()); }
static double least(const std::vector<double> &x) { return *std::min_element(x.begin(), x.end()); }
static double none(const std::vector<double> &) { return 0; }
static double product(const std::vector<double> &x) {
  double result = 1;
  for (double value : x)
    result *= value;
  return result;
}
static double productSize(const std::vector<double> &x) { return x.size() * std::abs(product(x)); }
static double root(const std::vector<double> &x) { return std::sqrt(squares(x)); }
static double logSum(const std::vector<double> &x) { return std::log(total(x)); }
static double logSumSize(const std::vector<double> &x) { return std::abs(logSum(x)) + 1; }
static double logSumExp(const std::vector<double> &x) {
  double result = 0;
  for (double value : x)
    result += std::exp(value - most(x));
  return std::log(result) + most(x);
}
static double logSumExpSize(const std::vector<double> &x) { return 2 * std::abs(most(x)) + 3; }

static const Reduction reductions[] = {
    {"reduce_sum", total, absolutes},
    {"reduce_mean", mean, meanSize},
    {"reduce_max", most, none},
    {"reduce_min", least, none},
    {"reduce_prod", product, productSize, 0.5, 1.5},
    {"reduce_l1", absolutes, absolutes},
    {"reduce_l2", root, root},
    {"reduce_sum_square", squares, squares},
    {"reduce_log_sum", logSum, logSumSize, 0.1, 2},
    {"reduce_log_sum_exp", logSumExp, logSumExpSize, -50, 50},
};

static Shape reduced(const Shape &x, const Shape &axes, bool keep) {
  Shape shape;
  for (int64_t d = 0; d < static_cast<int64_t>(x.size()); ++d)
    if (std::find(axes.begin(), axes.end(), d) == axes.end())
      shape.push_back(x[d]);
    else if (keep)
      shape.push_back(1);
  return shape;
}

/// The elements that make each element of the result.
static std::vector<std::vector<double>> lists(const Tensor &x, const Shape &axes) {
  Tensor places(reduced(x.shape, axes, true));
  for (size_t i = 0; i < places.values.size(); ++i)
    places.values[i] = static_cast<double>(i);
  std::vector<std::vector<double>> result(places.values.size());
  x.each([&](const Shape &at) {
    Shape target = at;
    for (int64_t axis : axes)
      target[axis] = 0;
    result[static_cast<size_t>(places.at(target))].push_back(x.at(at));
  });
  return result;
}

static Case reduce(const Reduction &what, Shape x, Shape axes, bool keep, const char *type = "f32") {
  Shape shape = reduced(x, axes, keep);
  std::string attributes = "axes = " + numbers(axes) + ", keep_dims = " + (keep ? "true" : "false");
  bool integer = std::string(type) == "si32";
  Case result{what.op, attributes, {{x, what.low, what.high}}, shape, [=](const std::vector<Tensor> &in) {
                Expected result(shape);
                auto all = lists(in[0], axes);
                for (size_t i = 0; i < all.size(); ++i) {
                  double value = what.value(all[i]);
                  result.value.values[i] = integer ? std::trunc(value) : value;
                  result.magnitude.values[i] = what.size(all[i]);
                }
                return result;
              }};
  result.type = type;
  if (integer)
    result.operands[0].low = std::string(what.op) == "reduce_log_sum" ? 1 : -9, result.operands[0].high = 9;
  return result;
}

static Case arg(const char *op, Shape x, int64_t axis, bool keep, bool last, const char *type = "f32") {
  std::string attributes = "axis = " + std::to_string(axis) + " : i64, keep_dims = " + (keep ? "true" : "false") +
                           ", select_last = " + (last ? "true" : "false");
  Shape shape = reduced(x, {axis}, keep);
  bool greatest = std::string(op) == "arg_max", integer = type[0] == 's';
  // Few integers, so that extremes occur more than once.
  double range = integer ? 2 : 1;
  Case result{op, attributes, {{x, -range, range}}, shape, [=](const std::vector<Tensor> &in) {
                Expected result(shape);
                auto all = lists(in[0], {axis});
                for (size_t i = 0; i < all.size(); ++i) {
                  size_t best = 0;
                  for (size_t k = 1; k < all[i].size(); ++k) {
                    double a = all[i][k], b = all[i][best];
                    if (greatest ? a > b : a < b)
                      best = k;
                    else if (last && a == b)
                      best = k;
                  }
                  result.value.values[i] = static_cast<double>(best);
                }
                return result;
              }};
  result.type = type;
  result.resultType = "si64";
  return result;
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Reduction &what : reductions) {
    for (bool keep : {true, false}) {
      all.push_back(reduce(what, {2, 3, 4, 5}, {2, 3}, keep));
      all.push_back(reduce(what, {2, 3, 4, 5}, {1}, keep));
      all.push_back(reduce(what, {2, 3, 4, 5}, {0, 2}, keep));
      all.push_back(reduce(what, {2, 3, 4}, {0, 1, 2}, keep));
    }
    all.push_back(reduce(what, {3, 1, 17}, {1}, true));
    all.push_back(reduce(what, {1, 17, 7, 13}, {2, 3}, true));
    for (const char *type : {"f64", "f16", "bf16", "si32"})
      all.push_back(reduce(what, {2, 5, 3}, {1}, true, type));
  }
  all.push_back(reduce(reductions[1], {1, 3, 112, 112}, {2, 3}, true));
  for (const char *op : {"arg_max", "arg_min"})
    for (int64_t axis : {0, 1, 2})
      for (bool last : {false, true}) {
        all.push_back(arg(op, {3, 7, 5}, axis, last, last));
        all.push_back(arg(op, {3, 7, 5}, axis, !last, last, "si32"));
      }
  return all;
}

static Family family("reduce", cases);
