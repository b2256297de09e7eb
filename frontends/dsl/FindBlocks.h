// SPDX-License-Identifier: Apache-2.0
// Repeated structures of a network as blocks.
#pragma once

#include "frontends/dsl/CallGraph.h"

namespace cnnc::dsl {

/// Replaces repeated calls by calls of blocks, those that save most first. The blocks come in an order in which each
/// calls only those before it.
std::vector<CallGraph> findBlocks(CallGraph &network, mlir::MLIRContext &context);

} // namespace cnnc::dsl
