// SPDX-License-Identifier: Apache-2.0
// From a scheduled network to phases, kernels and weights: all that an emitter needs.
#pragma once

#include "compiler/cost/Target.h"
#include "compiler/emit/Emit.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace cnnc::loops {

struct LoweredNetwork {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< the loops level
  emit::WeightSection weights;              ///< reads the constants of the scheduled module, which must live on
};

/// Lowers `main` of a scheduled module. `prefix` is that of the library's C symbols, `name` the network's.
/// Fails, with a diagnostic at the operator, where an operator has no lowering.
mlir::FailureOr<LoweredNetwork> lowerToLoops(mlir::ModuleOp scheduled, const Target &target, llvm::StringRef prefix,
                                             llvm::StringRef name);

} // namespace cnnc::loops
