// SPDX-License-Identifier: Apache-2.0
// Imports arithmetic, comparison, logic and conversions.
#include "frontends/onnx/NodeBinder.h"

#include <limits>

using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

template <typename OpT>
LogicalResult importUnary(NodeBinder &node) {
  return node.output(node.create<OpT>(node.input(0)));
}

template <typename OpT>
LogicalResult importBinary(NodeBinder &node) {
  return node.output(node.create<OpT>({node.input(0), node.input(1)}));
}

/// Before opset 7 the second operand broadcasts only if asked, with its dimensions from `axis` of
/// the first on.
template <typename OpT>
LogicalResult importAxisBinary(NodeBinder &node) {
  Value b = node.input(1);
  int64_t rankA = node.inputType(0).getRank(), rankB = node.inputType(1).getRank();
  bool broadcast = node.flag("broadcast", false);
  bool hasAxis = node.hasAttribute("axis");
  int64_t axis = node.integer("axis", rankA - rankB);
  if (!broadcast && node.inputShape(0) != node.inputShape(1))
    return node.error("its inputs differ in shape, and broadcast is not set");
  if (broadcast && hasAxis) {
    if (axis < 0)
      axis += rankA;
    if (axis < 0 || axis + rankB > rankA)
      return node.error("axis " + Twine(axis) + " leaves no room for the second input");
    SmallVector<int64_t> shape(node.inputShape(1));
    shape.append(rankA - rankB - axis, 1);
    b = node.reshape(b, shape);
  }
  return node.output(node.create<OpT>({node.input(0), b}));
}

/// Any number of operands, from left to right.
template <typename OpT>
Value foldLeft(NodeBinder &node) {
  Value result = node.input(0);
  for (Value next : node.allInputs().drop_front())
    result = node.create<OpT>({result, next});
  return result;
}

template <typename OpT>
LogicalResult importVariadic(NodeBinder &node) {
  return node.output(foldLeft<OpT>(node));
}

LogicalResult importMean(NodeBinder &node) {
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  Value sum = foldLeft<AddOp>(node);
  return node.output(node.inputCount() == 1 ? sum : node.create<DivOp>({sum, node.splat(scalar, node.inputCount())}));
}

/// fmod = 1 asks for the sign of the dividend, which our `mod` gives floats only.
LogicalResult importMod(NodeBinder &node) {
  bool ofDividend = node.flag("fmod", false);
  Value a = node.input(0), b = node.input(1);
  if (ofDividend == isa<FloatType>(node.inputType(0).getElementType()))
    return node.output(node.create<ModOp>({a, b}));
  if (!ofDividend)
    return node.error("floats need fmod = 1");
  Value whole = node.create<MulOp>({node.create<DivOp>({a, b}), b});
  return node.output(node.create<SubOp>({a, whole}));
}

LogicalResult importTan(NodeBinder &node) {
  Value x = node.input(0);
  return node.output(node.create<DivOp>({node.create<SinOp>(x), node.create<CosOp>(x)}));
}

LogicalResult importIsNaN(NodeBinder &node) {
  Value x = node.input(0);
  return node.output(node.create<NotOp>(node.create<EqualOp>({x, x})));
}

LogicalResult importIsInf(NodeBinder &node) {
  Value x = node.input(0);
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  bool negative = node.flag("detect_negative", true), positive = node.flag("detect_positive", true);
  double infinity = std::numeric_limits<double>::infinity();
  if (!negative && !positive)
    return node.error("detects neither positive nor negative infinity");
  if (negative && positive)
    x = node.create<AbsOp>(x);
  return node.output(node.create<EqualOp>({x, node.splat(scalar, positive ? infinity : -infinity)}));
}

LogicalResult importWhere(NodeBinder &node) {
  return node.output(node.create<WhereOp>({node.input(0), node.input(1), node.input(2)}));
}

/// Keeps one side of the diagonal that runs k elements right of the main one, with that diagonal.
LogicalResult importTrilu(NodeBinder &node) {
  ArrayRef<int64_t> shape = node.inputShape(0);
  bool upper = node.flag("upper", true);
  FailureOr<SmallVector<int64_t>> given = node.constantInts(1);
  if (failed(given))
    return failure();
  if (shape.size() < 2)
    return node.error("its input must be a matrix, or several");
  int64_t rows = shape.end()[-2], columns = shape.end()[-1];
  int64_t k = given->empty() ? 0 : std::clamp(given->front(), -rows, columns);
  SmallVector<bool> kept;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      kept.push_back(upper ? column >= row + k : column <= row + k);
  auto type = RankedTensorType::get({rows, columns}, node.builder.getI1Type());
  Value mask = node.constant(DenseElementsAttr::get(type, kept));
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  return node.output(node.create<WhereOp>({mask, node.input(0), node.splat(scalar, 0)}));
}

LogicalResult importCast(NodeBinder &node) {
  llvm::Expected<Type> element = elementType(node.builder.getContext(), int32_t(node.integer("to")));
  if (!element)
    return node.error(llvm::toString(element.takeError()));
  node.ignore({"saturate", "round_mode"}); // They speak of 8-bit floats.
  return node.output(node.cast(node.input(0), *element));
}

LogicalResult importCastLike(NodeBinder &node) {
  node.ignore({"saturate", "round_mode"});
  return node.output(node.cast(node.input(0), node.inputType(1).getElementType()));
}

LogicalResult importIdentity(NodeBinder &node) { return node.output(node.input(0)); }

/// In inference a dropout is its input, and its mask is true everywhere.
LogicalResult dropout(NodeBinder &node, double ratio) {
  if (node.isUsed(1) && node.opset >= 10) {
    auto mask = RankedTensorType::get(node.inputShape(0), node.builder.getI1Type());
    if (failed(node.output(node.splat(mask, 1), 1)))
      return failure();
  }
  return node.output(node.create<DropoutOp>(node.input(0), {.ratio = node.f64(ratio)}));
}

LogicalResult importAttributeDropout(NodeBinder &node) {
  node.ignore({"is_test"});
  return dropout(node, node.number("ratio", 0.5));
}

LogicalResult importDropout(NodeBinder &node) {
  node.ignore({"seed"});
  FailureOr<SmallVector<double>> ratio = node.constantFloats(1), training = node.constantFloats(2);
  if (failed(ratio) || failed(training))
    return failure();
  double rate = ratio->empty() ? 0.5 : ratio->front();
  if (!training->empty() && training->front() != 0 && rate != 0)
    return node.error("training_mode is set: only inference can be compiled");
  return dropout(node, rate);
}

} // namespace

void registerElementwise(ImporterTable &table) {
  table.onOp("Sqrt", 6, {1, 1}, importUnary<SqrtOp>);
  table.onOp("Exp", 6, {1, 1}, importUnary<ExpOp>);
  table.onOp("Log", 6, {1, 1}, importUnary<LogOp>);
  table.onOp("Abs", 6, {1, 1}, importUnary<AbsOp>);
  table.onOp("Neg", 6, {1, 1}, importUnary<NegOp>);
  table.onOp("Erf", 9, {1, 1}, importUnary<ErfOp>);
  table.onOp("Reciprocal", 6, {1, 1}, importUnary<ReciprocalOp>);
  table.onOp("Floor", 6, {1, 1}, importUnary<FloorOp>);
  table.onOp("Ceil", 6, {1, 1}, importUnary<CeilOp>);
  table.onOp("Round", 11, {1, 1}, importUnary<RoundOp>);
  table.onOp("Sign", 9, {1, 1}, importUnary<SignOp>);
  table.onOp("Sin", 7, {1, 1}, importUnary<SinOp>);
  table.onOp("Cos", 7, {1, 1}, importUnary<CosOp>);
  table.onOp("Not", 1, {1, 1}, importUnary<NotOp>);
  table.onOp("Tan", 7, {1, 1}, importTan);
  table.onOp("IsNaN", 9, {1, 1}, importIsNaN);
  table.onOp("IsInf", 10, {1, 1}, importIsInf);

  table.onOp("Add", 6, {2, 2}, importAxisBinary<AddOp>);
  table.onOp("Sub", 6, {2, 2}, importAxisBinary<SubOp>);
  table.onOp("Mul", 6, {2, 2}, importAxisBinary<MulOp>);
  table.onOp("Div", 6, {2, 2}, importAxisBinary<DivOp>);
  table.onOp("Pow", 1, {2, 2}, importAxisBinary<PowOp>);
  table.onOp("Equal", 1, {2, 2}, importAxisBinary<EqualOp>);
  table.onOp("Less", 1, {2, 2}, importAxisBinary<LessOp>);
  table.onOp("Greater", 1, {2, 2}, importAxisBinary<GreaterOp>);
  table.onOp("And", 1, {2, 2}, importAxisBinary<AndOp>);
  table.onOp("Or", 1, {2, 2}, importAxisBinary<OrOp>);
  table.onOp("Xor", 1, {2, 2}, importAxisBinary<XorOp>);
  table.onOp("Add", 7, {2, 2}, importBinary<AddOp>);
  table.onOp("Sub", 7, {2, 2}, importBinary<SubOp>);
  table.onOp("Mul", 7, {2, 2}, importBinary<MulOp>);
  table.onOp("Div", 7, {2, 2}, importBinary<DivOp>);
  table.onOp("Pow", 7, {2, 2}, importBinary<PowOp>);
  table.onOp("Equal", 7, {2, 2}, importBinary<EqualOp>);
  table.onOp("Less", 7, {2, 2}, importBinary<LessOp>);
  table.onOp("LessOrEqual", 12, {2, 2}, importBinary<LessEqualOp>);
  table.onOp("Greater", 7, {2, 2}, importBinary<GreaterOp>);
  table.onOp("GreaterOrEqual", 12, {2, 2}, importBinary<GreaterEqualOp>);
  table.onOp("And", 7, {2, 2}, importBinary<AndOp>);
  table.onOp("Or", 7, {2, 2}, importBinary<OrOp>);
  table.onOp("Xor", 7, {2, 2}, importBinary<XorOp>);
  table.onOp("Mod", 10, {2, 2}, importMod);

  table.onOp("Sum", 6, {1, anyNumber}, importVariadic<AddOp>);
  table.onOp("Max", 6, {1, anyNumber}, importVariadic<MaxOp>);
  table.onOp("Min", 6, {1, anyNumber}, importVariadic<MinOp>);
  table.onOp("Mean", 6, {1, anyNumber}, importMean);

  table.onOp("Where", 9, {3, 3}, importWhere);
  table.onOp("Trilu", 14, {1, 2}, importTrilu);
  table.onOp("Cast", 6, {1, 1}, importCast);
  table.onOp("CastLike", 15, {2, 2}, importCastLike);
  table.onOp("Identity", 1, {1, 1}, importIdentity);
  table.onOp("Dropout", 6, {1, 1}, importAttributeDropout);
  table.onOp("Dropout", 12, {1, 3}, importDropout);
}

} // namespace cnnc::onnx
