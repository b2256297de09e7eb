// SPDX-License-Identifier: Apache-2.0
// Imports what is known before the network runs: constants, shapes, ranges.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/NodeBinder.h"

#include <cmath>

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

template <typename T>
Value constantOf(NodeBinder &node, Type element, ArrayRef<int64_t> shape, ArrayRef<T> values) {
  return node.constant(DenseElementsAttr::get(RankedTensorType::get(shape, element), values));
}

LogicalResult importConstant(NodeBinder &node) {
  Type f32 = node.builder.getF32Type(), si64 = node.builder.getIntegerType(64, /*isSigned=*/true);
  if (node.hasAttribute("value")) {
    ElementsAttr value = node.tensor("value");
    return value ? node.output(node.constant(value)) : failure();
  }
  if (node.hasAttribute("value_float"))
    return node.output(constantOf<float>(node, f32, {}, float(node.number("value_float"))));
  if (node.hasAttribute("value_floats")) {
    SmallVector<float> values(llvm::map_range(node.numbers("value_floats"), [](double value) { return float(value); }));
    return node.output(constantOf<float>(node, f32, int64_t(values.size()), values));
  }
  if (node.hasAttribute("value_int"))
    return node.output(constantOf<int64_t>(node, si64, {}, node.integer("value_int")));
  if (node.hasAttribute("value_ints")) {
    SmallVector<int64_t> values = node.integers("value_ints");
    return node.output(constantOf<int64_t>(node, si64, int64_t(values.size()), values));
  }
  return node.error("only dense tensors of numbers are supported");
}

LogicalResult importConstantOfShape(NodeBinder &node) {
  FailureOr<SmallVector<int64_t>> shape = node.constantInts(0);
  ElementsAttr value = node.tensor("value");
  if (failed(shape))
    return failure();
  Type element = value ? value.getElementType() : node.builder.getF32Type();
  auto type = tensorType(*shape, element);
  if (!type)
    return node.error(toString(type.takeError()));
  if (!value)
    return node.output(node.splat(*type, 0));
  if (value.getNumElements() != 1)
    return node.error("its value must have one element");
  return node.output(node.constant(DenseElementsAttr::get(*type, *value.value_begin<Attribute>())));
}

LogicalResult importShape(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  auto clamp = [&](int64_t axis) { return std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank); };
  int64_t start = clamp(node.integer("start", 0)), end = std::max(start, clamp(node.integer("end", rank)));
  return node.output(node.constantInts(node.inputShape(0).slice(start, end - start), end - start));
}

LogicalResult importSize(NodeBinder &node) {
  return node.output(node.constantInts(product(node.inputShape(0)), ArrayRef<int64_t>()));
}

LogicalResult importRange(NodeBinder &node) {
  Type element = node.inputType(0).getElementType();
  SmallVector<double> bounds;
  for (unsigned i = 0; i < 3; ++i) {
    FailureOr<SmallVector<double>> bound = node.constantFloats(i);
    if (failed(bound))
      return failure();
    if (bound->size() != 1)
      return node.error("start, limit and delta must be single numbers");
    bounds.push_back(bound->front());
  }
  double count = std::ceil((bounds[1] - bounds[0]) / bounds[2]);
  if (!(count <= 1 << 24))
    return node.error("the range is too long");
  int64_t size = std::max<int64_t>(int64_t(count), 0);
  auto at = [&](int64_t i) { return bounds[0] + double(i) * bounds[2]; };
  auto type = RankedTensorType::get(size, element);
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < size; ++i)
    values.push_back(isa<FloatType>(element) ? Attribute(node.builder.getFloatAttr(element, at(i)))
                                             : Attribute(node.builder.getIntegerAttr(element, int64_t(at(i)))));
  return node.output(node.constant(DenseElementsAttr::get(type, values)));
}

} // namespace

void registerConstant(ImporterTable &table) {
  table.onOp("Constant", 1, {0, 0}, importConstant);
  table.onOp("ConstantOfShape", 9, {1, 1}, importConstantOfShape);
  table.onOp("Shape", 1, {1, 1}, importShape);
  table.onOp("Size", 1, {1, 1}, importSize);
  table.onOp("Range", 11, {3, 3}, importRange);
}

} // namespace cnnc::onnx
