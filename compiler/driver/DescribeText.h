// SPDX-License-Identifier: Apache-2.0
// What a text says of itself: `cnnc --help FILE.cnn`.
#pragma once

#include "compiler/driver/Options.h"

namespace cnnc {

/// Prints each network of a file, or the one that --network names, with its documentation, inputs, parameters and
/// outputs; returns the exit code.
int describeText(const Options &options);

} // namespace cnnc
