// SPDX-License-Identifier: Apache-2.0
// What values are called in C++.
#pragma once

#include "mlir/IR/Value.h"

#include <string>

namespace cnnc::emit::cxx {

/// As the location of a value says, else as a function that it is handed to calls it.
std::string hintOf(mlir::Value value, llvm::StringRef otherwise);
/// What memory is called; that of results is no x.
std::string memoryHint(mlir::Value memory);
/// A word for any value that gets a name: what is read is called after its memory.
std::string wordOf(mlir::Value value);
/// What a loop carries, by its next value, is called after what computes it in the innermost loop.
std::string wordOfCarried(mlir::Value next);

/// Whether the function of the argument, or one that it calls, stores through it.
bool isWritten(mlir::BlockArgument argument);

} // namespace cnnc::emit::cxx
