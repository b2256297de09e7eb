// SPDX-License-Identifier: Apache-2.0
// What weights hold before anything was learned.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/Error.h"

namespace cnnc::weights {

/// Fills a weight as `init` says: a word (`zeros`, `ones`, `he_normal`, `he_uniform`, `xavier_normal`,
/// `xavier_uniform`, `orthogonal`), or an array of a word and a number (`constant`, `normal`, `truncated_normal`,
/// `uniform`). The numbers are a function of the seed and the weight's path, so another weight changes none of them.
llvm::Expected<mlir::ElementsAttr> initialize(mlir::RankedTensorType type, mlir::Attribute init, uint64_t seed,
                                              llvm::StringRef path);

} // namespace cnnc::weights
