// SPDX-License-Identifier: Apache-2.0
// From the options to the files that they ask for.
#pragma once

#include "compiler/driver/Options.h"

namespace cnnc {

/// Does what the options say; returns the exit code. What is wrong is printed to stderr in one line.
int compile(const Options &options);

} // namespace cnnc
