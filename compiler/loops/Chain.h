// SPDX-License-Identifier: Apache-2.0
// Chains: regions that run depth first in bands of rows, with rings of rows between them.
#pragma once

#include "compiler/loops/Phase.h"

namespace cnnc::loops {

/// Rows [first, last) of an image's result, for one share of the grid.
struct RowRange {
  mlir::Value share, image, first, last;
};

/// The grid of a chain, and the rings between its stages. A share of the grid begins with empty rings, so that it
/// computes again what the one before it has of the rows that its first band needs.
struct ChainLayout {
  explicit ChainLayout(cnn::ChainOp chain);

  struct Ring {
    int64_t rows, offset;  ///< in the chain's workspace, in bytes
    mlir::MemRefType type; ///< [shares][blocks][rows][columns with halo][block]
  };
  std::vector<cnn::FusedOp> stages;
  llvm::SmallVector<Ring> rings; ///< of all stages but the last
  int64_t images, bands, grid, grain, bytes = 0;
};

/// Writes the kernel of a chain.
void lowerChain(cnn::ChainOp chain, const Target &target, Phase &phase);

/// Where a kernel finds an image and a row of a value: in the value's own memory, or in its ring.
class RowPlace {
public:
  RowPlace(const Phase &phase, mlir::Value value) : ring(phase.network.storage.of(value).ring) {}
  bool isRing() const { return ring != 0; }
  /// `row` is counted with the halo.
  mlir::Value image(mlir::Value image, mlir::Value share) const { return ring ? share : image; }
  mlir::Value row(cnn::Loops &loops, mlir::Value row) const { return ring ? loops.rem(row, ring) : row; }

private:
  int64_t ring;
};

} // namespace cnnc::loops
