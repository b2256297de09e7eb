// SPDX-License-Identifier: Apache-2.0
// Windows that slide over images: of convolutions and of pools.
#pragma once

#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

#include <array>

namespace cnnc::cnn {

/// Windows along one dimension: taps of a kernel, how far apart, the step between windows, and the
/// padding before and after the image.
struct Window {
  int64_t kernel, stride, dilation, low, high;

  /// From the first tap to the last.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  /// How many windows there are along `length` elements; below one if none fits. With `ceil` a last
  /// one may hang over the end if it begins within the image or the padding before it.
  int64_t count(int64_t length, bool ceil = false) const;
  /// The taps of window `i` that hit one of `length` elements.
  Span taps(Loops &loops, mlir::Value i, int64_t length, int64_t count, llvm::StringRef name) const;
  /// Where tap `tap` of window `i` hits.
  mlir::Value position(Loops &loops, mlir::Value i, mlir::Value tap) const;
};

/// Checks that an attribute holds `count` numbers from `least` on.
mlir::LogicalResult checkNumbers(Emit emit, llvm::StringRef name, llvm::ArrayRef<int64_t> values, size_t count,
                                 int64_t least);
/// Checks the attributes that windows are made of.
mlir::LogicalResult checkWindows(Emit emit, llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> stride,
                                 llvm::ArrayRef<int64_t> dilation, llvm::ArrayRef<int64_t> pad);
/// Says that a window is larger than its image.
std::string doesNotFit(mlir::RankedTensorType x, std::array<Window, 2> windows);

/// Makes the numbers of a call's `pad` and `stride` of words and defaults, for windows of `kernel` on its `x`.
mlir::LogicalResult completeWindows(LayerCall &call, llvm::ArrayRef<int64_t> kernel);

/// The windows of an operator, down the rows and along the columns.
template <typename Op>
std::array<Window, 2> windowsOf(Op op, llvm::ArrayRef<int64_t> kernel) {
  auto along = [&](int d) {
    return Window{kernel[d], op.getStride()[d], op.getDilation()[d], op.getPad()[d], op.getPad()[d + 2]};
  };
  return {along(0), along(1)};
}

/// What a pixel of an operator with such windows sees.
std::array<Reach, 2> reachOf(std::array<Window, 2> windows);

} // namespace cnnc::cnn
