// SPDX-License-Identifier: Apache-2.0
// Reads what the user gives: an ONNX file, a text, or a module as --emit prints it.
#pragma once

#include "compiler/driver/Options.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace cnnc {

/// The module in `options.model`. Errors are reported to the context's diagnostics.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readModel(mlir::MLIRContext &context, const Options &options);

} // namespace cnnc
