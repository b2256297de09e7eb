// SPDX-License-Identifier: Apache-2.0
// Batch norm, local response normalisation and softmax.
#include "tests/numeric/Numeric.h"

#include <cmath>

using namespace cnnc::numeric;

static Case bn(Shape x, bool constants) {
  Shape channels = {x[1]};
  std::vector<Operand> operands = {{x}, weight(channels), weight(channels), weight(channels), weight(channels, 0.1, 2)};
  for (size_t i = 1; i < operands.size(); ++i)
    operands[i].isConstant = constants;
  return {"bn", "eps = 0.001 : f64", operands, x, [=](const std::vector<Tensor> &in) {
            Expected result(x);
            in[0].each([&](const Shape &at) {
              Shape c = {at[1]};
              double scale = in[1].at(c) / std::sqrt(in[4].at(c) + 0.001);
              double value = (in[0].at(at) - in[3].at(c)) * scale + in[2].at(c);
              double size = (std::abs(in[0].at(at)) + std::abs(in[3].at(c))) * std::abs(scale) + std::abs(in[2].at(c));
              result.set(at, value, size);
            });
            return result;
          }};
}

static Case lrn(Shape x, int64_t size, double alpha, double beta, double k) {
  std::string attributes = "size = " + std::to_string(size) + " : i64, alpha = " + std::to_string(alpha) +
                           " : f64, beta = " + std::to_string(beta) + " : f64, k = " + std::to_string(k) + " : f64";
  return {"lrn", attributes, {{x, -3, 3}}, x, [=](const std::vector<Tensor> &in) {
            Expected result(x);
            in[0].each([&](const Shape &at) {
              double squares = 0;
              for (int64_t c = at[1] - (size - 1) / 2; c <= at[1] + size / 2; ++c)
                if (c >= 0 && c < x[1]) {
                  Shape other = at;
                  other[1] = c;
                  squares += in[0].at(other) * in[0].at(other);
                }
              double value = in[0].at(at) * std::pow(k + alpha / size * squares, -beta);
              result.set(at, value, 2 * std::abs(value));
            });
            return result;
          }};
}

static Case softmax(Shape x, int64_t axis, bool log, double range) {
  return {log ? "log_softmax" : "softmax",
          "axis = " + std::to_string(axis) + " : i64",
          {{x, -range, range}},
          x,
          [=](const std::vector<Tensor> &in) {
            Expected result(x);
            in[0].each([&](const Shape &at) {
              Shape other = at;
              double most = -INFINITY, sum = 0;
              for (other[axis] = 0; other[axis] < x[axis]; ++other[axis])
                most = std::max(most, in[0].at(other));
              for (other[axis] = 0; other[axis] < x[axis]; ++other[axis])
                sum += std::exp(in[0].at(other) - most);
              double distance = in[0].at(at) - most;
              if (log)
                result.set(at, distance - std::log(sum), std::abs(distance) + std::abs(std::log(sum)) + 1);
              else
                result.set(at, std::exp(distance) / sum, (1 - distance) * std::exp(distance) / sum);
            });
            return result;
          }};
}

static double relu(double x) { return std::max(x, 0.0); }

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (int64_t channels : {1, 3, 17, 58})
    for (int64_t width : {1, 7, 13, 15}) {
      all.push_back(bn({1, channels, 3, width}, true));
      all.push_back(lrn({1, channels, 2, width}, 5, 1e-4, 0.75, 1));
      all.push_back(softmax({1, channels, 2, width}, 1, false, 5));
    }
  all.push_back(bn({2, 17, 5}, true));
  all.push_back(bn({2, 17}, true));
  all.push_back(bn({2, 3, 4, 5}, false));
  all.push_back(bn({1, 17, 3, 5}, true).then("relu", "", relu));
  all.push_back(lrn({1, 7, 3, 5}, 4, 0.5, 0.6, 2));
  all.push_back(lrn({2, 7, 3, 5}, 3, 0.5, 0.75, 0.5));
  all.push_back(lrn({1, 7, 3, 5}, 1, 0.5, 1, 1));
  for (bool log : {false, true}) {
    for (int64_t axis : {0, 1, 2, 3})
      all.push_back(softmax({2, 3, 4, 5}, axis, log, 5));
    all.push_back(softmax({1, 1000}, 1, log, 20));
    all.push_back(softmax({3, 7}, 1, log, 90));
    all.push_back(softmax({5}, 0, log, 1));
    for (const char *type : {"f64", "f16", "bf16"})
      all.push_back(softmax({2, 9}, 1, log, 3).withType(type));
  }
  return all;
}

static Family family("norm", cases);
