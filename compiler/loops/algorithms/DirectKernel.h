// SPDX-License-Identifier: Apache-2.0
// The kernel of direct convolution, and the parameters that it is written by.
#pragma once

#include "compiler/loops/Chain.h"
#include "compiler/loops/algorithms/ConvShape.h"
#include "compiler/loops/algorithms/Tile.h"

namespace cnnc::loops {

struct DirectPlan {
  RegisterTile tile;
  int64_t merge = 1;        ///< image rows that are seen as one
  bool rowsOutside = false; ///< each row meets all filters, and not each filter all rows, in turn
  bool prefetch = false;    ///< tiles ask for the filters of the next part
  /// Not 0: a part's sums are made in passes over its pixels, each of this many input blocks, whose filters stay in the
  /// first cache meanwhile. Between passes the sums lie in the result.
  int64_t pass = 0;

  /// The filters that tiles compute, with zeros up to a block, or half a one if they hold more than that.
  int64_t channelsOf(const ConvShape &s) const;
  /// Tiles of all rows of an image.
  int64_t tilesOf(const ConvShape &s) const;

  static DirectPlan of(mlir::DictionaryAttr parameters);
  mlir::DictionaryAttr attribute(mlir::MLIRContext *context) const;
};

/// Writes the phase of a region by its plan.
void writeDirect(cnn::FusedOp op, const Target &target, Phase &phase);
/// Writes the loops over some rows, as a stage of a chain.
void writeDirectRows(cnn::FusedOp op, const Target &target, Phase &phase, const RowRange &rows);

} // namespace cnnc::loops
