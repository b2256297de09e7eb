// SPDX-License-Identifier: Apache-2.0
// The numbers of a convolution, which its algorithms choose by and its kernels are written from.
#pragma once

#include "compiler/cost/Target.h"
#include "dialects/cnn/CnnOps.h"

namespace cnnc::loops {

/// A convolution in numbers; a fully connected layer is one with a row of N pixels.
struct ConvShape {
  int64_t images, channels, rows, columns; // of the input
  int64_t filters, outRows, outColumns;
  int64_t kh = 1, kw = 1, strideH = 1, strideW = 1, dilationH = 1, dilationW = 1, padTop = 0, padLeft = 0, groups = 1;
  int64_t inputBlock = Target::kBlock; // channels of an input block
  bool matrix = false;

  static ConvShape of(cnn::FusedOp op);

  int64_t filterBlocks() const { return llvm::divideCeil(filters, Target::kBlock); }
  int64_t inputBlocks() const { return llvm::divideCeil(channels, inputBlock); }
  int64_t groupFilters() const { return filters / groups; }
  int64_t groupChannels() const { return channels / groups; }
  /// Whether each filter block reads a range of input blocks, all as long, which begins where its first group does.
  /// Else, as with one group or with groups that divide blocks unevenly, it reads them all.
  bool readsRanges() const { return groups > 1 && firstOfRange(filterBlocks() - 1) + rangeDepth() <= inputBlocks(); }
  /// Multiply-adds of a result, those with the zeros of packed filters too.
  int64_t steps() const { return depth() * inputBlock * kh * kw; }
  /// How many input blocks any filter block reads.
  int64_t depth() const { return readsRanges() ? rangeDepth() : inputBlocks(); }
  bool isPointwise() const { return kh == 1 && kw == 1 && strideH == 1 && strideW == 1; }

private:
  int64_t firstOfRange(int64_t block) const {
    return block * Target::kBlock / groupFilters() * groupChannels() / inputBlock;
  }
  int64_t rangeDepth() const;
};

/// Whether rows of a region's anchor, its result and its other operands may be seen as one long row, since nothing lies
/// between them.
bool mayMergeRows(cnn::FusedOp op, const ConvShape &shape);

} // namespace cnnc::loops
