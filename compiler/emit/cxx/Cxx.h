// SPDX-License-Identifier: Apache-2.0
// From loops to C++ source that anyone can read, keep and build.
#pragma once

#include "compiler/emit/Emit.h"
#include "mlir/IR/BuiltinOps.h"

namespace cnnc::emit {

struct CxxOptions {
  std::string output; ///< a folder, which is made if there is none
  std::string prefix; ///< of the C symbols
};

/// Writes the folder: C++ files, the header, the weights, and a CMakeLists.txt with the flags of
/// the target. Nothing is left behind on an error.
llvm::Error emitCxx(mlir::ModuleOp loops, const MachineTarget &target, const WeightSection &weights,
                    const CxxOptions &options);

} // namespace cnnc::emit
