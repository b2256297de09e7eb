// SPDX-License-Identifier: Apache-2.0
// `cnnc tune` and `--emit=plans --measure`: measure candidate plans inside the running network.
#pragma once

#include "compiler/driver/Options.h"

namespace cnnc {

/// Writes the plan file that the options name; returns the exit code.
int tune(const Options &options);
/// Prints the table of plans with measured times.
int measurePlans(const Options &options);

} // namespace cnnc
