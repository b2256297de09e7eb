// SPDX-License-Identifier: Apache-2.0
// What convolutions and pools share: windows over two spatial dimensions, and one-dimensional ones
// as H = 1.
#include "frontends/onnx/ops/Window.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

/// The padding that makes the result `ceil(input / stride)` long; the odd element goes to the end,
/// or to the beginning.
void padSame(Window &window, ArrayRef<int64_t> image, bool atEnd) {
  size_t rank = image.size();
  for (size_t d = 0; d < rank; ++d) {
    int64_t steps = divideCeil(image[d], window.stride[d]) - 1;
    int64_t span = (window.kernel[d] - 1) * window.dilation[d] + 1;
    int64_t total = std::max<int64_t>(steps * window.stride[d] + span - image[d], 0);
    window.pad[d] = atEnd ? total / 2 : total - total / 2;
    window.pad[rank + d] = total - window.pad[d];
  }
}

} // namespace

FailureOr<Window> Window::read(NodeBinder &node, ArrayRef<int64_t> kernel) {
  int64_t rank = node.inputType(0).getRank() - 2;
  if (rank == 3)
    return node.error("three spatial dimensions are not supported");
  if (rank != 1 && rank != 2)
    return node.error("its input has rank " + Twine(rank + 2) + ", where an image [N, C, H, W] is needed");
  SmallVector<int64_t> one(rank, 1), none(2 * rank, 0);
  Window window;
  window.kernel = node.integers("kernel_shape", kernel);
  window.stride = node.integers("strides", one);
  window.dilation = node.integers("dilations", one);
  window.pad = node.integers("pads", none);
  if (window.kernel.size() != size_t(rank) || (!kernel.empty() && ArrayRef(window.kernel) != kernel))
    return node.error("kernel_shape does not fit its inputs");
  if (window.stride.size() != size_t(rank) || window.dilation.size() != size_t(rank) ||
      window.pad.size() != size_t(2 * rank))
    return node.error("strides, dilations or pads do not fit an input of rank " + Twine(rank + 2));
  for (int64_t size : concat<int64_t>(window.kernel, window.stride, window.dilation))
    if (size < 1 || size > INT32_MAX)
      return node.error("kernel, stride and dilation must be positive, and not " + Twine(size));
  for (int64_t size : window.pad)
    if (size < 0 || size > INT32_MAX)
      return node.error("padding " + Twine(size) + " is not supported");

  std::string automatic = node.text("auto_pad", "NOTSET");
  if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER")
    padSame(window, node.inputShape(0).drop_front(2), automatic == "SAME_UPPER");
  else if (automatic == "VALID")
    window.pad = none;
  else if (automatic != "NOTSET")
    return node.error("auto_pad '" + automatic + "' is not known");

  if (rank == 1) {
    window.kernel.insert(window.kernel.begin(), 1);
    window.stride.insert(window.stride.begin(), 1);
    window.dilation.insert(window.dilation.begin(), 1);
    window.pad = {0, window.pad[0], 0, window.pad[1]};
  }
  return window;
}

Value toImage(NodeBinder &node, Value value) {
  if (!value || node.typeOf(value).getRank() != 3)
    return value;
  SmallVector<int64_t> shape(node.typeOf(value).getShape());
  shape.insert(shape.begin() + 2, 1);
  return node.reshape(value, shape);
}

Value fromImage(NodeBinder &node, Value value) {
  if (!value || node.inputType(0).getRank() != 3)
    return value;
  SmallVector<int64_t> shape(node.typeOf(value).getShape());
  shape.erase(shape.begin() + 2);
  return node.reshape(value, shape);
}

} // namespace cnnc::onnx
