// SPDX-License-Identifier: Apache-2.0
// Looks for parts of networks that are alike but for their arguments, over and over, the most worthwhile first.
#include "frontends/dsl/FindBlocks.h"

#include "frontends/dsl/LayerPath.h"
#include "frontends/dsl/MakeBlock.h"
#include "frontends/dsl/Signature.h"
#include "frontends/dsl/WriteCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

#include <limits>
#include <map>

using namespace llvm;

namespace cnnc::dsl {
namespace {

constexpr size_t kLeastOperators = 3, kMostCalls = 200, kMostInputs = 3;
/// Calls that a block must save beyond those of its own text.
constexpr int kLeastSaved = 4;

/// Parts that are alike.
struct Candidate {
  std::vector<Part> parts;
  size_t length = 0, inputs = 0;
  bool beginsWithWeights = false;

  int saved() const {
    int copies = static_cast<int>(parts.size());
    return (copies - 1) * static_cast<int>(length) - copies * static_cast<int>(inputs);
  }
  /// Where as much is saved, a layer with weights is the better beginning.
  auto rank() const { return std::tuple(saved(), beginsWithWeights, length); }
};

class Finder {
public:
  Finder(CallGraph &network, mlir::MLIRContext &context);
  std::vector<CallGraph> run();

private:
  void search(size_t graph);
  bool isBlock(const Call &call) const {
    return any_of(graphs, [&](const CallGraph &graph) { return graph.name == call.callee; });
  }
  std::optional<Candidate> best();
  void extract(const Candidate &candidate);
  std::string nameOf(const Candidate &candidate) const;

  /// The network is the last; a block stands before all that call it.
  std::vector<CallGraph> graphs;
  CallGraph &network;
  std::set<std::string> taken;
  /// By what all copies have in common: their shape, and the labels within.
  std::map<std::pair<uint64_t, uint64_t>, Candidate> found;
};

Finder::Finder(CallGraph &network, mlir::MLIRContext &context) : network(network) {
  for (const std::string &name : Signature::names(context))
    taken.insert(name);
  for (const char *name :
       {"range", "len", "shape", "channels", "min", "max", "floor", "ceil", "round", "sqrt", "abs", "pow"})
    taken.insert(name);
  taken.insert(network.name);
  graphs.push_back(std::move(network));
}

/// A part's wiring and what its calls are, without what may be an argument of the block.
struct Shape {
  std::string text;
  std::vector<TensorRef> inputs;

  void add(const CallGraph &graph, size_t begin, size_t index) {
    const Call &call = graph.calls[index];
    text += call.callee + "/" + std::to_string(call.types.size()) + "(";
    for (const CallArgument &argument : call.arguments) {
      text += argument.parameter + ":" + std::to_string(argument.atoms.size());
      for (TensorRef ref : argument.tensors) {
        if (ref.call >= static_cast<int>(begin)) {
          text += "," + std::to_string(ref.call - static_cast<int>(begin)) + "." + std::to_string(ref.index);
          continue;
        }
        size_t input = llvm::find(inputs, ref) - inputs.begin();
        if (input == inputs.size())
          inputs.push_back(ref);
        text += ",x" + std::to_string(input);
      }
      text += ";";
    }
    text += call.path.empty() ? ")" : ")!";
  }
};

void Finder::search(size_t which) {
  const CallGraph &graph = graphs[which];
  size_t count = graph.calls.size();
  // The last call that reads any result of a call; what an output is, is read at the end.
  std::vector<size_t> lastUse(count, 0);
  for (auto [i, call] : enumerate(graph.calls))
    for (const CallArgument &argument : call.arguments)
      for (TensorRef ref : argument.tensors)
        if (ref.call >= 0)
          lastUse[ref.call] = i;
  for (const auto &[name, ref] : graph.outputs)
    if (ref.call >= 0)
      lastUse[ref.call] = std::numeric_limits<size_t>::max();

  for (size_t begin = 0; begin != count; ++begin) {
    Shape shape;
    size_t operators = 0;
    size_t needed = 0; ///< the call up to which results within the part are read
    for (size_t end = begin; end != std::min(count, begin + kMostCalls); ++end) {
      const Call &call = graph.calls[end];
      if (call.isReuse || call.isReused)
        break;
      shape.add(graph, begin, end);
      if (shape.inputs.size() > kMostInputs)
        break;
      size_t length = end - begin + 1;
      bool isClosed = needed <= end;
      needed = std::max(needed, lastUse[end]);
      // A block holds several operators.
      operators += isBlock(call) ? kLeastOperators - 1 : 1;
      if (operators < kLeastOperators || !isClosed || call.types.size() != 1 || shape.inputs.empty())
        continue;
      std::optional<std::string> labels = labelsWithin(graph, {which, begin, length});
      if (!labels)
        continue;
      Candidate &candidate = found[{xxh3_64bits(shape.text), xxh3_64bits(*labels)}];
      candidate.length = length;
      candidate.inputs = shape.inputs.size();
      candidate.beginsWithWeights = graph.calls[begin].hasWeights;
      // Copies may not overlap.
      bool isFree = candidate.parts.empty() || candidate.parts.back().graph != which ||
                    candidate.parts.back().begin + length <= begin;
      if (isFree)
        candidate.parts.push_back({which, begin, length});
    }
  }
}

std::optional<Candidate> Finder::best() {
  found.clear();
  for (size_t i = 0; i != graphs.size(); ++i)
    search(i);
  const Candidate *best = nullptr;
  for (auto &[key, candidate] : found) {
    dropDoubleLabels(graphs, candidate.parts);
    if (candidate.parts.size() > 1 && (!best || candidate.rank() > best->rank()))
      best = &candidate;
  }
  if (!best || best->saved() < kLeastSaved)
    return std::nullopt;
  return *best;
}

/// What the labels of its calls have in common, without their numbers.
std::string Finder::nameOf(const Candidate &candidate) const {
  std::optional<std::string> common;
  for (const Part &part : candidate.parts) {
    std::string label = variableOf(prefixOf(graphs[part.graph], part));
    if (!common)
      common = label;
    size_t length = 0;
    while (length < std::min(common->size(), label.size()) && (*common)[length] == label[length])
      ++length;
    common->resize(length);
  }
  StringRef stem = StringRef(*common).take_while(isAlpha);
  constexpr size_t kLeastLetters = 3;
  return freshName(stem.size() < kLeastLetters || isKeyword(stem) ? "unit" : stem.lower(), taken);
}

void Finder::extract(const Candidate &candidate) {
  std::string name = nameOf(candidate);
  taken.insert(name);
  CallGraph block = makeBlock(graphs, candidate.parts, name);
  // Before the first graph that calls it.
  size_t place = graphs.size();
  for (const Part &part : candidate.parts)
    place = std::min(place, part.graph);
  graphs.insert(graphs.begin() + place, std::move(block));
}

std::vector<CallGraph> Finder::run() {
  while (std::optional<Candidate> candidate = best())
    extract(*candidate);
  network = std::move(graphs.back());
  graphs.pop_back();
  return std::move(graphs);
}

} // namespace

std::vector<CallGraph> findBlocks(CallGraph &network, mlir::MLIRContext &context) {
  return Finder(network, context).run();
}

} // namespace cnnc::dsl
