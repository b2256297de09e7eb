// SPDX-License-Identifier: Apache-2.0
// Reads what the user gives: an ONNX file, a text, or a module as --emit prints it.
#pragma once

#include "compiler/driver/Options.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace cnnc {

/// The module in `options.model`. Errors are reported to the context's diagnostics.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readModel(mlir::MLIRContext &context, const Options &options);
/// Gives a module that a program built what a text's gets: the values of its parameters, and --input-format.
llvm::LogicalResult completeModel(mlir::ModuleOp module, const Options &options);

} // namespace cnnc
