// SPDX-License-Identifier: Apache-2.0
// What every emitter is given besides the loops: the target and the weights; and what it reads from the module.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <functional>
#include <string>

namespace cnnc::emit {

/// The bytes of the weight section. They are never held in memory as a whole: write() streams them, and may be called
/// once.
struct WeightSection {
  uint64_t bytes = 0;
  std::function<llvm::Error(llvm::raw_ostream &)> write;
};

/// The machine to make code for, in LLVM's words.
struct MachineTarget {
  std::string triple;   ///< x86_64-unknown-linux-gnu
  std::string cpu;      ///< x86-64-v3: also selects the scheduling model
  std::string features; ///< +avx2,+fma: may be empty
};

/// Names of the attributes that the loops level carries for the emitters.
inline constexpr llvm::StringLiteral kModelAttr = "cnnc.model"; ///< on the module: a dictionary
inline constexpr llvm::StringLiteral kPhaseAttr = "cnnc.phase"; ///< on a phase function: a dictionary
inline constexpr llvm::StringLiteral kBaseAttr =
    "cnnc.base"; ///< on a phase's argument: arena, weights, inputK, outputK

} // namespace cnnc::emit
