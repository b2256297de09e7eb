// SPDX-License-Identifier: Apache-2.0
// The C header of a compiled model.
#pragma once

#include "compiler/emit/ModelTable.h"
#include "llvm/Support/raw_ostream.h"

namespace cnnc::emit {

/// Writes the header: the entry `<prefix>_model()`, sizes, and a typed inline function that runs the model.
void writeHeader(const ModelTable &table, llvm::StringRef prefix, llvm::raw_ostream &os);

} // namespace cnnc::emit
