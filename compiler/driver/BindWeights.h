// SPDX-License-Identifier: Apache-2.0
// Gives the parameters of a network that was read from text their values.
#pragma once

#include "compiler/driver/Options.h"
#include "mlir/IR/BuiltinOps.h"

namespace cnnc {

/// Replaces each cnn.parameter by a constant: from the files of --weights, or from its initializer. Without files a
/// note says so; names that are missing are errors. Reported to the diagnostics.
llvm::LogicalResult bindWeights(mlir::ModuleOp module, const Options &options);

} // namespace cnnc
