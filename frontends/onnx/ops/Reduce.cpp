// SPDX-License-Identifier: Apache-2.0
// Imports reductions.
#include "frontends/onnx/NodeBinder.h"

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

/// `since` is the opset from which the axes are an input.
template <typename OpT, int64_t since>
LogicalResult importReduce(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  bool keep = node.flag("keepdims", true);
  bool noop = node.opset >= since && node.flag("noop_with_empty_axes", false);
  FailureOr<SmallVector<int64_t>> given = node.intsSince(since, "axes", 1);
  if (failed(given))
    return failure();
  FailureOr<SmallVector<int64_t>> axes =
      given->empty() && !noop ? to_vector(seq<int64_t>(0, rank)) : node.axes(*given, rank);
  if (failed(axes))
    return failure();
  return node.output(
      node.create<OpT>(node.input(0), {.axes = node.ints(*axes), .keep_dims = node.builder.getBoolAttr(keep)}));
}

template <typename OpT>
LogicalResult importArg(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), node.inputType(0).getRank());
  bool keep = node.flag("keepdims", true), last = node.flag("select_last_index", false);
  if (failed(axis))
    return failure();
  return node.output(node.create<OpT>(node.input(0), {.axis = node.i64(*axis),
                                                      .keep_dims = node.builder.getBoolAttr(keep),
                                                      .select_last = node.builder.getBoolAttr(last)}));
}

/// One at the first greatest element of each line along the axis, zero elsewhere.
LogicalResult importHardmax(NodeBinder &node) {
  RankedTensorType type = node.inputType(0);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), type.getRank());
  if (failed(axis))
    return failure();
  int64_t length = type.getDimSize(*axis);
  SmallVector<int64_t> line(type.getRank(), 1);
  line[*axis] = length;
  Value places = node.constantInts(to_vector(seq<int64_t>(length)), line);
  Value most = node.create<ArgMaxOp>(node.input(0), {.axis = node.i64(*axis)});
  return node.output(node.cast(node.create<EqualOp>({places, most}), type.getElementType()));
}

} // namespace

void registerReduce(ImporterTable &table) {
  table.onOp("ReduceSum", 1, {1, 2}, importReduce<ReduceSumOp, 13>);
  table.onOp("ReduceMean", 1, {1, 2}, importReduce<ReduceMeanOp, 18>);
  table.onOp("ReduceMax", 1, {1, 2}, importReduce<ReduceMaxOp, 18>);
  table.onOp("ReduceMin", 1, {1, 2}, importReduce<ReduceMinOp, 18>);
  table.onOp("ReduceProd", 1, {1, 2}, importReduce<ReduceProdOp, 18>);
  table.onOp("ReduceL1", 1, {1, 2}, importReduce<ReduceL1Op, 18>);
  table.onOp("ReduceL2", 1, {1, 2}, importReduce<ReduceL2Op, 18>);
  table.onOp("ReduceSumSquare", 1, {1, 2}, importReduce<ReduceSumSquareOp, 18>);
  table.onOp("ReduceLogSum", 1, {1, 2}, importReduce<ReduceLogSumOp, 18>);
  table.onOp("ReduceLogSumExp", 1, {1, 2}, importReduce<ReduceLogSumExpOp, 18>);
  table.onOp("ArgMax", 1, {1, 1}, importArg<ArgMaxOp>);
  table.onOp("ArgMin", 1, {1, 1}, importArg<ArgMinOp>);
  table.onOp("Hardmax", 13, {1, 1}, importHardmax);
}

} // namespace cnnc::onnx
