// SPDX-License-Identifier: Apache-2.0
// Imports normalisations. Those whose statistics come from the image itself are composed of
// reductions.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/NodeBinder.h"

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

LogicalResult importBatchNormalization(NodeBinder &node) {
  double eps = node.number("epsilon", 1e-5f);
  node.ignore({"momentum"});
  if (node.opset < 7)
    node.ignore({"is_test"});
  if (node.opset < 9 && !node.flag("spatial", true))
    return node.error("statistics for each element (spatial = 0) are not supported");
  if (node.opset >= 14 && node.flag("training_mode", false))
    return node.error("training_mode is set: only inference can be compiled");
  // Parameters may be wider or narrower than the image from opset 15 on.
  SmallVector<Value> operands = {node.input(0)};
  for (unsigned i = 1; i < 5; ++i)
    operands.push_back(node.cast(node.input(i), node.inputType(0).getElementType()));
  return node.output(node.create<BnOp>(operands, {.eps = node.f64(eps)}));
}

LogicalResult importLrn(NodeBinder &node) {
  double alpha = node.number("alpha", 1e-4f), beta = node.number("beta", 0.75), bias = node.number("bias", 1.0);
  int64_t size = node.integer("size");
  return node.output(node.create<LrnOp>(
      node.input(0), {.alpha = node.f64(alpha), .beta = node.f64(beta), .k = node.f64(bias), .size = node.i64(size)}));
}

template <typename OpT>
LogicalResult importSoftmax(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), node.inputType(0).getRank());
  if (failed(axis))
    return failure();
  return node.output(node.create<OpT>(node.input(0), {.axis = node.i64(*axis)}));
}

/// Before opset 13 all dimensions from `axis` on are one.
template <typename OpT>
LogicalResult importFlatSoftmax(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 1), rank);
  if (failed(axis))
    return failure();
  ArrayRef<int64_t> shape = node.inputShape(0);
  if (product(shape.drop_front(*axis + 1)) == 1)
    return node.output(node.create<OpT>(node.input(0), {.axis = node.i64(*axis)}));
  Value flat = node.reshape(node.input(0), {product(shape.take_front(*axis)), product(shape.drop_front(*axis))});
  return node.output(node.reshape(node.create<OpT>(flat, {.axis = node.i64(1)}), shape));
}

/// What is left of x when its mean along the axes is taken away and its deviation divided out.
struct Normalized {
  Value y, mean, inverseDeviation;
};

Normalized normalize(NodeBinder &node, Value x, ArrayRef<int64_t> axes, double eps) {
  if (!x)
    return {};
  auto scalar = RankedTensorType::get({}, node.typeOf(x).getElementType());
  Value mean = node.create<ReduceMeanOp>(x, {.axes = node.ints(axes)});
  Value centered = node.create<SubOp>({x, mean});
  Value variance = node.create<ReduceMeanOp>(node.create<MulOp>({centered, centered}), {.axes = node.ints(axes)});
  Value deviation = node.create<SqrtOp>(node.create<AddOp>({variance, node.splat(scalar, eps)}));
  Value inverse = node.create<ReciprocalOp>(deviation);
  return {node.create<MulOp>({centered, inverse}), mean, inverse};
}

SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) {
  return to_vector(seq<int64_t>(first, std::max(first, rank)));
}

/// `[C]` so that it broadcasts along the channels of `rank` dimensions.
Value perChannel(NodeBinder &node, Value value, int64_t rank) {
  SmallVector<int64_t> shape(rank - 1, 1);
  shape[0] = node.typeOf(value).getNumElements();
  return node.reshape(value, shape);
}

LogicalResult importInstanceNormalization(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  double eps = node.number("epsilon", 1e-5f);
  if (rank < 3)
    return node.error("its input has rank " + Twine(rank) + ", where an image is needed");
  Value y = normalize(node, node.input(0), axesFrom(2, rank), eps).y;
  y = node.create<MulOp>({y, perChannel(node, node.input(1), rank)});
  return node.output(node.create<AddOp>({y, perChannel(node, node.input(2), rank)}));
}

LogicalResult importGroupNormalization(NodeBinder &node) {
  ArrayRef<int64_t> shape = node.inputShape(0);
  int64_t groups = node.integer("num_groups");
  double eps = node.number("epsilon", 1e-5f);
  node.ignore({"stash_type"});
  if (shape.size() < 3 || groups < 1 || shape[1] % groups)
    return node.error(Twine(groups) + " groups do not divide the channels");
  Value grouped = node.reshape(node.input(0), {shape[0], groups, product(shape.drop_front(1)) / groups});
  Value y = normalize(node, grouped, {2}, eps).y;
  auto affine = [&](unsigned index) {
    // Before opset 21 there is one parameter for each group.
    bool perGroup = node.opset < 21;
    return perGroup ? node.reshape(node.input(index), {groups, 1}) : perChannel(node, node.input(index), shape.size());
  };
  if (node.opset >= 21)
    y = node.reshape(y, shape);
  y = node.create<AddOp>({node.create<MulOp>({y, affine(1)}), affine(2)});
  return node.output(node.reshape(y, shape));
}

LogicalResult importLayerNormalization(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), rank);
  double eps = node.number("epsilon", 1e-5f);
  node.ignore({"stash_type"});
  if (failed(axis))
    return failure();
  Normalized result = normalize(node, node.input(0), axesFrom(*axis, rank), eps);
  Value y = node.create<MulOp>({result.y, node.input(1)});
  if (node.hasInput(2))
    y = node.create<AddOp>({y, node.input(2)});
  if (failed(node.output(y)) || failed(node.output(result.mean, 1)) || failed(node.output(result.inverseDeviation, 2)))
    return failure();
  return success();
}

LogicalResult importRmsNormalization(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), rank);
  double eps = node.number("epsilon", 1e-5f);
  node.ignore({"stash_type"});
  if (failed(axis))
    return failure();
  Value x = node.input(0);
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  Value squares = node.create<ReduceMeanOp>(node.create<MulOp>({x, x}), {.axes = node.ints(axesFrom(*axis, rank))});
  Value root = node.create<SqrtOp>(node.create<AddOp>({squares, node.splat(scalar, eps)}));
  return node.output(node.create<MulOp>({node.create<DivOp>({x, root}), node.input(1)}));
}

LogicalResult importMeanVarianceNormalization(NodeBinder &node) {
  SmallVector<int64_t> given = node.integers("axes", {0, 2, 3});
  FailureOr<SmallVector<int64_t>> axes = node.axes(given, node.inputType(0).getRank());
  if (failed(axes))
    return failure();
  return node.output(normalize(node, node.input(0), *axes, 1e-18).y);
}

LogicalResult importLpNormalization(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), node.inputType(0).getRank());
  int64_t p = node.integer("p", 2);
  if (failed(axis))
    return failure();
  if (p != 1 && p != 2)
    return node.error("p = " + Twine(p) + " is not supported");
  Value x = node.input(0);
  Value norm = p == 1 ? node.create<ReduceL1Op>(x, {.axes = node.ints(*axis)})
                      : node.create<ReduceL2Op>(x, {.axes = node.ints(*axis)});
  // Zeros, whose norm is zero, stay zeros.
  auto element = dyn_cast<FloatType>(node.inputType(0).getElementType());
  if (!element)
    return node.error("its input must be floats");
  double least = APFloat::getSmallest(element.getFloatSemantics()).convertToDouble();
  Value floor = node.splat(RankedTensorType::get({}, element), least);
  return node.output(node.create<DivOp>({x, node.create<MaxOp>({norm, floor})}));
}

} // namespace

void registerNorm(ImporterTable &table) {
  table.onOp("BatchNormalization", 6, {5, 5}, importBatchNormalization);
  table.onOp("LRN", 1, {1, 1}, importLrn);
  table.onOp("Softmax", 1, {1, 1}, importFlatSoftmax<SoftmaxOp>);
  table.onOp("Softmax", 13, {1, 1}, importSoftmax<SoftmaxOp>);
  table.onOp("LogSoftmax", 1, {1, 1}, importFlatSoftmax<LogSoftmaxOp>);
  table.onOp("LogSoftmax", 13, {1, 1}, importSoftmax<LogSoftmaxOp>);
  table.onOp("InstanceNormalization", 6, {3, 3}, importInstanceNormalization);
  table.onOp("GroupNormalization", 18, {3, 3}, importGroupNormalization);
  table.onOp("LayerNormalization", 17, {2, 3}, importLayerNormalization);
  table.onOp("RMSNormalization", 23, {2, 2}, importRmsNormalization);
  table.onOp("MeanVarianceNormalization", 9, {1, 1}, importMeanVarianceNormalization);
  table.onOp("LpNormalization", 1, {1, 1}, importLpNormalization);
}

} // namespace cnnc::onnx
