// SPDX-License-Identifier: Apache-2.0
// The passes from cnn to cnn.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace cnnc::graph {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph
