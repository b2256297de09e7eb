// SPDX-License-Identifier: Apache-2.0
// Runs an operator in the compiler, on constants.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace cnnc::cnn {

/// The results of `op` on constant operands, found by interpreting its plain loops; so folding a constant can
/// never disagree with the meaning of the operator. Fails if the op has no plain meaning, or works on more than
/// `maxElements` elements (the interpreter is slow; weights are better left to the machine).
mlir::LogicalResult evaluate(mlir::Operation *op, mlir::ArrayRef<mlir::ElementsAttr> operands,
                             mlir::SmallVectorImpl<mlir::ElementsAttr> &results, int64_t maxElements = 1 << 16);

} // namespace cnnc::cnn
