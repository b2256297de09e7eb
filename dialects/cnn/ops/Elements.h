// SPDX-License-Identifier: Apache-2.0
// Elements in memory and in computations, and sums over boxes of them, for plain loops.
#pragma once

#include "dialects/cnn/Loops.h"

namespace cnnc::cnn {

/// The type in which elements are computed: f32 for the 16-bit floats, else the signless type.
mlir::Type computeType(mlir::Type element);
/// Whether an element, in ONNX's signedness, is an integer without sign (or a bool).
bool isUnsigned(mlir::Type element);

/// An element as a number of type `to`. `element` tells the sign of an integer in memory.
mlir::Value loadAs(Loops &loops, mlir::Type to, mlir::Type element, mlir::Value memref, mlir::ValueRange indices);
/// Stores a number as such an element.
void storeAs(Loops &loops, mlir::Type element, mlir::Value value, mlir::Value memref, mlir::ValueRange indices);

/// Arithmetic of floats and of integers.
mlir::Value plus(Loops &loops, mlir::Value a, mlir::Value b);
mlir::Value times(Loops &loops, mlir::Value a, mlir::Value b);
/// The greater or lesser, NaN if either is. `element` tells the sign of integers.
mlir::Value greater(Loops &loops, mlir::Type element, mlir::Value a, mlir::Value b);
mlir::Value lesser(Loops &loops, mlir::Type element, mlir::Value a, mlir::Value b);
/// The least (or greatest) number of an element's type, as a constant of its compute type.
mlir::Value lowest(Loops &loops, mlir::Type element);
mlir::Value highest(Loops &loops, mlir::Type element);
/// An index as a float.
mlir::Value toFloat(Loops &loops, mlir::Type type, mlir::Value index);

/// The indices low <= i < high; `name` is the loop's in the C++ source.
struct Span {
  mlir::Value low, high;
  llvm::StringRef name = "i";
};
/// 0 <= i < count.
Span upTo(Loops &loops, int64_t count, llvm::StringRef name = "i");

using Combine = llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)>;
using Body = llvm::function_ref<mlir::Value(mlir::ValueRange)>;
/// Combines body's values over a box of indices, the last one innermost. Each loop has its own
/// partial result that begins with `identity`: so errors of rounding grow with the sides of the
/// box, not with its volume.
mlir::Value fold(Loops &loops, llvm::ArrayRef<Span> box, mlir::Value identity, Combine combine, Body body);
/// The sum of body's values.
mlir::Value sum(Loops &loops, llvm::ArrayRef<Span> box, mlir::Type type, Body body);

} // namespace cnnc::cnn
