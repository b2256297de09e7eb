// SPDX-License-Identifier: Apache-2.0
// The weights as an ELF object, streamed: LLVM would hold several copies of them.
#pragma once

#include "compiler/emit/Emit.h"
#include "llvm/TargetParser/Triple.h"

namespace cnnc::emit {

inline constexpr llvm::StringLiteral kWeightsSection = ".cnnc.weights";

/// Writes an object with one read-only, page-aligned section `.cnnc.weights` and the hidden symbol `symbol` at its
/// start.
llvm::Error writeWeightsObject(llvm::raw_ostream &out, const WeightSection &weights, llvm::StringRef symbol,
                               llvm::Triple::ArchType arch);
/// The same without the bytes. The section only reserves addresses; see attachWeights().
llvm::Error reserveWeights(llvm::raw_ostream &out, uint64_t bytes, llvm::StringRef symbol, llvm::Triple::ArchType arch);

} // namespace cnnc::emit
