// SPDX-License-Identifier: Apache-2.0
// Imports pools.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/ops/Window.h"

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

LogicalResult importMaxPool(NodeBinder &node) {
  FailureOr<Window> window = Window::read(node, {});
  bool ceil = node.flag("ceil_mode", false);
  node.ignore({"storage_order"}); // The order of Indices, which are refused.
  if (failed(window))
    return failure();
  Value y = node.create<MaxPoolOp>(toImage(node, node.input(0)), {.ceil = node.builder.getBoolAttr(ceil),
                                                                  .dilation = node.ints(window->dilation),
                                                                  .kernel = node.ints(window->kernel),
                                                                  .pad = node.ints(window->pad),
                                                                  .stride = node.ints(window->stride)});
  return node.output(fromImage(node, y));
}

LogicalResult importAveragePool(NodeBinder &node) {
  FailureOr<Window> window = Window::read(node, {});
  bool ceil = node.flag("ceil_mode", false), countPad = node.flag("count_include_pad", false);
  if (failed(window))
    return failure();
  Value y =
      node.create<AvgPoolOp>(toImage(node, node.input(0)), {.ceil = node.builder.getBoolAttr(ceil),
                                                            .count_include_pad = node.builder.getBoolAttr(countPad),
                                                            .dilation = node.ints(window->dilation),
                                                            .kernel = node.ints(window->kernel),
                                                            .pad = node.ints(window->pad),
                                                            .stride = node.ints(window->stride)});
  return node.output(fromImage(node, y));
}

/// The p-th root of the sum of p-th powers: a mean of powers, times the size of the window.
LogicalResult importLpPool(NodeBinder &node) {
  FailureOr<Window> window = Window::read(node, {});
  int64_t p = node.integer("p", 2);
  if (failed(window))
    return failure();
  if (p < 1)
    return node.error("p = " + Twine(p) + " is not positive");
  if (node.flag("ceil_mode", false)) // A mean leaves out what hangs over the padding.
    return node.error("ceil_mode is not supported");
  auto scalar = RankedTensorType::get({}, node.inputType(0).getElementType());
  Value powers = node.create<PowOp>({node.create<AbsOp>(node.input(0)), node.splat(scalar, double(p))});
  Value mean = node.create<AvgPoolOp>(toImage(node, powers), {.count_include_pad = node.builder.getBoolAttr(true),
                                                              .dilation = node.ints(window->dilation),
                                                              .kernel = node.ints(window->kernel),
                                                              .pad = node.ints(window->pad),
                                                              .stride = node.ints(window->stride)});
  Value sum = node.create<MulOp>({mean, node.splat(scalar, double(product(window->kernel)))});
  return node.output(fromImage(node, node.create<PowOp>({sum, node.splat(scalar, 1.0 / double(p))})));
}

template <typename OpT>
LogicalResult importGlobalPool(NodeBinder &node) {
  if (node.inputType(0).getRank() < 3)
    return node.error("its input has rank " + Twine(node.inputType(0).getRank()) + ", where an image is needed");
  return node.output(node.create<OpT>(node.input(0)));
}

LogicalResult importGlobalLpPool(NodeBinder &node) {
  int64_t p = node.integer("p", 2), rank = node.inputType(0).getRank();
  auto axes = node.ints(to_vector(seq<int64_t>(2, std::max<int64_t>(rank, 2))));
  if (p == 1)
    return node.output(node.create<ReduceL1Op>(node.input(0), {.axes = axes}));
  if (p == 2)
    return node.output(node.create<ReduceL2Op>(node.input(0), {.axes = axes}));
  return node.error("p = " + Twine(p) + " is not supported");
}

} // namespace

void registerPool(ImporterTable &table) {
  table.onOp("MaxPool", 1, {1, 1}, importMaxPool);
  table.onOp("AveragePool", 1, {1, 1}, importAveragePool);
  table.onOp("GlobalAveragePool", 1, {1, 1}, importGlobalPool<GlobalAvgPoolOp>);
  table.onOp("GlobalMaxPool", 1, {1, 1}, importGlobalPool<GlobalMaxPoolOp>);
  table.onOp("LpPool", 11, {1, 1}, importLpPool);
  table.onOp("GlobalLpPool", 2, {1, 1}, importGlobalLpPool);
}

} // namespace cnnc::onnx
