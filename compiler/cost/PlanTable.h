// SPDX-License-Identifier: Apache-2.0
// What `--emit=plans` prints: for each layer the plan, its estimated time, and what it was chosen from.
#pragma once

#include "compiler/cost/Target.h"

#include "mlir/IR/BuiltinOps.h"

namespace cnnc {

void printPlans(mlir::ModuleOp scheduled, const Target &target, llvm::raw_ostream &os);

} // namespace cnnc
