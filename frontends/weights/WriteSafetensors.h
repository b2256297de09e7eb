// SPDX-License-Identifier: Apache-2.0
// Writes weights by name.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <map>
#include <string>

namespace cnnc::weights {

/// Writes a safetensors file with the weights in the order of their names. An error is one line.
llvm::Error writeSafetensors(const std::map<std::string, mlir::ElementsAttr> &weights, llvm::raw_ostream &os);

} // namespace cnnc::weights
