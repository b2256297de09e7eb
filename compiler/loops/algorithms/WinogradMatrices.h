// SPDX-License-Identifier: Apache-2.0
// The matrices of Winograd's minimal filtering, and their products with vectors as code.
#pragma once

#include "dialects/cnn/Loops.h"

#include <vector>

namespace cnnc::loops {

using Matrix = std::vector<std::vector<double>>;

/// F(m, r): m outputs of a filter with r taps from n = m + r - 1 products, y = A^T [(G g) * (B^T d)]; nested for two
/// dimensions (Lavin and Gray 2015). By the construction of Cook and Toom at n - 1 points and infinity. A filter with a
/// stride s is a sum of s filters, each of every s-th tap and pixel, so it takes n = (m - 1) s + r products.
struct WinogradMatrices {
  Matrix output; ///< A^T, m x n
  Matrix filter; ///< G, n x r
  Matrix input;  ///< B^T, n x n

  /// Whether there are good points for so many products.
  static bool exist(int64_t m, int64_t taps, int64_t stride);
  static WinogradMatrices of(int64_t m, int64_t taps, int64_t stride);
  /// How many times larger than the sum of a filter's products the terms may be that cancel in a result: the factor of
  /// the rounding error. That of nested matrices is the product of both.
  double noise() const;
};

/// The product of a matrix and a vector, whose elements are read when they are needed and written as they come. Rows,
/// or columns, that differ only in the signs of some elements share their sums.
void multiply(cnn::Loops &loops, const Matrix &matrix, llvm::function_ref<mlir::Value(int64_t)> read,
              llvm::function_ref<void(int64_t, mlir::Value)> write);

} // namespace cnnc::loops
