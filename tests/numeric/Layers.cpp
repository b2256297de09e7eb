// SPDX-License-Identifier: Apache-2.0
// References of layers, in double precision.
#include "tests/numeric/Layers.h"

#include <cmath>
#include <limits>

using namespace cnnc::numeric;

double cnnc::numeric::relu(double x) { return std::max(x, 0.0); }
double cnnc::numeric::relu6(double x) { return std::min(std::max(x, 0.0), 6.0); }
double cnnc::numeric::sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double cnnc::numeric::silu(double x) { return x * sigmoid(x); }

static Expected convolve(const Conv &p, const std::vector<Tensor> &in) {
  Expected result({p.batch, p.filters, p.outHeight(), p.outWidth()});
  int64_t channels = p.channels / p.groups, filters = p.filters / p.groups;
  result.value.each([&](const Shape &at) {
    double sum = p.bias ? in[2].at({at[1]}) : 0, size = std::abs(sum);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t i = 0; i < p.kh; ++i)
        for (int64_t j = 0; j < p.kw; ++j) {
          int64_t h = at[2] * p.stride[0] - p.pad[0] + i * p.dilation[0];
          int64_t w = at[3] * p.stride[1] - p.pad[1] + j * p.dilation[1];
          if (h < 0 || h >= p.height || w < 0 || w >= p.width)
            continue;
          double product = in[0].at({at[0], at[1] / filters * channels + c, h, w}) * in[1].at({at[1], c, i, j});
          sum += product;
          size += std::abs(product);
        }
    result.set(at, sum, size);
  });
  return result;
}

Case cnnc::numeric::conv(const Conv &p) {
  Shape weights = {p.filters, p.channels / p.groups, p.kh, p.kw};
  Shape shape = {p.batch, p.filters, p.outHeight(), p.outWidth()};
  Case result = {"conv", p.attributes(), p.operands(weights), shape,
                 [p](const std::vector<Tensor> &in) { return convolve(p, in); }};
  // Winograd's sums round with what cancels in them.
  if (p.stride == Shape{1, 1} && p.channels / p.groups >= (p.groups == 1 ? 16 : 48) && p.kh * p.kw > 1)
    result.slack = 64;
  return result;
}

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

Case cnnc::numeric::maxPool(const Pool &p) {
  return {"max_pool", attributes(p), {{p.x}}, p.shape(), [p](const std::vector<Tensor> &in) {
            return pool(p, false, in[0]);
          }};
}

Case cnnc::numeric::avgPool(const Pool &p) {
  return {"avg_pool",
          attributes(p) + ", count_include_pad = " + (p.countPad ? "true" : "false"),
          {{p.x}},
          p.shape(),
          [p](const std::vector<Tensor> &in) { return pool(p, true, in[0]); }};
}

Case cnnc::numeric::globalPool(const char *op, Shape x, bool average) {
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

Case cnnc::numeric::fc(int64_t images, int64_t depth, int64_t units, bool bias) {
  std::vector<Operand> operands = {{{images, depth}}, weight({units, depth})};
  if (bias)
    operands.push_back(weight({units}));
  return {"fc", "", operands, {images, units}, [=](const std::vector<Tensor> &in) {
            Expected result({images, units});
            result.value.each([&](const Shape &at) {
              double sum = bias ? in[2].at({at[1]}) : 0, size = std::abs(sum);
              for (int64_t k = 0; k < depth; ++k) {
                double product = in[0].at({at[0], k}) * in[1].at({at[1], k});
                sum += product;
                size += std::abs(product);
              }
              result.set(at, sum, size);
            });
            return result;
          }};
}

Case cnnc::numeric::selectChannels(std::vector<Shape> parts, Shape channels) {
  std::vector<Operand> operands;
  for (const Shape &part : parts)
    operands.push_back({part});
  Shape shape = parts.front();
  shape[1] = static_cast<int64_t>(channels.size());
  return {"select_channels", "channels = " + numbers(channels), operands, shape, [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            result.value.each([&](const Shape &at) {
              Shape from = at;
              from[1] = channels[at[1]];
              size_t part = 0;
              for (; from[1] >= parts[part][1]; ++part)
                from[1] -= parts[part][1];
              result.set(at, in[part].at(from), 0);
            });
            return result;
          }};
}
