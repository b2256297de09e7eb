// SPDX-License-Identifier: Apache-2.0
// What commands that only read a model have in common.
#pragma once

#include "compiler/driver/Options.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Error.h"

namespace cnnc {

/// Runs a command with a context of its own and shows its progress; returns the exit code. An error is printed in one
/// line, unless the context's diagnostics said it.
int runCommand(const Options &options, const char *step,
               llvm::function_ref<llvm::Error(mlir::MLIRContext &context, const Options &options)> body);

} // namespace cnnc
