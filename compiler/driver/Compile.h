// SPDX-License-Identifier: Apache-2.0
// From the options to the files that they ask for.
#pragma once

#include "compiler/cost/Target.h"
#include "compiler/driver/Options.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace cnnc {

using OnScheduled = llvm::function_ref<void(mlir::ModuleOp, const Target &)>;

/// Does what the options say; returns the exit code. What is wrong is printed to stderr in one line. With `onScheduled`
/// it ends where the passes have run, and hands their result over.
int compile(const Options &options, OnScheduled onScheduled = nullptr);

/// The same of a network that is there already; its parameters get their values. What is wrong is printed to `os`.
int compile(const Options &options, mlir::MLIRContext &context, mlir::OwningOpRef<mlir::ModuleOp> module,
            llvm::raw_ostream &os);

} // namespace cnnc
