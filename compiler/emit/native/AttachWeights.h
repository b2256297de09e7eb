// SPDX-License-Identifier: Apache-2.0
// Puts the weights into a library that was linked without them: a linker would hold them in memory, and copy them.
#pragma once

#include "compiler/emit/Emit.h"

namespace cnnc::emit {

/// For the linker: the reserved section stands last, in a segment of its own.
inline constexpr llvm::StringLiteral kWeightsLast =
    "SECTIONS { .cnnc.weights : { *(.cnnc.weights) } } INSERT AFTER .bss;\n";

/// Streams the weights to the end of the library at `path`, whose weight section was only reserved.
llvm::Error attachWeights(llvm::StringRef path, const WeightSection &weights);

} // namespace cnnc::emit
