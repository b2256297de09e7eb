// SPDX-License-Identifier: Apache-2.0
// `cnnc tune`: measures candidate plans inside the running network.
#pragma once

#include "compiler/driver/Options.h"

namespace cnnc {

/// Writes the plan file that the options name; returns the exit code.
int tune(const Options &options);

} // namespace cnnc
