// SPDX-License-Identifier: Apache-2.0
// Layers behind layers: layouts, halos, views and places in the arena that one layer leaves to the next.
#include "tests/numeric/Layers.h"

#include <cmath>

using namespace cnnc::numeric;

static Case reshape(Shape x, Shape shape) {
  return {"reshape", "shape = " + numbers(shape), {{x}}, shape, [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            result.value.values = in[0].values;
            return result;
          }};
}

static Case softmax(Shape x, int64_t axis) {
  return {"softmax", "axis = " + std::to_string(axis) + " : i64", {{x}}, x, [=](const std::vector<Tensor> &in) {
            Expected result(x);
            result.value.each([&](const Shape &at) {
              Shape other = at;
              double sum = 0;
              for (other[axis] = 0; other[axis] < x[axis]; ++other[axis])
                sum += std::exp(in[0].at(other));
              result.set(at, std::exp(in[0].at(at)) / sum, 3);
            });
            return result;
          }};
}

/// Stem, depthwise block, head.
static Case mobile(int64_t batch, int64_t width, int64_t channels, int64_t hidden) {
  Conv stem{.batch = batch,
            .channels = 3,
            .height = 15,
            .width = width,
            .filters = channels,
            .stride = {2, 2},
            .pad = {1, 1, 1, 1}};
  int64_t height = stem.outHeight(), columns = stem.outWidth();
  Conv expand{
      .batch = batch, .channels = channels, .height = height, .width = columns, .filters = hidden, .kh = 1, .kw = 1};
  Conv depthwise{.batch = batch,
                 .channels = hidden,
                 .height = height,
                 .width = columns,
                 .filters = hidden,
                 .kh = 5,
                 .kw = 5,
                 .pad = {2, 2, 2, 2},
                 .groups = hidden};
  Conv project{
      .batch = batch, .channels = hidden, .height = height, .width = columns, .filters = channels, .kh = 1, .kw = 1};
  return conv(stem)
      .then("relu", "", relu)
      .then(conv(expand))
      .then("clip", "min = 0.0 : f64, max = 6.0 : f64", relu6)
      .then(conv(depthwise))
      .then("silu", "", silu)
      .then(conv(project))
      .plusResidual()
      .then(globalPool("global_avg_pool", {batch, channels, height, columns}, true))
      .then(reshape({batch, channels, 1, 1}, {batch, channels}))
      .then(fc(batch, channels, 10, true));
}

/// Convolution, pool, convolution; flattened into a fully connected layer.
static Case plain(int64_t width, int64_t channels, bool average) {
  Conv first{.channels = 1, .height = 13, .width = width, .filters = channels, .pad = {1, 1, 1, 1}};
  Pool pool{.x = {1, channels, 13, width}, .pad = {1, 1, 1, 1}};
  Conv second{.channels = channels,
              .height = pool.shape()[2],
              .width = pool.shape()[3],
              .filters = 20,
              .kh = 3,
              .kw = 1,
              .pad = {1, 0, 1, 0}};
  Shape last = {1, 20, second.outHeight(), second.outWidth()};
  int64_t depth = last[1] * last[2] * last[3];
  return conv(first)
      .then("relu", "", relu)
      .then(average ? avgPool(pool) : maxPool(pool))
      .then(conv(second))
      .then(reshape(last, {1, depth}))
      .then(fc(1, depth, 7, true))
      .then("sigmoid", "", sigmoid);
}

/// Reduce, window, expand, and the residual where the shape allows it: what may run in bands of rows.
static Case bottleneck(int64_t channels, Conv window, int64_t filters) {
  Conv reduce{.batch = window.batch,
              .channels = channels,
              .height = window.height,
              .width = window.width,
              .filters = window.channels,
              .kh = 1,
              .kw = 1};
  Conv expand{.batch = window.batch,
              .channels = window.filters,
              .height = window.outHeight(),
              .width = window.outWidth(),
              .filters = filters,
              .kh = 1,
              .kw = 1};
  Case all = conv(reduce).then("relu", "", relu).then(conv(window)).then("relu", "", relu).then(conv(expand));
  bool keepsShape = channels == filters && window.outHeight() == window.height && window.outWidth() == window.width;
  return keepsShape ? all.plusResidual().then("relu", "", relu) : all;
}

/// A map that leaves the second cache, and the pool that reads it.
static Case stem(bool average) {
  Conv first{.channels = 3, .height = 66, .width = 70, .filters = 65, .pad = {1, 1, 1, 1}};
  Pool pool{.x = {1, 65, first.outHeight(), first.outWidth()}, .pad = {1, 1, 0, 0}, .ceil = true};
  return conv(first).then("relu", "", relu).then(average ? avgPool(pool) : maxPool(pool));
}

/// Channels of a convolution's result and of another image, in an order that repeats every `period` channels.
static Case chosen(int64_t batch, int64_t channels, int64_t others, int64_t count, int64_t first, int64_t period) {
  Conv maker{.batch = batch, .channels = 5, .height = 6, .width = 7, .filters = channels, .pad = {1, 1, 1, 1}};
  Shape order;
  for (int64_t i = 0; i < count; ++i)
    order.push_back((first + i / period + i % period * ((channels + others) / period)) % (channels + others));
  Conv reader{.batch = batch, .channels = count, .height = 6, .width = 7, .filters = 9, .pad = {1, 1, 1, 1}};
  return conv(maker)
      .then(selectChannels({{batch, channels, 6, 7}, {batch, others, 6, 7}}, order))
      .then(conv(reader));
}

/// Means of images, seen as a matrix whose rows lie apart, read by what is not a fully connected layer.
static std::vector<Case> views(int64_t batch, int64_t channels) {
  Case means = globalPool("global_avg_pool", {batch, channels, 3, 5}, true)
                   .then(reshape({batch, channels, 1, 1}, {batch, channels}));
  Case reversed{"slice",
                "starts = " + numbers({batch - 1, 0}) + ", sizes = " + numbers({batch, channels}) +
                    ", steps = " + numbers({-1, 1}),
                {{{batch, channels}}},
                {batch, channels},
                [=](const std::vector<Tensor> &in) {
                  Expected result({batch, channels});
                  result.value.each([&](const Shape &at) { result.set(at, in[0].at({batch - 1 - at[0], at[1]}), 0); });
                  return result;
                }};
  return {means,
          means.then("sigmoid", "", sigmoid),
          means.plusResidual(),
          means.then(reversed),
          means.then(softmax({batch, channels}, 1)),
          means.then(reshape({batch, channels}, {batch * channels})).then("sigmoid", "", sigmoid)};
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (auto [channels, others] : {std::pair(58, 58), {17, 3}, {32, 48}, {116, 5}})
    for (int64_t period : {1, 2, 3}) {
      all.push_back(chosen(1, channels, others, channels + others, 0, period));
      all.push_back(chosen(2, channels, others, (channels + others) / 2, 7, period));
    }
  for (int64_t channels : {1})
    for (int64_t width : {7, 13, 15}) {
      all.push_back(mobile(1, width, channels, channels + 9));
      all.push_back(plain(width, channels, channels == 17));
    }
  all.push_back(mobile(3, 13, 17, 34));
  all.push_back(mobile(2, 1, 16, 32));
  for (int64_t batch : {1, 3})
    for (int64_t channels : {3, 16, 17})
      for (const Case &view : views(batch, channels))
        all.push_back(view);
  all.push_back(mobile(1, 1, 16, 32));
  all.push_back(mobile(2, 7, 16, 32));
  all.push_back(mobile(2, 7, 17, 32));
  all.push_back(mobile(2, 7, 16, 34));

  all.push_back(bottleneck(32, {.channels = 16, .height = 9, .width = 15, .filters = 16, .pad = {1, 1, 1, 1}}, 32));
  all.push_back(bottleneck(
      17, {.batch = 2, .channels = 20, .height = 11, .width = 7, .filters = 20, .stride = {2, 2}, .pad = {1, 1, 1, 1}},
      33));
  all.push_back(bottleneck(16,
                           {.channels = 33,
                            .height = 13,
                            .width = 13,
                            .filters = 33,
                            .kh = 5,
                            .kw = 5,
                            .stride = {3, 2},
                            .pad = {2, 0, 1, 3},
                            .groups = 33},
                           16));
  all.push_back(bottleneck(
      3,
      {.channels = 32, .height = 10, .width = 9, .filters = 16, .pad = {2, 2, 2, 2}, .dilation = {2, 2}, .groups = 2},
      5));
  all.push_back(bottleneck(
      16,
      {.channels = 16, .height = 5, .width = 4, .filters = 16, .kh = 1, .kw = 3, .stride = {2, 1}, .pad = {0, 1, 0, 1}},
      16));
  all.push_back(
      bottleneck(16, {.batch = 3, .channels = 16, .height = 2, .width = 3, .filters = 16, .pad = {1, 1, 1, 1}}, 16));
  for (bool average : {false, true})
    all.push_back(stem(average));
  return all;
}

static Family family("network", cases);
