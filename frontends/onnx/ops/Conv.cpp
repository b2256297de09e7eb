// SPDX-License-Identifier: Apache-2.0
// Imports convolutions.
#include "frontends/onnx/ops/Window.h"

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

/// The window of a convolution, with the kernel that its weights have.
FailureOr<Window> readWindow(NodeBinder &node) {
  if (node.inputType(1).getRank() != node.inputType(0).getRank() || node.inputType(1).getRank() < 3)
    return node.error("its input has rank " + Twine(node.inputType(0).getRank()) + ", its weight " +
                      Twine(node.inputType(1).getRank()));
  return Window::read(node, node.inputShape(1).drop_front(2));
}

SmallVector<Value, 3> operands(NodeBinder &node) {
  SmallVector<Value, 3> values = {toImage(node, node.input(0)), toImage(node, node.input(1))};
  if (node.hasInput(2))
    values.push_back(node.input(2));
  return values;
}

LogicalResult importConv(NodeBinder &node) {
  int64_t groups = node.integer("group", 1);
  FailureOr<Window> window = readWindow(node);
  if (failed(window))
    return failure();
  if (groups < 1)
    return node.error("group " + Twine(groups) + " is not positive");
  Value y = node.create<ConvOp>(operands(node), {.dilation = node.ints(window->dilation),
                                                 .groups = node.i64(groups),
                                                 .pad = node.ints(window->pad),
                                                 .stride = node.ints(window->stride)});
  return node.output(fromImage(node, y));
}

/// Sets the padding so that the result has the asked size; where that is larger than what the image
/// gives, zeros follow.
void padTo(NodeBinder &node, Window &window, SmallVectorImpl<int64_t> &outputPad, ArrayRef<int64_t> size,
           bool moreAtEnd) {
  for (unsigned d = 0; d < 2; ++d) {
    int64_t input =
        node.typeOf(node.input(0)).getShape().size() == 3 && d == 0 ? 1 : node.inputShape(0).take_back(2)[d];
    int64_t natural = (input - 1) * window.stride[d] + (window.kernel[d] - 1) * window.dilation[d] + 1 + outputPad[d];
    int64_t total = std::max<int64_t>(natural - size[d], 0);
    outputPad[d] += std::max<int64_t>(size[d] - natural, 0);
    window.pad[d] = moreAtEnd ? total / 2 : total - total / 2;
    window.pad[2 + d] = total - window.pad[d];
  }
}

LogicalResult importConvTranspose(NodeBinder &node) {
  int64_t groups = node.integer("group", 1);
  FailureOr<Window> window = readWindow(node);
  if (failed(window))
    return failure();
  if (groups < 1)
    return node.error("group " + Twine(groups) + " is not positive");
  size_t rank = node.inputType(0).getRank() - 2;
  auto twoDimensional = [&](SmallVector<int64_t> values, int64_t first) {
    if (values.size() == rank + 2)
      values.erase(values.begin(), values.begin() + 2);
    if (values.size() == 1)
      values.insert(values.begin(), first);
    return values;
  };
  SmallVector<int64_t> outputPad = twoDimensional(node.integers("output_padding", SmallVector<int64_t>(rank, 0)), 0);
  SmallVector<int64_t> size = twoDimensional(node.integers("output_shape"), 1);
  std::string automatic = node.text("auto_pad", "NOTSET");
  bool isSame = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (size.empty() && isSame) {
    Value image = toImage(node, node.input(0));
    if (!image)
      return failure();
    for (unsigned d = 0; d < 2; ++d)
      size.push_back(node.typeOf(image).getDimSize(2 + d) * window->stride[d]);
  }
  if (outputPad.size() != 2 || (!size.empty() && size.size() != 2))
    return node.error("output_padding or output_shape does not fit its input");
  if (!size.empty())
    padTo(node, *window, outputPad, size, automatic == "SAME_UPPER");
  Value y = node.create<ConvTransposeOp>(operands(node), {.dilation = node.ints(window->dilation),
                                                          .groups = node.i64(groups),
                                                          .output_pad = node.ints(outputPad),
                                                          .pad = node.ints(window->pad),
                                                          .stride = node.ints(window->stride)});
  return node.output(fromImage(node, y));
}

} // namespace

void registerConv(ImporterTable &table) {
  table.onOp("Conv", 1, {2, 3}, importConv);
  table.onOp("ConvTranspose", 1, {2, 3}, importConvTranspose);
}

} // namespace cnnc::onnx
