// SPDX-License-Identifier: Apache-2.0
// One register tile of direct convolution.
#pragma once

#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/DirectKernel.h"

namespace cnnc::loops {

/// What all tiles of a layer share.
struct DirectLayer {
  DirectLayer(cnn::FusedOp op, const Target &target, Phase &phase);

  cnn::FusedOp op;
  const Target &target;
  ConvShape s;
  DirectPlan plan;
  Epilogue epilogue;
  mlir::VectorType vector;
  RowPlace from, to;
  cnn::BlockedAttr in, out; ///< the layouts of input and result, none of a matrix
};

/// A pass over the input blocks [begin, begin + count).
struct DirectPass {
  bool isFirst = true, isLast = true;
  int64_t count = 0;
  mlir::Value begin;
};

/// Blocks of filters that a tile asks for while it reads its own.
struct DirectAsks {
  mlir::Value ahead; ///< the first of the next part's, or none
  int64_t each = 0;  ///< how many of these
  mlir::Value later; ///< of a later phase, or none
};

/// The sums of `pixels` x `channels` over input channels and taps, and what becomes of them.
class DirectTile {
public:
  DirectTile(cnn::Loops &loops, const DirectLayer &layer, const TileArguments &arguments, int64_t pixels,
             int64_t channels, const DirectPass &pass, const DirectAsks &asks);
  void write();

private:
  using Sums = llvm::SmallVector<mlir::Value>; // of a vector of channels all pixels, then of the next

  Sums step(mlir::Value block, mlir::Value ky, mlir::Value kx, mlir::Value channel, mlir::ValueRange sums);
  Sums overTaps(mlir::Value block, int64_t width, mlir::ValueRange sums);
  Sums overBlocks(mlir::Value first, int64_t count, mlir::ValueRange sums);
  Sums overTail(mlir::ValueRange sums);
  Sums overChunks(int64_t rest, int64_t chunk, int64_t chunks, Sums sums);

  Sums forEach(mlir::ValueRange sums,
               llvm::function_ref<mlir::Value(mlir::Value sum, int64_t v, int64_t p)> body) const;
  Sums zeros() const;
  Sums firstSums() const;
  Sums addTotals(mlir::ValueRange sums);
  mlir::Value plus(mlir::Value total, mlir::Value part) const;

  llvm::SmallVector<mlir::Value> placeOf(int64_t v, int64_t p) const;
  mlir::Value load(int64_t v, mlir::Value memory, mlir::ValueRange at) const;
  mlir::Value totalOf(int64_t v, int64_t p) const { return load(v, t.y, placeOf(v, p)); }
  mlir::Value store(mlir::Value sum, int64_t v, int64_t p) const;
  mlir::Value finished(mlir::Value sum, int64_t v, int64_t p) const;
  mlir::Value widened(mlir::Value value) const;
  void storeZerosBehind() const;

  cnn::Loops &loops;
  const DirectLayer &layer;
  const ConvShape &s;
  const TileArguments &t;
  int64_t pixels, channels, lanes, vectors;
  DirectPass pass;
  DirectAsks asks;
  /// Vectors of filters: their blocks, and the first lanes in them. Of the last the sums may be half a vector.
  llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> filters;
  llvm::SmallVector<mlir::VectorType> types;
  /// Where the input's pixels begin, and the result's row lies.
  mlir::Value firstRow, firstColumn, firstBlock, inImage, outImage, outRow;
  int64_t outLeft = 0;
  /// The last input block may hold fewer channels.
  int64_t tail, fullBlocks;
};

} // namespace cnnc::loops
