// SPDX-License-Identifier: Apache-2.0
// Pools: padding, ceiling, dilation, counting; and pools of whole images.
#include "tests/numeric/Layers.h"

#include <cmath>
#include <limits>

using namespace cnnc::numeric;

static std::vector<Case> cases() {
  std::vector<Case> all;
  std::pair<Shape, Shape> windows[] = {{{2, 2}, {2, 2}}, {{3, 3}, {2, 2}}, {{3, 3}, {1, 1}}, {{3, 2}, {2, 3}}};
  for (bool ceil : {false, true})
    for (Shape pad : {Shape{0, 0, 0, 0}, {1, 1, 1, 1}, {1, 0, 0, 1}})
      for (const auto &[kernel, stride] : windows) {
        Pool p{.kernel = kernel, .stride = stride, .pad = pad, .ceil = ceil};
        all.push_back(maxPool(p));
        all.push_back(avgPool(p));
        p.countPad = true;
        all.push_back(avgPool(p));
      }
  for (int64_t channels : {1, 3, 17, 58})
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
