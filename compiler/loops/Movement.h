// SPDX-License-Identifier: Apache-2.0
// Phases that move values and compute nothing: halos, conversions of layout, copies to outputs.
#pragma once

#include "compiler/loops/Phase.h"

namespace cnnc::loops {

/// Writes zeros into the halo of a value. The arena is reused, so this runs before each definition.
void zeroHalo(Phase &phase, mlir::Value value);
/// Writes every element of a value in its layout, plain or (of an image) blocked with any halo: element(at) is the
/// element of indices `at`, in the type of the memory. Lanes without a channel become zero.
void fillLayout(Phase &phase, mlir::Value value, llvm::function_ref<mlir::Value(mlir::ValueRange at)> element);
/// Where the element of logical indices `at` lies in the memory of a value.
llvm::SmallVector<mlir::Value> positionOf(cnn::Loops &loops, mlir::Type type, mlir::ValueRange at);
/// Copies a value into another layout: plain, blocked by any number of channels, with any halo.
void convertLayout(Phase &phase, mlir::Value from, mlir::Value to);
/// Copies a plain value to output `index`.
void copyOutput(Phase &phase, mlir::Value value, unsigned index);

} // namespace cnnc::loops
