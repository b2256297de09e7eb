// SPDX-License-Identifier: Apache-2.0
// The paths of layers that a model's own names suggest.
#pragma once

#include "mlir/IR/Location.h"

#include <string>

namespace cnnc::dsl {

/// `layer1.0.conv1` of a weight that is called `layer1.0.conv1.weight`; nothing of one that is called otherwise.
std::string pathOfWeight(mlir::Location location, llvm::StringRef weight);
/// `layer1.0.conv1` of a node that is called `/layer1/layer1.0/conv1/Conv`; nothing of one that has only a number.
std::string pathOfNode(mlir::Location location);
/// The part of a path behind the last dot, with the one before it as long as it does not begin with a letter, as the
/// name of a variable; or nothing.
std::string variableOf(llvm::StringRef path);

} // namespace cnnc::dsl
