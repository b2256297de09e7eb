// SPDX-License-Identifier: Apache-2.0
// Reading and making constants, small ones and weights of hundreds of megabytes.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Builders.h"

namespace cnnc::cnn {

/// The constant that defines a value, or null.
mlir::ElementsAttr constantOf(mlir::Value value);
/// Its raw bytes in the order of its elements; empty where it has none: a splat holds one element, and small bools are
/// bits.
mlir::ArrayRef<char> rawBytes(mlir::ElementsAttr value);
/// Its elements as f32, copied; empty unless it is a constant of a float type of at most 64 bits.
std::vector<float> floatsOf(mlir::ElementsAttr value);
/// The same elements, and the same memory, in another shape of as many.
mlir::ElementsAttr reshaped(mlir::ElementsAttr value, llvm::ArrayRef<int64_t> shape);
/// A constant of f32 elements: small ones as dense<>, big ones as a resource that owns the numbers.
mlir::ElementsAttr makeFloats(mlir::MLIRContext *context, mlir::ArrayRef<int64_t> shape, std::vector<float> values);
/// Creates the operator of such a constant.
mlir::Value makeConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::ArrayRef<int64_t> shape, std::vector<float> values);

} // namespace cnnc::cnn
