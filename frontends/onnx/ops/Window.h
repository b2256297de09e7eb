// SPDX-License-Identifier: Apache-2.0
// What convolutions and pools share: windows over two spatial dimensions, and one-dimensional ones
// as H = 1.
#pragma once

#include "frontends/onnx/NodeBinder.h"

namespace cnnc::onnx {

/// Kernel, stride, dilation and padding in two dimensions.
struct Window {
  llvm::SmallVector<int64_t> kernel, stride, dilation;
  llvm::SmallVector<int64_t> pad; ///< top, left, bottom, right

  /// The attributes of a node whose first input is the image. `kernel` as the weights have it; if
  /// it is empty the node must say kernel_shape itself.
  static mlir::FailureOr<Window> read(NodeBinder &node, llvm::ArrayRef<int64_t> kernel);
};

/// `[N, C, W]` as `[N, C, 1, W]`; an image stays as it is.
mlir::Value toImage(NodeBinder &node, mlir::Value value);
/// Back to the rank of the node's first input.
mlir::Value fromImage(NodeBinder &node, mlir::Value value);

} // namespace cnnc::onnx
