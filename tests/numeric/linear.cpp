// SPDX-License-Identifier: Apache-2.0
// Fully connected layers and matrix products.
#include "tests/numeric/Layers.h"

#include <cmath>

using namespace cnnc::numeric;

/// a and b are read with all leading dimensions; `shape` is the result's.
static Case matmul(Shape a, Shape b, Shape shape, bool constant = false) {
  auto multiply = [=](const std::vector<Tensor> &in) {
    Expected result(shape);
    bool row = a.size() == 1, column = b.size() == 1;
    size_t leading = shape.size() - !row - !column;
    // An operand's index: its leading dimensions from the end of the result's, then its own two.
    auto index = [&](const Shape &at, const Shape &of, Shape last) {
      size_t own = of.size() - last.size();
      Shape result;
      for (size_t d = 0; d < own; ++d)
        result.push_back(of[d] == 1 ? 0 : at[leading - own + d]);
      result.insert(result.end(), last.begin(), last.end());
      return result;
    };
    result.value.each([&](const Shape &at) {
      double sum = 0, size = 0;
      for (int64_t k = 0; k < a.back(); ++k) {
        Shape left = row ? Shape{k} : index(at, a, {at[leading], k});
        Shape right = column ? Shape{k} : index(at, b, {k, at.back()});
        double product = in[0].at(left) * in[1].at(right);
        sum += product;
        size += std::abs(product);
      }
      result.set(at, sum, size);
    });
    return result;
  };
  Operand right{b};
  right.isConstant = constant;
  return {"matmul", "", {{a}, right}, shape, multiply};
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (int64_t images : {1, 2, 5})
    for (int64_t depth : {1, 17, 58, 512})
      for (int64_t units : {1, 10, 33, 100})
        all.push_back(fc(images, depth, units, units != 10));
  all.push_back(fc(1, 64, 48, true).then("relu", "", relu));
  // Of weights that leave the second cache.
  for (int64_t units : {200, 453, 516})
    all.push_back(fc(1, 1501, units, units != 453).then("relu", "", relu));
  all.push_back(fc(1, 288, 1000, true).plusResidual());
  all.push_back(fc(1, 64, 20, true).plusResidual());
  for (const char *type : {"f64", "f16", "bf16"})
    all.push_back(fc(2, 9, 5, true).withType(type));
  all.push_back(matmul({3, 4}, {4, 5}, {3, 5}));
  all.push_back(matmul({1, 58}, {58, 17}, {1, 17}, true));
  all.push_back(matmul({2, 3, 4}, {4, 5}, {2, 3, 5}));
  all.push_back(matmul({2, 3, 4}, {2, 4, 5}, {2, 3, 5}));
  all.push_back(matmul({2, 3, 1, 34}, {34, 19}, {2, 3, 1, 19}, true));
  all.push_back(matmul({2, 1, 3, 4}, {3, 4, 5}, {2, 3, 3, 5}));
  all.push_back(matmul({4}, {4, 5}, {5}));
  all.push_back(matmul({2, 3, 4}, {4}, {2, 3}));
  all.push_back(matmul({2, 3, 4}, {2, 4, 1}, {2, 3, 1}));
  all.push_back(matmul({6}, {6}, {}));
  Case integers = matmul({3, 4}, {4, 5}, {3, 5}).withType("si32");
  for (Operand &operand : integers.operands)
    operand.low = -9, operand.high = 9;
  all.push_back(integers);
  return all;
}

static Family family("linear", cases);
