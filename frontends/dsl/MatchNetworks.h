// SPDX-License-Identifier: Apache-2.0
// Whether a text says a network, and by which names it asks for the network's weights.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

namespace cnnc::dsl {

struct Match {
  /// What the text's parameters hold, by their paths. Weights that have no values here keep their own path.
  std::map<std::string, mlir::ElementsAttr> weights;
  /// Where both differ, and how; empty if they agree.
  std::string difference;
  mlir::Location location;
};

/// Compares the function of a network with the one that its text gave, operator by operator from the outputs back. With
/// `isShort`, float attributes may differ beyond 32 bits.
Match matchNetworks(mlir::func::FuncOp network, mlir::func::FuncOp text, bool isShort);

} // namespace cnnc::dsl
