// SPDX-License-Identifier: Apache-2.0
// The passes of the compiler in their order.
#pragma once

#include "compiler/cost/Target.h"
#include "compiler/driver/Options.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"

namespace cnnc {

/// The dialects that modules of any level are written in.
void registerDialects(mlir::DialectRegistry &registry);

/// Runs the passes from the network as read up to and including the stage that is to be emitted (Scheduled at most).
mlir::LogicalResult runPasses(mlir::ModuleOp network, const Target &target, const Options &options,
                              mlir::TimingScope &timing);

} // namespace cnnc
