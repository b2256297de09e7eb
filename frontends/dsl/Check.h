// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text whatever runs, and what is likely not meant.
#pragma once

#include "frontends/dsl/Program.h"

#include "mlir/IR/MLIRContext.h"

namespace cnnc::dsl {

/// Reports parameters of one name, returns that end no block, and losses and preprocessing outside networks.
void check(const Program &program, Reporter &reporter);
/// Warns of names that nothing reads, and of names that hide a word.
void warn(const Program &program, mlir::MLIRContext &context, Reporter &reporter);

} // namespace cnnc::dsl
