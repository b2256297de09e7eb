// SPDX-License-Identifier: Apache-2.0
// Imports matrix products; those with a constant right-hand side become fully connected layers.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/NodeBinder.h"

using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

Value scaled(NodeBinder &node, Value value, double factor) {
  if (!value || factor == 1)
    return value;
  RankedTensorType type = node.typeOf(value);
  if (ElementsAttr constant = node.constantOf(value); constant && type.getElementType().isF32())
    return node.constant(widened(constant, factor));
  return node.create<MulOp>({value, node.splat(RankedTensorType::get({}, type.getElementType()), factor)});
}

/// Gemm's C as a bias of `units` numbers; null if it is a matrix.
Value asBias(NodeBinder &node, Value c, int64_t units) {
  RankedTensorType type = node.typeOf(c);
  if (type.getNumElements() == units && (type.getRank() == 0 || type.getShape().back() == units))
    return node.reshape(c, units);
  ElementsAttr constant = node.constantOf(c);
  if (type.getNumElements() != 1 || !constant)
    return nullptr;
  return node.splat(RankedTensorType::get(units, type.getElementType()), toDoubles(constant).front());
}

LogicalResult importGemm(NodeBinder &node) {
  Value a = node.input(0), b = node.input(1), c = node.hasInput(2) ? node.input(2) : Value();
  double alpha = node.number("alpha", 1.0), beta = node.number("beta", 1.0);
  bool transposeA = node.flag("transA", false), transposeB = node.flag("transB", false);
  if (node.opset < 7)
    node.ignore({"broadcast"}); // C broadcasts as it must in any case.
  if (node.inputType(0).getRank() != 2 || node.inputType(1).getRank() != 2)
    return node.error("its first two inputs must be matrices");
  if (transposeA)
    a = node.transpose(a, {1, 0});
  Value product;
  if (node.constantOf(b) && isa<FloatType>(node.inputType(1).getElementType())) {
    Value weight = scaled(node, transposeB ? b : node.transpose(b, {1, 0}), alpha);
    int64_t units = node.inputShape(1)[transposeB ? 0 : 1];
    if (c)
      c = scaled(node, c, beta);
    Value bias = c ? asBias(node, c, units) : Value();
    if (bias)
      return node.output(node.create<FcOp>({a, weight, bias}));
    product = node.create<FcOp>({a, weight});
  } else {
    product = scaled(node, node.create<MatmulOp>({a, transposeB ? node.transpose(b, {1, 0}) : b}), alpha);
    if (c)
      c = scaled(node, c, beta);
  }
  return node.output(c ? node.create<AddOp>({product, c}) : product);
}

LogicalResult importMatMul(NodeBinder &node) {
  Value a = node.input(0), b = node.input(1);
  bool areMatrices = node.inputType(0).getRank() == 2 && node.inputType(1).getRank() == 2;
  if (areMatrices && node.constantOf(b) && isa<FloatType>(node.inputType(1).getElementType()))
    return node.output(node.create<FcOp>({a, node.transpose(b, {1, 0})}));
  return node.output(node.create<MatmulOp>({a, b}));
}

} // namespace

void registerLinear(ImporterTable &table) {
  table.onOp("Gemm", 6, {3, 3}, importGemm);
  table.onOp("Gemm", 11, {2, 3}, importGemm);
  table.onOp("MatMul", 1, {2, 2}, importMatMul);
}

} // namespace cnnc::onnx
