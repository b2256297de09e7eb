// SPDX-License-Identifier: Apache-2.0
// Cases of the layers that networks are made of, and activations behind them.
#pragma once

#include "tests/numeric/Numeric.h"

namespace cnnc::numeric {

struct Conv {
  int64_t batch = 1, channels = 3, height = 7, width = 7, filters = 16, kh = 3, kw = 3;
  Shape stride = {1, 1}, pad = {0, 0, 0, 0}, dilation = {1, 1}, outputPad = {0, 0};
  int64_t groups = 1;
  bool bias = true, constantWeights = true;

  int64_t outHeight() const { return (height + pad[0] + pad[2] - (kh - 1) * dilation[0] - 1) / stride[0] + 1; }
  int64_t outWidth() const { return (width + pad[1] + pad[3] - (kw - 1) * dilation[1] - 1) / stride[1] + 1; }
  std::string attributes() const {
    return "stride = " + numbers(stride) + ", pad = " + numbers(pad) + ", dilation = " + numbers(dilation) +
           ", groups = " + std::to_string(groups) + " : i64";
  }
  std::vector<Operand> operands(Shape weightShape) const {
    std::vector<Operand> result = {{{batch, channels, height, width}}, weight(weightShape)};
    result[1].isConstant = constantWeights;
    if (bias)
      result.push_back(weight({filters}));
    return result;
  }
};
Case conv(const Conv &p);

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
Case maxPool(const Pool &p);
Case avgPool(const Pool &p);
Case globalPool(const char *op, Shape x, bool average);

Case fc(int64_t images, int64_t depth, int64_t units, bool bias);

/// Channels of several images, one after the other.
Case selectChannels(std::vector<Shape> parts, Shape channels);

double relu(double x);
double relu6(double x);
double sigmoid(double x);
double silu(double x);

} // namespace cnnc::numeric
