// SPDX-License-Identifier: Apache-2.0
// Floats of 16 bits for machines and compilers that have no type for them.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace cnnc::loops {

/// Stores f16 and bf16 as i16, and writes their conversions from and to f32 as integer arithmetic.
void lowerHalfFloats(mlir::ModuleOp module);

} // namespace cnnc::loops
