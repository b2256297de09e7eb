// SPDX-License-Identifier: Apache-2.0
// The analytic choice of register tiles.
#include "compiler/loops/algorithms/Tile.h"

#include <algorithm>

using namespace cnnc;
using namespace cnnc::loops;

double loops::stepCycles(const Target &target, int64_t pixels, int64_t vectors) {
  // Two multiply-adds and two loads a cycle, four cycles until a sum can be added to again.
  double arithmetic = pixels * vectors * (target.hasFma ? 0.5 : 1.0);
  double loads = (pixels + vectors) * 0.5;
  double latency = 4.0;
  return std::max({arithmetic, loads, latency});
}

double loops::rowCycles(const Target &target, int64_t pixels, int64_t channels, RegisterTile tile) {
  RowCut cut(pixels, tile.pixels);
  auto column = [&](int64_t width) {
    int64_t vectors = (width + target.lanes() - 1) / target.lanes();
    return cut.larger * stepCycles(target, cut.size, vectors) +
           (cut.count - cut.larger) * stepCycles(target, cut.size - 1, vectors);
  };
  double cycles = (channels / tile.channels) * column(tile.channels);
  if (int64_t rest = channels % tile.channels)
    cycles += column(rest);
  return cycles;
}

RegisterTile loops::chooseTile(const Target &target, int64_t pixels, int64_t channels, int64_t maxChannels) {
  RegisterTile best;
  double least = 0;
  int64_t usable = target.registers - 1 - (target.hasFma ? 0 : 1);
  for (int64_t width = std::min<int64_t>(target.lanes(), Target::kBlock); width <= std::max(maxChannels, target.lanes());
       width += width < Target::kBlock ? width : Target::kBlock) {
    int64_t vectors = width / target.lanes();
    // With one pixel the weights go straight from memory into the multiply-add.
    for (int64_t size = 1; size == 1 ? vectors + 1 <= usable : size * vectors + vectors + 1 <= usable; ++size) {
      double cycles = rowCycles(target, pixels, channels, {size, width});
      if (least == 0 || cycles < least * 0.999) {
        least = cycles;
        best = {size, width};
      }
    }
  }
  return best;
}
