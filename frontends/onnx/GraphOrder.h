// SPDX-License-Identifier: Apache-2.0
// Which nodes of a graph are needed, and in which order.
#pragma once

#include "frontends/onnx/Model.h"

#include "llvm/ADT/StringSet.h"

namespace cnnc::onnx {

/// The node's name, or its type and place where it has none.
std::string nodeName(const Graph &graph, unsigned index);
/// "node 'conv1' (Conv)".
std::string describeNode(const Graph &graph, unsigned index);

/// The nodes on which the outputs depend, in the file's order where that is an order.
class GraphOrder {
public:
  /// Also checks all names: each defined once, none used without a definition, no cycle.
  static llvm::Expected<GraphOrder> find(const Graph &graph);

  llvm::ArrayRef<unsigned> nodes() const { return order; }
  /// Whether a needed node or the graph's outputs read this value.
  bool isUsed(llvm::StringRef name) const { return !name.empty() && used.contains(name); }

private:
  std::vector<unsigned> order;
  llvm::StringSet<> used;
};

} // namespace cnnc::onnx
