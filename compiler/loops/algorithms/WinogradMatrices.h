// SPDX-License-Identifier: Apache-2.0
// The matrices of Winograd's minimal filtering, and their products with vectors as code.
#pragma once

#include "dialects/cnn/Loops.h"

#include <vector>

namespace cnnc::loops {

using Matrix = std::vector<std::vector<double>>;

/// F(m, 3): m outputs of a filter with 3 taps from n = m + 2 products, y = A^T [(G g) * (B^T d)]; nested for two
/// dimensions (Lavin and Gray 2015). By the construction of Cook and Toom at n - 1 points and infinity.
struct WinogradMatrices {
  Matrix output; ///< A^T, m x n
  Matrix filter; ///< G, n x 3
  Matrix input;  ///< B^T, n x n

  /// For m = 2 the points 0, 1, -1; for m = 4 the points 0, ±2/3, ±3/2, which round far less than 0, ±1, ±2.
  static WinogradMatrices of(int64_t m);
};

/// The product of a matrix and a vector of values. Rows, or columns, that differ only in the signs of some elements
/// share their sums.
llvm::SmallVector<mlir::Value> multiply(cnn::Loops &loops, const Matrix &matrix, mlir::ValueRange values);

} // namespace cnnc::loops
