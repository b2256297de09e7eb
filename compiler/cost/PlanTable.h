// SPDX-License-Identifier: Apache-2.0
// What `--emit=plans` prints: for each layer the plan, its estimated (and measured) time, and what it was chosen from.
#pragma once

#include "compiler/cost/Target.h"

#include "mlir/IR/BuiltinOps.h"

namespace cnnc {

/// The microseconds that a layer (nodes | shapes) took by a plan, if it was measured.
using MeasuredTime = llvm::function_ref<std::optional<double>(llvm::StringRef layer, llvm::StringRef plan)>;

void printPlans(mlir::ModuleOp scheduled, const Target &target, llvm::raw_ostream &os, MeasuredTime measured = nullptr);

} // namespace cnnc
