// SPDX-License-Identifier: Apache-2.0
// Register tiles: how many pixels and channels of a layer are computed at once.
#pragma once

#include "compiler/cost/Target.h"
#include "dialects/cnn/Loops.h"

#include "llvm/ADT/SmallVector.h"

namespace cnnc::loops {

/// `pixels` neighbouring pixels by `channels` channels, whose sums stay in registers.
struct RegisterTile {
  int64_t pixels = 1, channels = 16;
};

/// A row of pixels cut into `count` tiles, the first `larger` of `size` pixels and the others of one less: no short
/// tail that cannot hide the latency of its additions.
struct RowCut {
  int64_t count, size, larger;
  RowCut(int64_t pixels, int64_t tile)
      : count((pixels + tile - 1) / tile), size((pixels + count - 1) / count), larger(count - (count * size - pixels)) {
  }
  /// Which tile of the row begins at `column`, where those of its size do.
  mlir::Value number(cnn::Loops &loops, int64_t ofSize, mlir::Value column) const {
    return loops.div(ofSize == size ? column : loops.sub(column, loops.index(larger)), ofSize);
  }
};

/// The prefetching of the next `blocks` blocks of filters, spread over the first of the `tiles` tiles before them.
struct PrefetchAhead {
  int64_t each, turns; ///< blocks that a tile asks for, and tiles that do
  PrefetchAhead(int64_t blocks, int64_t tiles)
      : each((blocks + tiles - 1) / tiles), turns((blocks + each - 1) / each) {}
  /// `next` for those tiles; the others ask again for what they read themselves, which costs next to nothing.
  mlir::Value choose(cnn::Loops &loops, mlir::Value turn, mlir::Value next, mlir::Value own) const;
};

/// Runs `body` for each tile of a row, with its size and first pixel.
void forEachTile(cnn::Loops &loops, const RowCut &cut, llvm::function_ref<void(int64_t size, mlir::Value column)> body);
/// Runs `body` with the width of a part, where `channels` are cut into parts of `width`: the last may be narrower.
void forWidthOfPart(cnn::Loops &loops, mlir::Value part, int64_t channels, int64_t width,
                    llvm::function_ref<void(int64_t width)> body);
/// Where a tile lies: the last arguments of its function. `share` is set within a chain only.
struct TilePlace {
  mlir::Value image, part, row, column, share;

  void appendTo(llvm::SmallVectorImpl<mlir::Value> &arguments) const;
};
/// The arguments of a tile function, named for the reader of the C++ source: x, w, [bias], y, others, place.
struct TileArguments {
  mlir::Value x, w, bias, y;
  mlir::ValueRange others;
  TilePlace place;
  TileArguments(cnn::Loops &loops, mlir::ValueRange arguments, bool hasBias, bool inChain);
};

/// Whether the sums and operands of a tile fill all registers.
bool hasFewRegisters(const Target &target);
/// Where registers are few, none of them keeps what was loaded before.
void keepFree(cnn::Loops &loops, const Target &target);

/// Estimated cycles of one step of the sum (one input channel at one tap) for a tile: bound by multiply-adds, loads, or
/// the latency of dependent additions.
double stepCycles(const Target &target, int64_t pixels, int64_t channels);

/// The same for each row of `pixels` and all of `channels`, by such tiles.
double rowCycles(const Target &target, int64_t pixels, int64_t channels, RegisterTile tile);
/// The tiles whose accumulators, weights and one broadcast fit the register file, for rows of `pixels` and `channels`
/// in all (padded to blocks or halves of them); those with the least estimated time first. They have from `minChannels`
/// to `maxChannels`.
llvm::SmallVector<RegisterTile> tilesFor(const Target &target, int64_t pixels, int64_t channels, int64_t maxChannels,
                                         int64_t minChannels = 1);
/// The first of them.
RegisterTile chooseTile(const Target &target, int64_t pixels, int64_t channels, int64_t maxChannels,
                        int64_t minChannels = 1);

} // namespace cnnc::loops
