// SPDX-License-Identifier: Apache-2.0
// Imports activations.
#include "frontends/onnx/NodeBinder.h"

using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

template <typename OpT>
LogicalResult importPlain(NodeBinder &node) {
  return node.output(node.create<OpT>(node.input(0)));
}

/// Activations whose only attribute is alpha; `percent` is its default.
template <typename OpT, int percent>
LogicalResult importAlpha(NodeBinder &node) {
  return node.output(node.create<OpT>(node.input(0), {.alpha = node.f64(node.number("alpha", percent / 100.0))}));
}

LogicalResult importHardSigmoid(NodeBinder &node) {
  double alpha = node.number("alpha", 0.2f), beta = node.number("beta", 0.5);
  return node.output(node.create<HardSigmoidOp>(node.input(0), {.alpha = node.f64(alpha), .beta = node.f64(beta)}));
}

LogicalResult importSelu(NodeBinder &node) {
  double alpha = node.number("alpha", 1.67326319217681884765625),
         gamma = node.number("gamma", 1.05070102214813232421875);
  return node.output(node.create<SeluOp>(node.input(0), {.alpha = node.f64(alpha), .gamma = node.f64(gamma)}));
}

LogicalResult importGelu(NodeBinder &node) {
  std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.error("approximate '" + approximate + "' is not known");
  return node.output(
      node.create<GeluOp>(node.input(0), {.approximate = node.builder.getBoolAttr(approximate == "tanh")}));
}

/// Nothing between -lambd and lambd, and nearer to zero by `bias` outside.
LogicalResult importShrink(NodeBinder &node) {
  Value x = node.input(0);
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  double bias = node.number("bias", 0), lambd = node.number("lambd", 0.5);
  Value above = node.create<GreaterOp>({x, node.splat(scalar, lambd)});
  Value below = node.create<LessOp>({x, node.splat(scalar, -lambd)});
  Value less = node.create<SubOp>({x, node.splat(scalar, bias)});
  Value more = node.create<AddOp>({x, node.splat(scalar, bias)});
  Value low = node.create<WhereOp>({below, more, node.splat(scalar, 0)});
  return node.output(node.create<WhereOp>({above, less, low}));
}

LogicalResult importSwish(NodeBinder &node) {
  Value x = node.input(0);
  double alpha = node.number("alpha", 1.0);
  if (alpha == 1.0)
    return node.output(node.create<SiluOp>(x));
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  Value gate = node.create<SigmoidOp>(node.create<MulOp>({x, node.splat(scalar, alpha)}));
  return node.output(node.create<MulOp>({x, gate}));
}

/// Before opset 7 the slope is one number, or one for each channel.
LogicalResult importChannelPrelu(NodeBinder &node) {
  Value slope = node.input(1);
  int64_t rank = node.inputType(0).getRank();
  if (node.inputType(1).getRank() == 1 && node.inputShape(1)[0] != 1 && rank > 1) {
    SmallVector<int64_t> shape(rank - 1, 1);
    shape[0] = node.inputShape(1)[0];
    slope = node.reshape(slope, shape);
  }
  return node.output(node.create<PreluOp>({node.input(0), slope}));
}

LogicalResult importPrelu(NodeBinder &node) {
  return node.output(node.create<PreluOp>({node.input(0), node.input(1)}));
}

Value clip(NodeBinder &node, std::optional<double> min, std::optional<double> max) {
  return node.create<ClipOp>(node.input(0),
                             {.max = max ? node.f64(*max) : nullptr, .min = min ? node.f64(*min) : nullptr});
}

LogicalResult importAttributeClip(NodeBinder &node) {
  std::optional<double> min, max;
  if (node.hasAttribute("min"))
    min = node.number("min");
  if (node.hasAttribute("max"))
    max = node.number("max");
  return node.output(clip(node, min, max));
}

/// Bounds that are constant floats become attributes; others are operands.
LogicalResult importClip(NodeBinder &node) {
  auto isNumber = [&](unsigned index) {
    return !node.hasInput(index) || (node.constantOf(node.input(index)) && node.inputType(index).getNumElements() == 1);
  };
  if (isa<FloatType>(node.inputType(0).getElementType()) && isNumber(1) && isNumber(2)) {
    auto bound = [&](unsigned index) {
      return node.hasInput(index) ? std::optional(node.constantFloats(index)->front()) : std::nullopt;
    };
    return node.output(clip(node, bound(1), bound(2)));
  }
  Value y = node.input(0);
  if (node.hasInput(1))
    y = node.create<MaxOp>({y, node.input(1)});
  if (node.hasInput(2))
    y = node.create<MinOp>({y, node.input(2)});
  return node.output(y);
}

} // namespace

void registerActivation(ImporterTable &table) {
  table.onOp("Relu", 6, {1, 1}, importPlain<ReluOp>);
  table.onOp("Sigmoid", 6, {1, 1}, importPlain<SigmoidOp>);
  table.onOp("Tanh", 6, {1, 1}, importPlain<TanhOp>);
  table.onOp("Softplus", 1, {1, 1}, importPlain<SoftplusOp>);
  table.onOp("Softsign", 1, {1, 1}, importPlain<SoftsignOp>);
  table.onOp("HardSwish", 14, {1, 1}, importPlain<HardSwishOp>);
  table.onOp("Mish", 18, {1, 1}, importPlain<MishOp>);
  table.onOp("LeakyRelu", 6, {1, 1}, importAlpha<LeakyReluOp, 1>);
  table.onOp("ThresholdedRelu", 10, {1, 1}, importAlpha<ThresholdedReluOp, 100>);
  table.onOp("Elu", 6, {1, 1}, importAlpha<EluOp, 100>);
  table.onOp("Celu", 12, {1, 1}, importAlpha<CeluOp, 100>);
  table.onOp("Selu", 6, {1, 1}, importSelu);
  table.onOp("HardSigmoid", 6, {1, 1}, importHardSigmoid);
  table.onOp("Gelu", 20, {1, 1}, importGelu);
  table.onOp("Shrink", 9, {1, 1}, importShrink);
  table.onOp("Swish", 24, {1, 1}, importSwish);
  table.onOp("PRelu", 6, {2, 2}, importChannelPrelu);
  table.onOp("PRelu", 7, {2, 2}, importPrelu);
  table.onOp("Clip", 6, {1, 1}, importAttributeClip);
  table.onOp("Clip", 11, {1, 3}, importClip);
}

} // namespace cnnc::onnx
