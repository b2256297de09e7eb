// SPDX-License-Identifier: Apache-2.0
// `cnnc import`: a model as a text in cnnc's own language, with its weights beside it.
#pragma once

#include "compiler/driver/Options.h"

namespace cnnc {

/// Writes what the options ask for; returns the exit code. What is wrong is printed to stderr in one line.
int importModel(const Options &options);

} // namespace cnnc
