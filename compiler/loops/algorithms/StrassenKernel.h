// SPDX-License-Identifier: Apache-2.0
// The kernels of Strassen's product for pointwise convolutions, and the parameters that they are written by.
#pragma once

#include "compiler/loops/Phase.h"
#include "compiler/loops/algorithms/ConvShape.h"
#include "compiler/loops/algorithms/Tile.h"

namespace cnnc::loops {

struct StrassenPlan {
  RegisterTile tile;
  int64_t merge = 1;     ///< image rows that are seen as one
  bool prefetch = false; ///< tiles ask for the filters of the next part

  static StrassenPlan of(mlir::DictionaryAttr parameters);
  mlir::DictionaryAttr attribute(mlir::MLIRContext *context) const;
};

/// The sums of the input's quarters, in the workspace: [4][input blocks / 2][rows of the upper half][columns][16].
mlir::MemRefType strassenSums(mlir::MLIRContext *context, const ConvShape &shape);

/// Writes the phase that makes the sums of the input's quarters.
void writeStrassenSums(cnn::FusedOp op, const Target &target, Phase &phase);
/// Writes the phase of a region by its plan.
void writeStrassen(cnn::FusedOp op, const Target &target, Phase &phase);

} // namespace cnnc::loops
