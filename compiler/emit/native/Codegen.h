// SPDX-License-Identifier: Apache-2.0
// From the LLVM dialect to an object in memory.
#pragma once

#include "compiler/emit/Emit.h"
#include "compiler/emit/ModelTable.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace cnnc::emit {

/// What the C symbols are called.
struct SymbolNames {
  std::string model, weights;
  explicit SymbolNames(const std::string &prefix) : model(prefix + "_model"), weights(prefix + "_weights") {}
};

/// A lowered module with its descriptor and the entry code, optimised for the machine: the object in memory, or its IR.
/// Only `names.model` is visible; the weights are expected under `names.weights`.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> generateObject(mlir::ModuleOp lowered, const ModelTable &table,
                                                                   const SymbolNames &names, const MachineTarget &target);
llvm::Error generateText(mlir::ModuleOp lowered, const ModelTable &table, const SymbolNames &names,
                         const MachineTarget &target, llvm::raw_ostream &os);

} // namespace cnnc::emit
