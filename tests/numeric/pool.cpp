// SPDX-License-Identifier: Apache-2.0
// Pools: padding, ceiling, dilation, counting; and pools of whole images.
#include "tests/numeric/Numeric.h"

#include <cmath>
#include <limits>

using namespace cnnc::numeric;

namespace {
struct Pool {
  Shape x = {1, 17, 9, 13};
  Shape kernel = {3, 3}, stride = {2, 2}, pad = {0, 0, 0, 0}, dilation = {1, 1};
  bool ceil = false, countPad = false;

  int64_t length(int d) const {
    int64_t padded = x[2 + d] + pad[d] + pad[d + 2], room = padded - (kernel[d] - 1) * dilation[d] - 1;
    int64_t count = (ceil ? (room + stride[d] - 1) / stride[d] : room / stride[d]) + 1;
    return ceil && (count - 1) * stride[d] >= x[2 + d] + pad[d] ? count - 1 : count;
  }
  Shape shape() const { return {x[0], x[1], length(0), length(1)}; }
};
} // namespace

static Expected pool(const Pool &p, bool average, const Tensor &x) {
  Expected result(p.shape());
  result.value.each([&](const Shape &at) {
    double most = -std::numeric_limits<double>::infinity(), sum = 0, size = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < p.kernel[0]; ++i)
      for (int64_t j = 0; j < p.kernel[1]; ++j) {
        int64_t h = at[2] * p.stride[0] - p.pad[0] + i * p.dilation[0];
        int64_t w = at[3] * p.stride[1] - p.pad[1] + j * p.dilation[1];
        bool inside = h >= 0 && h < p.x[2] && w >= 0 && w < p.x[3];
        // What ceil lets hang over the padding does not count.
        count += inside || (p.countPad && h < p.x[2] + p.pad[2] && w < p.x[3] + p.pad[3]);
        if (!inside)
          continue;
        double value = x.at({at[0], at[1], h, w});
        most = std::max(most, value);
        sum += value;
        size += std::abs(value);
      }
    if (average)
      result.set(at, sum / count, size / count);
    else
      result.set(at, most, 0);
  });
  return result;
}

static std::string attributes(const Pool &p) {
  return "kernel = " + numbers(p.kernel) + ", stride = " + numbers(p.stride) + ", pad = " + numbers(p.pad) +
         ", dilation = " + numbers(p.dilation) + ", ceil = " + (p.ceil ? "true" : "false");
}

static Case maxPool(const Pool &p) {
  return {"max_pool", attributes(p), {{p.x}}, p.shape(),
          [p](const std::vector<Tensor> &in) { return pool(p, false, in[0]); }};
}

static Case avgPool(const Pool &p) {
  return {"avg_pool", attributes(p) + ", count_include_pad = " + (p.countPad ? "true" : "false"), {{p.x}}, p.shape(),
          [p](const std::vector<Tensor> &in) { return pool(p, true, in[0]); }};
}

static Case globalPool(const char *op, Shape x, bool average) {
  Shape shape(x.size(), 1);
  shape[0] = x[0], shape[1] = x[1];
  return {op, "", {{x}}, shape, [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            double count = static_cast<double>(in[0].values.size()) / static_cast<double>(x[0] * x[1]);
            Tensor most(shape, -std::numeric_limits<double>::infinity());
            in[0].each([&](const Shape &at) {
              Shape target(x.size());
              target[0] = at[0], target[1] = at[1];
              double value = in[0].at(at);
              most.at(target) = std::max(most.at(target), value);
              result.value.at(target) += value / count;
              result.magnitude.at(target) += std::abs(value) / count;
            });
            if (!average)
              result.value = most;
            return result;
          }};
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (bool ceil : {false, true})
    for (Shape pad : {Shape{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 0, 1, 1}, {1, 0, 0, 1}})
      for (Shape kernel : {Shape{2, 2}, {3, 3}, {3, 2}})
        for (Shape stride : {Shape{1, 1}, {2, 2}, {2, 3}}) {
          Pool p{.kernel = kernel, .stride = stride, .pad = pad, .ceil = ceil};
          all.push_back(maxPool(p));
          all.push_back(avgPool(p));
          p.countPad = true;
          all.push_back(avgPool(p));
        }
  for (int64_t channels : {1, 3, 58})
    for (int64_t width : {1, 7, 13, 15}) {
      Pool p{.x = {1, channels, 7, width}, .pad = {1, 1, 1, 1}};
      all.push_back(maxPool(p));
      all.push_back(avgPool(p));
    }
  for (bool ceil : {false, true}) {
    Pool p{.x = {2, 5, 11, 12}, .pad = {1, 1, 1, 1}, .dilation = {2, 3}, .ceil = ceil};
    all.push_back(maxPool(p));
    all.push_back(avgPool(p));
    p.countPad = true;
    all.push_back(avgPool(p));
  }
  for (const char *type : {"f64", "f16", "bf16"}) {
    all.push_back(maxPool({.pad = {1, 1, 1, 1}}).withType(type));
    all.push_back(avgPool({.pad = {1, 1, 1, 1}}).withType(type));
  }
  for (const char *type : {"si8", "ui8"}) {
    Case integers = maxPool({.pad = {1, 1, 1, 1}}).withType(type);
    integers.operands[0].low = type[0] == 'u' ? 0 : -128;
    integers.operands[0].high = type[0] == 'u' ? 255 : 127;
    all.push_back(integers);
  }
  for (int64_t channels : {1, 3, 17, 58})
    for (int64_t width : {1, 7, 13, 15}) {
      all.push_back(globalPool("global_avg_pool", {1, channels, 7, width}, true));
      all.push_back(globalPool("global_max_pool", {2, channels, 3, width}, false));
    }
  all.push_back(globalPool("global_avg_pool", {1, 4, 5}, true));
  all.push_back(globalPool("global_avg_pool", {1, 2, 112, 112}, true));
  return all;
}

static Family family("pool", cases);
