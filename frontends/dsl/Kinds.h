// SPDX-License-Identifier: Apache-2.0
// The words that values of a kind may be, where the kind itself says so and not the parameter.
#pragma once

#include "mlir/IR/Builders.h"

#include <string>

namespace cnnc::dsl {

/// Of `pads`, `init` and `dtype`; none of others.
llvm::ArrayRef<std::string> wordsOf(llvm::StringRef kind);
/// The type that a word of `dtype` names, or null.
mlir::Type elementType(mlir::Builder &builder, llvm::StringRef name);
/// Initializers that take a number: `[normal, 0.01]`.
llvm::ArrayRef<std::string> scaledInitializers();

} // namespace cnnc::dsl
