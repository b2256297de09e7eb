// SPDX-License-Identifier: Apache-2.0
// What all elementwise operators share: broadcasting, and loops over single elements.
#pragma once

#include "dialects/cnn/VectorMath.h"
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

namespace cnnc::cnn {

/// The plain loops of an elementwise operator. Elements are handed to emitElement() in their
/// compute types.
void lowerPointwise(ElementwiseOpInterface op, mlir::OpBuilder &builder, mlir::ValueRange inputs,
                    mlir::ValueRange outputs);
/// Whether no operand that may depend on the image broadcasts its leading dimension elsewhere.
bool isPointwisePerImage(mlir::Operation *op);
/// The element type of the values of an operand of this type: the compute type, in a vector if
/// `values` are.
mlir::Type elementLike(mlir::Value value, mlir::Type element);
/// The shapes' broadcast, as in ONNX.
mlir::FailureOr<mlir::RankedTensorType> broadcastType(mlir::ValueRange operands, mlir::Type element, Emit emit);

/// Rule of operators whose result is like x.
template <typename Op>
mlir::FailureOr<mlir::RankedTensorType> sameType(Op op, Emit) {
  return withoutLayout(tensorOf(op.getX()));
}
/// The same, for floats only.
template <typename Op>
mlir::FailureOr<mlir::RankedTensorType> sameFloats(Op op, Emit emit) {
  mlir::RankedTensorType x = tensorOf(op.getX());
  if (!llvm::isa<mlir::FloatType>(x.getElementType()))
    return emit() << "takes floats only, got " << x.getElementType();
  return withoutLayout(x);
}

} // namespace cnnc::cnn

/// Defines what is the same for all elementwise operators: the loops, and the cost of FLOPS an
/// element.
#define CNN_POINTWISE(OP, FLOPS, KEEPS_ZERO)                                                                           \
  int64_t OP::getFlops() { return (FLOPS)*getY().getType().getNumElements(); }                                         \
  bool OP::preservesZero() { return KEEPS_ZERO; }                                                                      \
  bool OP::isPerImage() { return isPointwisePerImage(*this); }                                                         \
  void OP::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {                                     \
    lowerPointwise(*this, builder, inputs, outputs);                                                                   \
  }
