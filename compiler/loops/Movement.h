// SPDX-License-Identifier: Apache-2.0
// Phases that move values and compute nothing: halos, conversions of layout, copies to outputs.
#pragma once

#include "compiler/loops/Phase.h"

namespace cnnc::loops {

/// Writes zeros into the halo of a value. The arena is reused, so this runs before each definition.
void zeroHalo(Phase &phase, mlir::Value value);
/// Copies a value into another layout: plain, blocked by any number of channels, with any halo.
void convertLayout(Phase &phase, mlir::Value from, mlir::Value to);
/// Copies a plain value to output `index`.
void copyOutput(Phase &phase, mlir::Value value, unsigned index);

} // namespace cnnc::loops
