// SPDX-License-Identifier: Apache-2.0
// From loops to the LLVM dialect.
#pragma once

#include "compiler/emit/ModelTable.h"

namespace cnnc::emit {

/// Lowers a module of loops in place. Kernels take bare pointers; a phase becomes a function of C's type
/// `void (const cnnc_frame *frame, int64_t begin, int64_t end, int32_t worker)` under its own name.
llvm::Error lowerToLlvm(mlir::ModuleOp module, const ModelTable &table);

} // namespace cnnc::emit
