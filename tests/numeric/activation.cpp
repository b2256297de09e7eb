// SPDX-License-Identifier: Apache-2.0
// Activations and functions of one element.
#include "tests/numeric/Numeric.h"

#include <algorithm>
#include <cmath>

using namespace cnnc::numeric;

namespace {
struct Function {
  const char *op, *attributes;
  double (*value)(double);
  double low = -8, high = 8;
};
} // namespace

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
static double softplus(double x) { return std::log1p(std::exp(x)); }

static const Function functions[] = {
    {"relu", "", [](double x) { return std::max(x, 0.0); }},
    {"leaky_relu", "alpha = 0.1 : f64", [](double x) { return x < 0 ? 0.1 * x : x; }},
    {"thresholded_relu", "alpha = 1.5 : f64", [](double x) { return x > 1.5 ? x : 0; }},
    {"clip", "min = -1.0 : f64, max = 2.0 : f64", [](double x) { return std::clamp(x, -1.0, 2.0); }},
    {"clip", "max = 2.0 : f64", [](double x) { return std::min(x, 2.0); }},
    {"sigmoid", "", sigmoid},
    {"hard_sigmoid", "", [](double x) { return std::clamp(0.2 * x + 0.5, 0.0, 1.0); }},
    {"hard_swish", "", [](double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }},
    {"tanh", "", [](double x) { return std::tanh(x); }},
    {"elu", "alpha = 1.5 : f64", [](double x) { return x < 0 ? 1.5 * std::expm1(x) : x; }},
    {"celu", "alpha = 2.0 : f64", [](double x) { return x < 0 ? 2 * std::expm1(x / 2) : x; }},
    {"gelu", "", [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
    {"silu", "", [](double x) { return x * sigmoid(x); }},
    {"mish", "", [](double x) { return x * std::tanh(softplus(x)); }},
    {"softplus", "", softplus},
    {"softsign", "", [](double x) { return x / (1 + std::abs(x)); }},
    {"sqrt", "", [](double x) { return std::sqrt(x); }, 0, 9},
    {"exp", "", [](double x) { return std::exp(x); }},
    {"log", "", [](double x) { return std::log(x); }, 0.01, 9},
    {"abs", "", [](double x) { return std::abs(x); }},
    {"neg", "", [](double x) { return -x; }},
    {"erf", "", [](double x) { return std::erf(x); }},
    {"reciprocal", "", [](double x) { return 1 / x; }, 0.1, 9},
    {"floor", "", [](double x) { return std::floor(x); }},
    {"ceil", "", [](double x) { return std::ceil(x); }},
    {"round", "", [](double x) { return std::nearbyint(x); }},
    {"sin", "", [](double x) { return std::sin(x); }},
    {"cos", "", [](double x) { return std::cos(x); }},
};

static Case map(const Function &function, Shape shape) {
  return {function.op,
          function.attributes,
          {{shape, function.low, function.high}},
          shape,
          [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            in[0].each([&](const Shape &at) {
              double x = in[0].at(at), value = function.value(x);
              result.set(at, value, std::abs(value) + 0.1 * std::abs(x));
            });
            return result;
          }};
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Function &function : functions) {
    for (Shape shape : {Shape{1, 17, 3, 13}, {2, 3, 1, 7}, {5, 9}, {11}})
      all.push_back(map(function, shape));
    for (const char *type : {"f64", "f16", "bf16"})
      all.push_back(map(function, {2, 3}).withType(type));
  }
  return all;
}

static Family family("activation", cases);
