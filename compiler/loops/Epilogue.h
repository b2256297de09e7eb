// SPDX-License-Identifier: Apache-2.0
// The elementwise operators of a region, computed on a vector of channels while it is in registers.
#pragma once

#include "compiler/loops/Phase.h"

namespace cnnc::loops {

/// Where a vector of channels lies: image, channel block, row and column of the result, and the first channel within
/// the block. Of a matrix `[N, C]` the column is its row N, and block and lane together are the channel.
struct Point {
  mlir::Value image, block, row, column, lane;
};

/// Reads the operands of a fused region's elementwise operators at a point, and applies the operators. Activations
/// are blocked (or, of a matrix, plain); constants are packed like blocked activations. All broadcast.
class Epilogue {
public:
  /// Whether the operands of the region's elementwise operators have such layouts or can be given them. `anchored`:
  /// the first operator is computed by the kernel, and only the later ones are meant.
  static bool supports(cnn::FusedOp op, bool anchored);

  /// Requests the memory of all operands from the phase. `merged`: rows of `merged` image rows are seen as one, which
  /// is right only for operands without halo or without extent.
  Epilogue(Phase &phase, cnn::FusedOp op, bool anchored, int64_t merged = 1);

  /// The memory that apply() reads, in the kernel; a tile function takes it as arguments and passes its own on.
  mlir::ValueRange memory() const { return buffers; }
  /// The region's result at a point, from the anchor's.
  mlir::Value apply(cnn::Loops &loops, mlir::ValueRange memory, mlir::Value anchor, mlir::VectorType vector,
                    const Point &point) const;
  /// Whether zero lanes stay zero.
  bool preservesZero() const;
  /// Whether its operators need so many registers that other values should not wait in some meanwhile.
  bool fillsRegisters(const Target &target) const;

private:
  struct Operand {
    mlir::Value argument; // of the region's block
    unsigned buffer;
    mlir::RankedTensorType type;
    std::optional<float> splat;
  };
  mlir::Value read(cnn::Loops &loops, mlir::Value memory, const Operand &operand, mlir::VectorType vector,
                   const Point &point) const;

  mutable cnn::FusedOp op;
  llvm::SmallVector<mlir::Operation *> operators;
  llvm::SmallVector<Operand> operands;
  llvm::SmallVector<mlir::Value> buffers;
  mlir::RankedTensorType resultType;
  bool matrix;
  int64_t merged;
};

/// The result of a fused region from the values of what its operators read: its arguments and, if `anchored`, the
/// anchor's result.
mlir::Value applyOperators(cnn::Loops &loops, cnn::FusedOp op, bool anchored, llvm::DenseMap<mlir::Value, mlir::Value> known);
/// Stores a vector, or its first `count` elements one by one.
void storeVector(cnn::Loops &loops, mlir::Value vector, mlir::Value memory, mlir::ValueRange indices, int64_t count);
/// `vector` with the lanes zeroed whose channel, from `channel` on, is not below `channels`.
mlir::Value zeroBeyond(cnn::Loops &loops, mlir::Value vector, mlir::Value channel, int64_t channels);

} // namespace cnnc::loops
