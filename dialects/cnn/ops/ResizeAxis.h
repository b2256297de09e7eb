// SPDX-License-Identifier: Apache-2.0
// Where the pixels of a resampled image come from, as index arithmetic: for the plain loops and for kernels.
#pragma once

#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/VectorMath.h"

namespace cnnc::cnn {

/// One dimension of a resize: indices of the result in, indices of the operand out, held within it.
class ResizeAxis {
public:
  ResizeAxis(Loops &loops, ResizeOp op, unsigned d);

  bool crops() const { return coordinates == "tf_crop_and_resize"; }
  bool isIdentity() const { return in == out && (crops() ? start == 0 && end == 1 : scale == 1); }
  /// Whether the source of `i` lies beside the image.
  mlir::Value isOutside(mlir::Value i) const;
  /// The one source of `i`, by the operator's rounding.
  mlir::Value nearest(mlir::Value i) const;
  /// The sources on both sides of `i`, and the weight of the second, in f64.
  std::tuple<mlir::Value, mlir::Value, Float> linear(mlir::Value i) const;

private:
  /// In f64, so that halves are told exactly.
  Float coordinate(mlir::Value i) const;
  /// The index of a whole number, held within the image.
  mlir::Value toIndex(Float whole) const;

  Loops &loops;
  int64_t in, out;
  double scale, start = 0, end = 1;
  llvm::StringRef coordinates, rounding;
};

} // namespace cnnc::cnn
