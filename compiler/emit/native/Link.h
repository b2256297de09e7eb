// SPDX-License-Identifier: Apache-2.0
// Joins the code with the weights to the file that the user asked for.
#pragma once

#include "compiler/emit/native/Native.h"
#include "llvm/Support/MemoryBuffer.h"

namespace cnnc::emit {

/// Writes `options.output` from the code's object and the weights.
llvm::Error link(const llvm::MemoryBuffer &code, const WeightSection &weights, llvm::StringRef weightsSymbol,
                 const MachineTarget &target, const NativeOptions &options);

} // namespace cnnc::emit
