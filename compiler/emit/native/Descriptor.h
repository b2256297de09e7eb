// SPDX-License-Identifier: Apache-2.0
// The immutable descriptor of a model as constant data, and the code behind its run().
#pragma once

#include "compiler/emit/native/Codegen.h"
#include "llvm/IR/Module.h"

namespace cnnc::emit {

/// Adds the descriptor, the entry code and the function `names.model` that returns the descriptor.
llvm::Error addDescriptor(llvm::Module &module, const ModelTable &table, const SymbolNames &names);

} // namespace cnnc::emit
