// SPDX-License-Identifier: Apache-2.0
// The weights as an ELF object, streamed: LLVM would hold several copies of them.
#pragma once

#include "compiler/emit/Emit.h"
#include "llvm/TargetParser/Triple.h"

namespace cnnc::emit {

/// Writes an object with one read-only, page-aligned section `.cnnc.weights` and the hidden symbol `symbol` at its start.
llvm::Error writeWeightsObject(llvm::raw_ostream &out, const WeightSection &weights, llvm::StringRef symbol,
                               llvm::Triple::ArchType arch);

} // namespace cnnc::emit
