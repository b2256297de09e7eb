// SPDX-License-Identifier: Apache-2.0
// What all elementwise operators share.
#include "dialects/cnn/ops/Pointwise.h"

#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;
using namespace cnnc::cnn;

void cnnc::cnn::lowerPointwise(ElementwiseOpInterface op, OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, op.getLoc());
  RankedTensorType result = tensorOf(op->getResult(0));
  loops.nest(result.getShape(), [&](ValueRange at) {
    SmallVector<Value> values;
    for (auto [operand, memory] : llvm::zip(op->getOperands(), inputs)) {
      RankedTensorType type = tensorOf(operand);
      SmallVector<Value> indices;
      for (auto [i, size] : llvm::zip(at.take_back(type.getRank()), type.getShape()))
        indices.push_back(size == 1 ? loops.index(0) : i);
      values.push_back(loadAs(loops, computeType(type.getElementType()), type.getElementType(), memory, indices));
    }
    storeAs(loops, result.getElementType(), op.emitElement(builder, values), outputs[0], at);
  });
}

bool cnnc::cnn::isPointwisePerImage(Operation *op) {
  int64_t rank = tensorOf(op->getResult(0)).getRank();
  return rank > 0 && llvm::all_of(op->getOperands(), [&](Value operand) {
           return tensorOf(operand).getRank() == rank || constantOf(operand);
         });
}

Type cnnc::cnn::elementLike(Value value, Type element) {
  auto vector = dyn_cast<VectorType>(value.getType());
  return vector ? Type(VectorType::get(vector.getShape(), element)) : element;
}

FailureOr<RankedTensorType> cnnc::cnn::broadcastType(ValueRange operands, Type element, Emit emit) {
  SmallVector<int64_t> shape;
  for (Value operand : operands) {
    SmallVector<int64_t> sofar = shape;
    if (!OpTrait::util::getBroadcastedShape(sofar, tensorOf(operand).getShape(), shape)) {
      InFlightDiagnostic message = emit();
      message << "needs equal or broadcastable shapes, got ";
      llvm::interleave(
          operands, message, [&](Value value) { message << text(tensorOf(value)); }, " and ");
      return message;
    }
  }
  return RankedTensorType::get(shape, element);
}
