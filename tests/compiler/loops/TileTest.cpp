// SPDX-License-Identifier: Apache-2.0
// Register tiles fit the registers, and cut rows without a rest.
#include "compiler/loops/algorithms/Tile.h"

#include <gtest/gtest.h>

using namespace cnnc;
using namespace cnnc::loops;

TEST(Tile, FitsTheRegisters) {
  for (const char *cpu : {"x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
    Target target = llvm::cantFail(Target::get(cpu, "x86_64-linux-gnu"));
    for (int64_t pixels : {1, 7, 13, 14, 15, 49, 56, 112})
      for (int64_t channels : {16, 32, 64, 144, 1008}) {
        RegisterTile tile = chooseTile(target, pixels, channels, 128);
        int64_t vectors = tile.channels / target.lanes(), sums = tile.pixels * vectors;
        // With one pixel the weights are operands of the multiply-add; without multiply-add the product needs a place.
        int64_t needed = sums + (tile.pixels == 1 ? 0 : vectors) + 1 + (target.hasFma ? 0 : 1);
        EXPECT_LE(needed, target.registers) << cpu << ", " << pixels << " pixels, " << channels << " channels";
        EXPECT_GE(tile.pixels, 1);
        EXPECT_LE(tile.pixels, pixels);
        EXPECT_EQ(tile.channels % target.lanes(), 0);
      }
  }
}

TEST(Tile, CutsRowsWhole) {
  for (int64_t pixels = 1; pixels <= 64; ++pixels)
    for (int64_t tile = 1; tile <= 16; ++tile) {
      RowCut cut(pixels, tile);
      EXPECT_EQ(cut.size * cut.larger + (cut.size - 1) * (cut.count - cut.larger), pixels);
      EXPECT_LE(cut.size, tile);
      EXPECT_GE(cut.larger, 1);
    }
}
