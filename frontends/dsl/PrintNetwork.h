// SPDX-License-Identifier: Apache-2.0
// From a module to the text that says it.
#pragma once

#include "frontends/dsl/CallGraph.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace cnnc::dsl {

struct PrintOptions {
  std::string name;             ///< of the network
  std::string origin;           ///< the file, where the metadata hold no description
  bool hasShortNumbers = false; ///< the module's numbers come from 32 bits
  bool findsBlocks = true;
};

struct PrintedNetwork {
  std::string text;
  std::map<std::string, mlir::ElementsAttr> weights; ///< by the paths at which the text asks for them
  std::vector<std::string> notes;                    ///< on what the text does not hold
};

/// Prints the network of a module as it was read, before any pass. The text is read again and compared with the module,
/// so that it says the same. What no text can say is reported at its operator.
mlir::FailureOr<PrintedNetwork> printNetwork(mlir::ModuleOp module, const PrintOptions &options);

} // namespace cnnc::dsl
