// SPDX-License-Identifier: Apache-2.0
// Which values of a scheduled network share a buffer.
#pragma once

#include "dialects/cnn/CnnOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace cnnc::cnn {

/// Where a blocked value lies: the value whose buffer it is a part of, and its first channel block there.
struct View {
  mlir::Value buffer;
  int64_t firstBlock = 0;
  bool operator==(const View &other) const { return buffer == other.buffer && firstBlock == other.firstBlock; }
};

/// The views that the joins of a network make of their parts. A value may be part of several joins if it lies in the
/// same place for all of them, as the growing concatenations of DenseNet do: each is a prefix of the next.
class Views {
public:
  Views() = default;
  /// Those of a function's joins, which must all be possible.
  explicit Views(mlir::func::FuncOp function);

  /// A value that no join reads is a buffer of its own.
  View of(mlir::Value value) const;
  /// Places the parts one after the other in the buffer of `result`; fails, and changes nothing, if one of them lies
  /// elsewhere already. Joins must come in the reverse order of the network, so that the biggest makes the buffer.
  mlir::LogicalResult join(mlir::ValueRange parts, mlir::Value result);

private:
  llvm::DenseMap<mlir::Value, View> views;
};

} // namespace cnnc::cnn
