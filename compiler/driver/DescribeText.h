// SPDX-License-Identifier: Apache-2.0
// What a text says of itself: `cnnc --help FILE.cnn`.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace cnnc {

/// Prints each network of a file with its documentation, inputs, parameters and outputs; returns the exit code.
int describeText(llvm::StringRef path);

} // namespace cnnc
