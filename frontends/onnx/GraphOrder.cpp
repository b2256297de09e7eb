// SPDX-License-Identifier: Apache-2.0
// Which nodes of a graph are needed, and in which order.
#include "frontends/onnx/GraphOrder.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/Twine.h"

#include <queue>

using namespace llvm;

namespace cnnc::onnx {
namespace {

/// Values that no node makes have this in place of their node.
constexpr int external = -1;

/// Where each value comes from.
class Producers {
public:
  Error read(const Graph &graph) {
    if (!graph.sparseInitializers.empty())
      return makeError("initializer '" + graph.sparseInitializers.front() + "' is sparse, which is not supported");
    for (const ValueInfo &input : graph.inputs)
      if (!makers.try_emplace(input.name, external).second)
        return makeError("input '" + input.name + "' is declared twice");
    for (const Tensor &tensor : graph.initializers)
      makers.try_emplace(tensor.name, external);
    for (unsigned index = 0; index < graph.nodes.size(); ++index)
      for (const std::string &output : graph.nodes[index].outputs)
        if (!output.empty() && !makers.try_emplace(output, int(index)).second)
          return makeError(describeNode(graph, index) + ": its output '" + output + "' is already defined");
    for (unsigned index = 0; index < graph.nodes.size(); ++index)
      for (const std::string &input : graph.nodes[index].inputs)
        if (!input.empty() && !makers.contains(input))
          return makeError(describeNode(graph, index) + ": its input '" + input + "' is not defined");
    if (graph.outputs.empty())
      return makeError("the graph has no outputs");
    StringSet<> names;
    for (const ValueInfo &output : graph.outputs) {
      if (!makers.contains(output.name))
        return makeError("output '" + output.name + "' is not defined");
      if (!names.insert(output.name).second)
        return makeError("output '" + output.name + "' is declared twice");
    }
    return Error::success();
  }

  int of(StringRef name) const { return name.empty() ? external : makers.lookup(name); }

private:
  StringMap<int> makers;
};

} // namespace

std::string nodeName(const Graph &graph, unsigned index) {
  const Node &node = graph.nodes[index];
  return node.name.empty() ? node.type + "_" + std::to_string(index) : node.name;
}

std::string describeNode(const Graph &graph, unsigned index) {
  return "node '" + nodeName(graph, index) + "' (" + graph.nodes[index].type + ")";
}

Expected<GraphOrder> GraphOrder::find(const Graph &graph) {
  Producers producers;
  if (Error error = producers.read(graph))
    return std::move(error);

  // Needed nodes, from the outputs back.
  GraphOrder result;
  BitVector needed(graph.nodes.size());
  std::vector<unsigned> pending;
  auto use = [&](StringRef name) {
    result.used.insert(name);
    if (int maker = producers.of(name); maker != external && !needed.test(maker)) {
      needed.set(maker);
      pending.push_back(maker);
    }
  };
  for (const ValueInfo &output : graph.outputs)
    use(output.name);
  while (!pending.empty()) {
    unsigned index = pending.back();
    pending.pop_back();
    for (const std::string &input : graph.nodes[index].inputs)
      use(input);
  }

  // Of the nodes whose inputs are all made, always the first in the file.
  std::vector<unsigned> missing(graph.nodes.size());
  std::vector<SmallVector<unsigned, 2>> readers(graph.nodes.size());
  std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> ready;
  for (unsigned index : needed.set_bits()) {
    for (const std::string &input : graph.nodes[index].inputs)
      if (int maker = producers.of(input); maker != external) {
        ++missing[index];
        readers[maker].push_back(index);
      }
    if (missing[index] == 0)
      ready.push(index);
  }
  while (!ready.empty()) {
    unsigned index = ready.top();
    ready.pop();
    result.order.push_back(index);
    for (unsigned reader : readers[index])
      if (--missing[reader] == 0)
        ready.push(reader);
  }
  if (result.order.size() != needed.count())
    for (unsigned index : needed.set_bits())
      if (missing[index])
        return makeError(describeNode(graph, index) + ": lies on a cycle, or behind one");
  return result;
}

} // namespace cnnc::onnx
