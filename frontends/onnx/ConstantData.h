// SPDX-License-Identifier: Apache-2.0
// Moves whole weights at import, where running an operator on them element by element would take
// too long.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"

namespace cnnc::onnx {

/// The number of elements of a shape that is known to be sane.
int64_t product(llvm::ArrayRef<int64_t> shape);
/// Dimension d of the result is dimension `permutation[d]`.
mlir::ElementsAttr transposed(mlir::ElementsAttr elements, llvm::ArrayRef<int64_t> permutation);
/// Floats of any width as f32, each multiplied by `factor`.
mlir::ElementsAttr widened(mlir::ElementsAttr elements, double factor = 1);

} // namespace cnnc::onnx
