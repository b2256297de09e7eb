// SPDX-License-Identifier: Apache-2.0
// From a .cnn file to a module whose weights are parameters.
#pragma once

#include "frontends/dsl/Evaluator.h"

namespace cnnc::dsl {

/// The network of a file: `main`, and the function for two images if its batch is free. Errors go to the reporter.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readNetwork(mlir::MLIRContext &context, llvm::StringRef path,
                                                               const NetworkOptions &options, Reporter &reporter);
/// The same of a text that is no file.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readNetwork(mlir::MLIRContext &context,
                                                               std::shared_ptr<const Source> source,
                                                               const NetworkOptions &options, Reporter &reporter);

} // namespace cnnc::dsl
