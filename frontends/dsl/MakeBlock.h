// SPDX-License-Identifier: Apache-2.0
// One block of several parts of networks that are alike.
#pragma once

#include "frontends/dsl/CallGraph.h"

namespace cnnc::dsl {

/// Calls of a graph in a row, of which the last has the only result that others read.
struct Part {
  size_t graph, begin, length;
};

/// The label that a part's block would have: what the names of its layers begin with.
std::string prefixOf(const CallGraph &graph, const Part &part);
/// The labels within such a block; nothing if its own would be empty, or if it were not all that the model names so.
std::optional<std::string> labelsWithin(const CallGraph &graph, const Part &part);
/// Keeps those parts whose blocks would not have the label of another layer.
void dropDoubleLabels(llvm::ArrayRef<CallGraph> graphs, std::vector<Part> &parts);

/// Makes a block of the parts, which are alike, and calls it in their places. Where they differ, it has parameters.
CallGraph makeBlock(std::vector<CallGraph> &graphs, llvm::ArrayRef<Part> parts, const std::string &name);

} // namespace cnnc::dsl
