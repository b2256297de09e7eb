// SPDX-License-Identifier: Apache-2.0
// Cook-Toom matrices, and products with them in few operations.
#include "compiler/loops/algorithms/WinogradMatrices.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

/// The coefficients of the product of (x - p) over all points but `skip`, the constant first.
static std::vector<double> rootsWithout(ArrayRef<double> points, size_t skip) {
  std::vector<double> coefficients = {1};
  for (auto [i, point] : llvm::enumerate(points)) {
    if (i == skip)
      continue;
    coefficients.push_back(0);
    for (size_t k = coefficients.size() - 1; k > 0; --k)
      coefficients[k] = coefficients[k - 1] - point * coefficients[k];
    coefficients[0] *= -point;
  }
  return coefficients;
}

/// The points for n products, besides infinity, of least noise among small fractions. Pairs of opposite signs share
/// sums.
static std::optional<std::vector<double>> pointsFor(int64_t n) {
  switch (n) {
  case 3:
    return std::vector<double>{0, 1};
  case 4:
    return std::vector<double>{0, 1, -1};
  case 5:
    return std::vector<double>{0.375, -0.375, 1.25, -1.25};
  case 6:
    return std::vector<double>{0, 2. / 3, -2. / 3, 1.5, -1.5};
  case 7:
    return std::vector<double>{0.25, -0.25, 0.8, -0.8, 2, -2};
  case 8:
    return std::vector<double>{0, 0.5, -0.5, 1, -1, 2, -2};
  case 9:
    return std::vector<double>{0.25, -0.25, 2. / 3, -2. / 3, 1.25, -1.25, 2, -2};
  default:
    return std::nullopt;
  }
}

/// The matrices for a stride of one.
static WinogradMatrices dense(int64_t m, int64_t taps) {
  const size_t n = m + taps - 1, infinity = n - 1;
  WinogradMatrices matrices{Matrix(m, std::vector<double>(n)), Matrix(n, std::vector<double>(taps)),
                            Matrix(n, std::vector<double>(n))};
  if (taps == 1) {
    for (size_t i = 0; i < n; ++i)
      matrices.output[i][i] = matrices.filter[i][0] = matrices.input[i][i] = 1;
    return matrices;
  }
  const std::vector<double> points = *pointsFor(n);
  for (size_t j = 0; j < infinity; ++j) {
    double scale = 1;
    for (size_t l = 0; l < infinity; ++l)
      scale *= l == j ? 1 : points[j] - points[l];
    for (int64_t i = 0; i < m; ++i)
      matrices.output[i][j] = std::pow(points[j], i);
    for (int64_t k = 0; k < taps; ++k)
      matrices.filter[j][k] = std::pow(points[j], k) / scale;
    matrices.input[j] = rootsWithout(points, j);
    matrices.input[j].resize(n);
  }
  matrices.output[m - 1][infinity] = 1;
  matrices.filter[infinity][taps - 1] = 1;
  matrices.input[infinity] = rootsWithout(points, infinity);
  return matrices;
}

/// The taps of the filter that begins at tap `first`.
static int64_t tapsFrom(int64_t first, int64_t taps, int64_t stride) { return (taps - first + stride - 1) / stride; }

bool WinogradMatrices::exist(int64_t m, int64_t taps, int64_t stride) {
  for (int64_t first = 0; first < stride; ++first)
    if (int64_t own = tapsFrom(first, taps, stride); own < 1 || (own > 1 && !pointsFor(m + own - 1)))
      return false;
  return true;
}

WinogradMatrices WinogradMatrices::of(int64_t m, int64_t taps, int64_t stride) {
  const int64_t n = (m - 1) * stride + taps;
  WinogradMatrices all{Matrix(m, std::vector<double>(n)), Matrix(n, std::vector<double>(taps)),
                       Matrix(n, std::vector<double>(n))};
  int64_t product = 0;
  for (int64_t first = 0; first < stride; ++first) {
    const WinogradMatrices one = dense(m, tapsFrom(first, taps, stride));
    for (size_t j = 0; j < one.input.size(); ++j, ++product) {
      for (int64_t i = 0; i < m; ++i)
        all.output[i][product] = one.output[i][j];
      for (size_t k = 0; k < one.filter[j].size(); ++k)
        all.filter[product][first + k * stride] = one.filter[j][k];
      for (size_t l = 0; l < one.input[j].size(); ++l)
        all.input[product][first + l * stride] = one.input[j][l];
    }
  }
  return all;
}

double WinogradMatrices::noise() const {
  auto size = [](const std::vector<double> &row) {
    return std::accumulate(row.begin(), row.end(), 0.0, [](double sum, double c) { return sum + std::abs(c); });
  };
  double most = 0;
  for (const std::vector<double> &row : output) {
    double sum = 0;
    for (auto [j, coefficient] : llvm::enumerate(row))
      sum += std::abs(coefficient) * size(filter[j]) * size(input[j]);
    most = std::max(most, sum);
  }
  return most / filter.front().size();
}

static bool isEqual(double a, double b) { return std::abs(a - b) < 1e-12; }

namespace {
/// Values that are read when they are first needed.
class Values {
public:
  Values(size_t count, function_ref<Value(int64_t)> read) : read(read), known(count) {}
  Value &operator[](size_t i) {
    if (!known[i])
      known[i] = read(i);
    return known[i];
  }
  size_t size() const { return known.size(); }

private:
  function_ref<Value(int64_t)> read;
  SmallVector<Value> known;
};
} // namespace

/// The sum of coefficients times values; null if all coefficients are zero.
static Value combine(Loops &loops, ArrayRef<double> coefficients, Values &values) {
  auto one = llvm::find_if(coefficients, [](double c) { return isEqual(c, 1); });
  size_t first = one == coefficients.end() ? coefficients.size() : one - coefficients.begin();
  Value sum = first < coefficients.size() ? values[first] : Value();
  for (auto [i, coefficient] : llvm::enumerate(coefficients)) {
    if (i == first || isEqual(coefficient, 0))
      continue;
    if (sum && isEqual(coefficient, 1)) {
      sum = arith::AddFOp::create(loops.builder, loops.loc, sum, values[i]);
    } else if (sum && isEqual(coefficient, -1)) {
      sum = arith::SubFOp::create(loops.builder, loops.loc, sum, values[i]);
    } else {
      Value factor = loops.number(values[i].getType(), coefficient);
      sum = sum ? Value(vector::FMAOp::create(loops.builder, loops.loc, values[i], factor, sum))
                : Value(arith::MulFOp::create(loops.builder, loops.loc, values[i], factor));
    }
  }
  return sum;
}

/// Whether two rows agree but for signs.
static bool isPair(ArrayRef<double> a, ArrayRef<double> b) {
  bool differs = false;
  for (auto [x, y] : llvm::zip(a, b)) {
    if (!isEqual(std::abs(x), std::abs(y)))
      return false;
    differs |= !isEqual(x, y);
  }
  return differs;
}

/// Replaces pairs of columns that agree but for signs by the values' sum and difference.
static void pairColumns(Loops &loops, Matrix &matrix, Values &values) {
  auto column = [&](size_t j) {
    return llvm::map_to_vector(matrix, [&](const std::vector<double> &row) { return row[j]; });
  };
  for (size_t j = 0; j + 1 < values.size(); ++j) {
    if (!isPair(column(j), column(j + 1)))
      continue;
    Value sum = arith::AddFOp::create(loops.builder, loops.loc, values[j], values[j + 1]);
    Value difference = arith::SubFOp::create(loops.builder, loops.loc, values[j], values[j + 1]);
    values[j] = sum, values[j + 1] = difference;
    for (std::vector<double> &row : matrix) {
      double a = row[j], b = row[j + 1];
      row[j] = (a + b) / 2, row[j + 1] = (a - b) / 2;
    }
    ++j;
  }
}

void loops::multiply(Loops &loops, const Matrix &matrix, function_ref<Value(int64_t)> read,
                     function_ref<void(int64_t, Value)> write) {
  Matrix rows = matrix;
  Values values(matrix.front().size(), read);
  pairColumns(loops, rows, values);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + 1 == rows.size() || !isPair(rows[i], rows[i + 1])) {
      write(i, combine(loops, rows[i], values));
      continue;
    }
    std::vector<double> even, odd;
    for (auto [a, b] : llvm::zip(rows[i], rows[i + 1])) {
      even.push_back((a + b) / 2);
      odd.push_back((a - b) / 2);
    }
    Value same = combine(loops, even, values), other = combine(loops, odd, values);
    write(i, arith::AddFOp::create(loops.builder, loops.loc, same, other));
    write(++i, arith::SubFOp::create(loops.builder, loops.loc, same, other));
  }
}
