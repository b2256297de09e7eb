// SPDX-License-Identifier: Apache-2.0
// Winograd's transforms of one tile and one block of channels: of pixels into the matrices, and of products into
// pixels.
#pragma once

#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/WinogradKernel.h"
#include "compiler/loops/algorithms/WinogradMatrices.h"

namespace cnnc::loops {

class WinogradTransform {
public:
  WinogradTransform(cnn::FusedOp op, const WinogradShape &shape, const Target &target);

  /// B^T d B of a tile of `image`, whose number in the map is `source`, into block `row` of the matrices.
  void input(cnn::Loops &loops, mlir::Value image, mlir::Value inputBlock, mlir::Value source, mlir::Value row);
  /// A^T M A of block `row` of the products, with bias and epilogue, into the pixels of tile `target` that exist.
  void output(cnn::Loops &loops, const Epilogue &epilogue, mlir::Value image, mlir::Value filterBlock,
              mlir::Value target, mlir::Value row);

  mlir::Value x, bias, y;            ///< the map, the bias or null, and the result
  mlir::Value transformed, products; ///< the matrices
  mlir::Value work;                  ///< for what lies between both dimensions
  mlir::Value matrixSlot, slot;      ///< those of the transformed input, and of the others

  /// What the filters are transformed by: for rows and for columns.
  std::vector<Matrix> filter() { return {vertical.filter, horizontal.filter}; }

private:
  /// The first pixel, along dimension d, of the tile with this number along it.
  mlir::Value firstPixel(cnn::Loops &loops, mlir::Value number, unsigned d) const;
  /// Reads or writes element (row, column) of a tile.
  using Read = llvm::function_ref<mlir::Value(mlir::Value row, mlir::Value column)>;
  using Write = llvm::function_ref<void(mlir::Value value, mlir::Value row, mlir::Value column)>;
  /// The product with a matrix along each column, or each row.
  void columns(cnn::Loops &loops, const Matrix &matrix, int64_t count, Read read, Write write);
  void rows(cnn::Loops &loops, const Matrix &matrix, mlir::Value count, Read read, Write write);
  void forLanes(cnn::Loops &loops, llvm::function_ref<void(mlir::Value)> body);
  mlir::Value load(cnn::Loops &loops, mlir::Value memory, mlir::ValueRange at);
  void store(cnn::Loops &loops, mlir::Value value, mlir::Value memory, mlir::ValueRange at);

  cnn::FusedOp op;
  const WinogradShape &s;
  const Target &target;
  WinogradMatrices vertical, horizontal;
  mlir::VectorType vector;
};

} // namespace cnnc::loops
