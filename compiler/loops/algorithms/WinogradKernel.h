// SPDX-License-Identifier: Apache-2.0
// The kernels of Winograd's convolution, the parameters that they are written by, and their memory.
#pragma once

#include "compiler/loops/Phase.h"
#include "compiler/loops/algorithms/Tile.h"
#include "dialects/cnn/CnnOps.h"

namespace cnnc::loops {

/// The pixels that a tile makes: m of F(m, r) for each dimension, 1 where the filter has one tap.
struct WinogradTile {
  int64_t rows, columns;
};

/// The numbers of a convolution by tiles. Pairs are vertical, horizontal. A dilation d splits the map into d maps along
/// each dimension, of every d-th pixel; their tiles take turns.
struct WinogradShape {
  std::array<int64_t, 2> m, taps, stride, dilation, n; ///< of F(m, taps) from n products
  int64_t images, channels, filters, groups, rows, columns; ///< rows and columns of the result
  int64_t tileRows, tileColumns;
  int64_t padTop, padLeft;

  WinogradShape(cnn::FusedOp op, WinogradTile tile);
  int64_t tiles() const { return tileRows * tileColumns; }
  /// The pixels between the first of a tile and the last that it reads.
  int64_t reach(unsigned d) const { return (n[d] - 1) * dilation[d]; }
  /// Of the tile that begins last.
  int64_t lastPixel(unsigned d) const {
    int64_t bands = (d ? tileColumns : tileRows) / dilation[d];
    return (bands - 1) * m[d] * stride[d] * dilation[d] + dilation[d] - 1;
  }
  int64_t products() const { return n[0] * n[1]; }
  int64_t inputBlocks() const { return llvm::divideCeil(channels, Target::kBlock); }
  int64_t filterBlocks() const { return llvm::divideCeil(filters, Target::kBlock); }
  /// The input channels that a filter sums up.
  int64_t depth() const { return channels / groups; }
  /// The factor of the rounding error, to direct sums.
  double noise() const;
  /// So many blocks of input channels are summed up from zero: the more noise, the fewer.
  int64_t blocksOfSum() const;
  /// `winograd4`, or `winograd4x7` where tiles are no squares.
  static std::string name(WinogradTile tile);
};

/// How many tiles make a block, and how the products are tiled.
struct WinogradPlan {
  int64_t block = 1;
  RegisterTile tile;
  bool isWhole = false;  ///< the input is transformed as a whole, by a phase of its own
  bool prefetch = false; ///< tiles ask for the filters of the next product

  static WinogradPlan of(mlir::DictionaryAttr parameters);
  mlir::DictionaryAttr attribute(mlir::MLIRContext *context) const;
};

/// The shares of the main phase, and the matrices in the workspace: those of the transformed input and the products of
/// each slot, and room for two transforms in work. Matrices have an odd number of blocks each, so that those of a tile
/// fall into different sets of the caches.
struct WinogradSpace {
  /// Shares of the grid that may run at once; each has a workspace.
  static constexpr int64_t kSlots = 16;

  int64_t blocks, parts, grid, grain;
  mlir::MemRefType input;    ///< [slot][product][block of channels and tile][kBlock]
  mlir::MemRefType products; ///< [slot][product][tile and block of filters][kBlock]
  mlir::MemRefType work;

  WinogradSpace(mlir::MLIRContext *context, const WinogradShape &s, const WinogradPlan &plan);
  int64_t productOffset() const { return 4 * input.getNumElements(); }
  int64_t workOffset() const { return productOffset() + 4 * products.getNumElements(); }
  int64_t bytes() const { return workOffset() + 4 * work.getNumElements(); }
};

/// Writes the phase that transforms a whole input.
void writeWinogradInput(cnn::FusedOp op, WinogradTile tile, const Target &target, Phase &phase);
/// Writes the phase of a region by its plan.
void writeWinograd(cnn::FusedOp op, WinogradTile tile, const Target &target, Phase &phase);

} // namespace cnnc::loops
