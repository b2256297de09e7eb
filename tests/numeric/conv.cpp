// SPDX-License-Identifier: Apache-2.0
// Convolutions: channels and widths that fit no vector, all strides, paddings, dilations and groups,
// and what may run behind them.
#include "tests/numeric/Layers.h"

#include <cmath>

using namespace cnnc::numeric;

/// Each element of x, times the weights, lands on its window of the result.
static Expected scatter(const Conv &p, const Shape &shape, const std::vector<Tensor> &in) {
  Expected result(shape);
  int64_t channels = p.channels / p.groups, filters = p.filters / p.groups;
  if (p.bias)
    result.value.each([&](const Shape &at) { result.set(at, in[2].at({at[1]}), std::abs(in[2].at({at[1]}))); });
  in[0].each([&](const Shape &at) {
    for (int64_t f = 0; f < filters; ++f)
      for (int64_t i = 0; i < p.kh; ++i)
        for (int64_t j = 0; j < p.kw; ++j) {
          int64_t h = at[2] * p.stride[0] - p.pad[0] + i * p.dilation[0];
          int64_t w = at[3] * p.stride[1] - p.pad[1] + j * p.dilation[1];
          if (h < 0 || h >= shape[2] || w < 0 || w >= shape[3])
            continue;
          Shape target = {at[0], at[1] / channels * filters + f, h, w};
          double product = in[0].at(at) * in[1].at({at[1], f, i, j});
          result.value.at(target) += product;
          result.magnitude.at(target) += std::abs(product);
        }
  });
  return result;
}

static Case convTranspose(const Conv &p) {
  auto length = [&](int64_t in, int64_t k, int d) {
    return (in - 1) * p.stride[d] - p.pad[d] - p.pad[d + 2] + (k - 1) * p.dilation[d] + 1 + p.outputPad[d];
  };
  Shape shape = {p.batch, p.filters, length(p.height, p.kh, 0), length(p.width, p.kw, 1)};
  return {"conv_transpose", p.attributes() + ", output_pad = " + numbers(p.outputPad),
          p.operands({p.channels, p.filters / p.groups, p.kh, p.kw}), shape,
          [=](const std::vector<Tensor> &in) { return scatter(p, shape, in); }};
}

/// A constant that broadcasts to x.
static Case plusConstant(Shape x, Shape constant) {
  return {"add", "", {{x}, weight(constant)}, x, [=](const std::vector<Tensor> &in) {
            Expected result(x);
            result.value.each([&](const Shape &at) {
              Shape from(at.end() - static_cast<int64_t>(constant.size()), at.end());
              for (size_t d = 0; d < from.size(); ++d)
                from[d] = constant[d] == 1 ? 0 : from[d];
              double a = in[0].at(at), b = in[1].at(from);
              result.set(at, a + b, std::abs(a) + std::abs(b));
            });
            return result;
          }};
}

static double leaky(double x) { return x < 0 ? 0.1 * x : x; }
static double hardSwish(double x) { return x * std::min(std::max(x / 6 + 0.5, 0.0), 1.0); }
static double gelu(double x) { return x * 0.5 * (1 + std::erf(x / std::sqrt(2.0))); }

static std::vector<Case> cases() {
  std::vector<Case> all;
  // Channels and widths.
  for (int64_t channels : {1, 3, 17, 58})
    for (int64_t width : {1, 7, 13, 15})
      for (int64_t kernel : {1, 3}) {
        int64_t filters = channels == 17 ? 58 : channels == 58 ? 17 : 24, half = kernel / 2;
        all.push_back(conv({.channels = channels,
                            .height = 5,
                            .width = width,
                            .filters = filters,
                            .kh = kernel,
                            .kw = kernel,
                            .pad = {half, half, half, half}}));
      }
  // Filters.
  for (int64_t filters : {1, 3, 16, 33, 64})
    all.push_back(conv({.channels = 16, .filters = filters, .pad = {1, 1, 1, 1}, .bias = false}));
  // Strides, paddings and dilations.
  for (Shape stride : {Shape{1, 1}, {2, 2}, {1, 2}, {3, 1}})
    for (Shape pad : {Shape{0, 0, 0, 0}, {1, 1, 1, 1}, {2, 1, 0, 3}})
      for (Shape dilation : {Shape{1, 1}, {2, 3}})
        all.push_back(conv({.channels = 5,
                            .height = 11,
                            .width = 13,
                            .filters = 19,
                            .stride = stride,
                            .pad = pad,
                            .dilation = dilation}));
  // Taps that meet padding only: of all rows but one, of the outer ones, of all but the middle.
  for (int64_t channels : {5, 32})
    for (Shape stride : {Shape{1, 1}, {2, 2}})
      for (auto [dilation, pad] : {std::pair(Shape{6, 6}, Shape{6, 6, 6, 6}),
                                   {{6, 3}, {7, 3, 6, 4}},
                                   {{12, 12}, {12, 12, 12, 12}},
                                   {{6, 6}, {3, 6, 9, 6}}})
        all.push_back(conv({.channels = channels,
                            .height = 5,
                            .width = 9,
                            .filters = 20,
                            .stride = stride,
                            .pad = pad,
                            .dilation = dilation}));
  for (int64_t kernel : {3, 5})
    all.push_back(conv({.channels = 17,
                        .height = 1,
                        .width = 2,
                        .filters = 16,
                        .kh = kernel,
                        .kw = kernel,
                        .pad = {kernel / 2, kernel / 2, kernel / 2, kernel / 2}}));
  // Kernels.
  for (auto [kh, kw] : {std::pair(1, 7), {7, 1}, {2, 2}, {5, 5}, {7, 7}, {11, 11}}) {
    int64_t top = kh / 2, left = kw / 2;
    all.push_back(conv({.height = 15,
                        .width = 15,
                        .filters = 20,
                        .kh = kh,
                        .kw = kw,
                        .stride = {2, 2},
                        .pad = {top, left, top, left}}));
    all.push_back(conv(
        {.channels = 16, .height = 12, .width = 13, .filters = 16, .kh = kh, .kw = kw, .pad = {top, left, top, left}}));
  }
  // Groups and depthwise.
  for (auto [channels, filters, groups] : {std::tuple(4, 6, 2),
                                           {32, 32, 2},
                                           {34, 51, 17},
                                           {48, 96, 3},
                                           {64, 128, 32},
                                           {58, 58, 29},
                                           {64, 64, 16},
                                           {12, 12, 3},
                                           {24, 24, 3},
                                           {120, 60, 3},
                                           {68, 136, 4},
                                           {64, 64, 8}})
    for (int64_t step : {1, 2})
      all.push_back(conv(
          {.channels = channels, .filters = filters, .stride = {step, step}, .pad = {1, 1, 1, 1}, .groups = groups}));
  for (int64_t channels : {1, 3, 17, 32, 58})
    for (int64_t kernel : {3, 5, 7})
      for (int64_t step : {1, 2})
        all.push_back(conv({.channels = channels,
                            .height = 9,
                            .width = 13,
                            .filters = channels,
                            .kh = kernel,
                            .kw = kernel,
                            .stride = {step, step},
                            .pad = {kernel / 2, kernel / 2, 1, kernel / 2},
                            .groups = channels}));
  all.push_back(conv({.channels = 17, .filters = 34, .pad = {1, 1, 1, 1}, .groups = 17}));
  // Batches, larger sums, odd 1x1 of stride two.
  all.push_back(conv({.batch = 2, .channels = 17, .width = 13, .filters = 20, .pad = {1, 1, 1, 1}}));
  all.push_back(conv({.batch = 2, .channels = 58, .filters = 58, .pad = {1, 1, 1, 1}, .groups = 58}));
  all.push_back(conv({.channels = 256, .height = 7, .width = 7, .filters = 64, .kh = 1, .kw = 1}));
  all.push_back(conv({.channels = 128, .height = 14, .width = 14, .filters = 128, .pad = {1, 1, 1, 1}}));
  // Winograd, by whole inputs and by blocks of tiles, where the map ends within a tile or with one.
  all.push_back(conv({.channels = 58, .height = 13, .width = 15, .filters = 58, .pad = {1, 1, 1, 1}}));
  all.push_back(conv({.channels = 64, .height = 7, .width = 7, .filters = 80, .pad = {1, 1, 1, 1}}).plusResidual());
  all.push_back(conv({.batch = 2, .channels = 32, .height = 29, .width = 30, .filters = 48, .pad = {1, 1, 1, 1}}));
  all.push_back(conv({.batch = 2, .channels = 17, .height = 28, .width = 28, .filters = 36, .pad = {0, 2, 1, 0}}));
  // Of other tiles and filters.
  for (int64_t width : {14, 21, 30})
    all.push_back(conv({.channels = 40, .height = width, .width = width, .filters = 48, .pad = {1, 1, 1, 1}}));
  all.push_back(
      conv({.channels = 32, .height = 26, .width = 25, .filters = 32, .kh = 5, .kw = 5, .pad = {2, 2, 2, 2}}));
  // And with strides.
  for (int64_t width : {27, 28, 57})
    all.push_back(
        conv({.channels = 40, .height = 28, .width = width, .filters = 64, .stride = {2, 2}, .pad = {1, 1, 1, 1}}));
  all.push_back(conv({.batch = 2, .channels = 32, .height = 30, .width = 29, .filters = 48, .stride = {2, 1}}));
  all.push_back(conv({.channels = 32,
                      .height = 27,
                      .width = 26,
                      .filters = 80,
                      .kh = 5,
                      .kw = 5,
                      .stride = {2, 2},
                      .pad = {2, 2, 2, 2}})
                    .plusResidual());
  // And with dilations, which split the map: into equal parts, and into some with fewer pixels or tiles than others.
  for (auto [dilation, height, width] :
       {std::tuple(Shape{2, 2}, 24, 32), {{4, 4}, 21, 29}, {{1, 3}, 17, 19}, {{7, 5}, 15, 26}, {{9, 9}, 20, 20}})
    all.push_back(conv({.batch = height % 2 + 1,
                        .channels = 40,
                        .height = height,
                        .width = width,
                        .filters = 56,
                        .pad = {dilation[0], dilation[1], dilation[0], dilation[1]},
                        .dilation = dilation})
                      .plusResidual());
  // And with groups of whole blocks, of which a tile of filters takes one.
  for (auto [channels, filters, groups] : {std::tuple(96, 160, 2), {128, 192, 2}, {144, 96, 3}})
    for (int64_t kernel : {3, 5})
      all.push_back(conv({.batch = groups == 3 ? 2 : 1,
                          .channels = channels,
                          .height = 13,
                          .width = 17,
                          .filters = filters,
                          .kh = kernel,
                          .kw = kernel,
                          .pad = {kernel / 2, kernel / 2, kernel / 2, kernel / 2},
                          .groups = groups})
                        .plusResidual());
  for (auto [kh, kw] : {std::pair(1, 3), {3, 1}})
    all.push_back(conv({.channels = 48,
                        .height = 18,
                        .width = 22,
                        .filters = 48,
                        .kh = kh,
                        .kw = kw,
                        .pad = {2, 2, 3, 1},
                        .dilation = {2, 3}}));
  for (auto [kh, kw] : {std::pair(1, 3), {3, 1}, {1, 7}, {7, 1}})
    all.push_back(conv({.batch = 2,
                        .channels = 49,
                        .height = 17,
                        .width = 16,
                        .filters = 33,
                        .kh = kh,
                        .kw = kw,
                        .pad = {kh / 2, kw / 2, kh / 2, kw / 2}})
                      .then("relu", "", relu));
  all.push_back(conv({.channels = 58, .height = 9, .width = 9, .filters = 40, .kh = 1, .kw = 1, .stride = {2, 2}}));
  all.push_back(conv({.channels = 8, .filters = 8, .pad = {1, 1, 1, 1}, .constantWeights = false}));
  // Strassen's product: of even and odd rows, merged rows and rows with a halo, strides, and with something behind it.
  all.push_back(conv({.channels = 256, .height = 12, .width = 11, .filters = 192, .kh = 1, .kw = 1}));
  all.push_back(conv({.channels = 160, .height = 13, .width = 9, .filters = 224, .kh = 1, .kw = 1})
                    .plusResidual()
                    .then("relu", "", relu));
  all.push_back(conv(
      {.channels = 192, .height = 17, .width = 20, .filters = 320, .kh = 1, .kw = 1, .stride = {2, 2}, .bias = false}));
  all.push_back(conv({.channels = 256, .height = 10, .width = 8, .filters = 256, .kh = 1, .kw = 1})
                    .then("hard_swish", "", hardSwish));
  // Odd numbers of blocks of filters, of input blocks, and of both, with half a block at the end, and odd rows.
  all.push_back(conv({.channels = 320, .height = 12, .width = 11, .filters = 208, .kh = 1, .kw = 1}).plusResidual());
  all.push_back(
      conv({.channels = 336, .height = 13, .width = 9, .filters = 232, .kh = 1, .kw = 1}).then("sigmoid", "", sigmoid));
  all.push_back(conv(
      {.channels = 240, .height = 17, .width = 20, .filters = 336, .kh = 1, .kw = 1, .stride = {2, 2}, .bias = false}));
  all.push_back(
      conv({.channels = 48, .height = 9, .width = 9, .filters = 40, .kh = 1, .kw = 1}).then("relu", "", relu));
  // Sums so long that they are made in passes over the pixels: two, and more; with and without a last short block.
  all.push_back(conv({.channels = 105, .height = 6, .width = 7, .filters = 33, .stride = {2, 1}, .pad = {1, 1, 1, 1}})
                    .then("relu", "", relu));
  all.push_back(
      conv({.batch = 2, .channels = 1621, .height = 3, .width = 4, .filters = 20, .kh = 1, .kw = 1, .stride = {1, 2}}));
  all.push_back(conv(
      {.channels = 832, .height = 5, .width = 5, .filters = 64, .kh = 1, .kw = 1, .pad = {1, 0, 0, 1}, .bias = false}));
  all.push_back(conv({.channels = 224, .height = 7, .width = 5, .filters = 32, .pad = {1, 1, 1, 1}, .groups = 2}));
  // Behind it.
  for (int64_t kernel : {1, 3}) {
    Case plain = conv({.channels = 17,
                       .width = 15,
                       .filters = 26,
                       .kh = kernel,
                       .kw = kernel,
                       .pad = {kernel / 2, kernel / 2, kernel / 2, kernel / 2}});
    Case depthwise = conv({.channels = 26,
                           .width = 15,
                           .filters = 26,
                           .kh = kernel,
                           .kw = kernel,
                           .pad = {kernel / 2, kernel / 2, kernel / 2, kernel / 2},
                           .groups = 26});
    for (const Case &base : {plain, depthwise}) {
      all.push_back(base.then("relu", "", relu));
      all.push_back(base.then("clip", "min = 0.0 : f64, max = 6.0 : f64", relu6));
      all.push_back(base.then("silu", "", silu));
      all.push_back(base.then("sigmoid", "", sigmoid));
      all.push_back(base.then("leaky_relu", "alpha = 0.1 : f64", leaky));
      all.push_back(base.then("hard_swish", "", hardSwish));
      all.push_back(base.then("gelu", "", gelu));
      all.push_back(base.plusResidual());
      all.push_back(base.plusResidual().then("relu", "", relu));
    }
  }
  for (int64_t width : {1, 7}) {
    Case base = conv({.channels = 17, .height = 6, .width = width, .filters = 26, .kh = 1, .kw = 1});
    all.push_back(base.plusResidual());
    for (Shape constant : {Shape{}, {width}, {6, width}, {6, 1}, {26, 1, 1}, {26, 6, width}, {1, 26, 1, width}})
      all.push_back(base.then(plusConstant(base.shape, constant)));
  }
  // Other floats.
  for (const char *type : {"f64", "f16", "bf16"}) {
    all.push_back(conv({.channels = 3, .filters = 5, .pad = {1, 1, 1, 1}}).withType(type));
    all.push_back(convTranspose({.channels = 3, .filters = 5, .stride = {2, 2}}).withType(type));
  }
  // Transposed.
  for (Shape stride : {Shape{1, 1}, {2, 2}, {3, 2}})
    for (Shape pad : {Shape{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 1, 2, 0}})
      for (Shape dilation : {Shape{1, 1}, {2, 2}})
        all.push_back(convTranspose({.channels = 5,
                                     .height = 4,
                                     .width = 7,
                                     .filters = 6,
                                     .stride = stride,
                                     .pad = pad,
                                     .dilation = dilation}));
  all.push_back(convTranspose(
      {.channels = 6, .filters = 4, .stride = {2, 2}, .pad = {1, 1, 1, 1}, .outputPad = {1, 1}, .groups = 2}));
  all.push_back(convTranspose({.batch = 2,
                               .channels = 17,
                               .filters = 17,
                               .kh = 4,
                               .kw = 4,
                               .stride = {2, 2},
                               .pad = {1, 1, 1, 1},
                               .groups = 17,
                               .bias = false}));
  all.push_back(
      convTranspose({.channels = 16, .filters = 16, .kh = 2, .kw = 2, .stride = {2, 2}}).then("relu", "", relu));
  return all;
}

static Family family("conv", cases);
