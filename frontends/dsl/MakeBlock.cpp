// SPDX-License-Identifier: Apache-2.0
// What differs between the parts follows from the block's input, from another parameter, or becomes one.
#include "frontends/dsl/MakeBlock.h"

#include "frontends/dsl/WriteCalls.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace cnnc::dsl {

static ArrayRef<Call> callsOf(const CallGraph &graph, const Part &part) {
  return ArrayRef(graph.calls).slice(part.begin, part.length);
}

std::string prefixOf(const CallGraph &graph, const Part &part) {
  std::optional<StringRef> prefix;
  for (const Call &call : callsOf(graph, part)) {
    StringRef path = call.path;
    if (path.empty())
      continue;
    StringRef parent = path.contains('.') ? path.rsplit('.').first : "";
    if (!prefix)
      prefix = parent;
    while (!prefix->empty() && parent != *prefix && !parent.starts_with((*prefix + ".").str()))
      prefix = prefix->contains('.') ? prefix->rsplit('.').first : "";
  }
  return prefix ? prefix->str() : "";
}

static bool isWithin(StringRef path, StringRef scope) {
  return path.consume_front(scope) && (path.empty() || path.front() == '.');
}

std::optional<std::string> labelsWithin(const CallGraph &graph, const Part &part) {
  std::string prefix = prefixOf(graph, part), labels;
  for (const Call &call : callsOf(graph, part)) {
    if (!call.path.empty() && prefix.empty())
      return std::nullopt;
    if (!call.path.empty())
      labels += StringRef(call.path).drop_front(prefix.size() + 1).str() + " ";
  }
  // What the model itself put together stays together.
  if (!prefix.empty())
    for (auto [i, call] : enumerate(graph.calls)) {
      bool isInside = i >= part.begin && i < part.begin + part.length;
      if (!call.name.empty() && isInside != isWithin(call.name, prefix))
        return std::nullopt;
    }
  return labels;
}

void dropDoubleLabels(ArrayRef<CallGraph> graphs, std::vector<Part> &parts) {
  std::vector<std::pair<size_t, std::string>> used;
  llvm::erase_if(parts, [&](const Part &part) {
    const CallGraph &graph = graphs[part.graph];
    std::string prefix = prefixOf(graph, part);
    if (prefix.empty())
      return false;
    std::pair<size_t, std::string> label{part.graph, prefix};
    bool isDouble =
        is_contained(used, label) || any_of(graph.calls, [&](const Call &call) { return call.path == prefix; });
    used.push_back(std::move(label));
    return isDouble;
  });
}

namespace {

class BlockMaker {
public:
  BlockMaker(std::vector<CallGraph> &graphs, ArrayRef<Part> parts) : graphs(graphs), parts(parts) {}
  CallGraph run(const std::string &name);

private:
  /// An argument's atom in each of the parts.
  using Row = std::vector<Atom>;
  struct Parameter {
    std::string name;
    Row row;
    const CallArgument *origin; ///< in the first part
    const Call *call;
  };

  const Call &callOf(const Part &part, size_t index) const { return graphs[part.graph].calls[part.begin + index]; }
  void findInputs();
  Atom unify(const Row &row, const CallArgument &argument, const Call &call);
  std::optional<std::string> fromInput(const Row &row, const CallArgument &argument, int64_t factor) const;
  std::optional<std::string> fromParameter(const Row &row, const CallArgument &argument, const Call &call) const;
  Call callFor(const Part &part, size_t which) const;
  void replaceParts();
  void setDefaults();

  std::vector<CallGraph> &graphs;
  ArrayRef<Part> parts;
  CallGraph block;
  std::vector<std::vector<TensorRef>> inputs; ///< of the parts
  std::vector<Parameter> parameters;
  std::set<std::string> taken;
};

mlir::RankedTensorType typeOf(const CallGraph &graph, TensorRef ref) {
  return ref.call < 0 ? graph.inputs[ref.index].type : graph.calls[ref.call].types[ref.index];
}

void BlockMaker::findInputs() {
  static constexpr StringLiteral kNames[] = {"x", "y", "z"};
  for (const Part &part : parts) {
    std::vector<TensorRef> &own = inputs.emplace_back();
    for (const Call &call : callsOf(graphs[part.graph], part))
      for (const CallArgument &argument : call.arguments)
        for (TensorRef ref : argument.tensors)
          if (ref.call < static_cast<int>(part.begin) && !is_contained(own, ref))
            own.push_back(ref);
  }
  for (size_t i = 0; i != inputs.front().size(); ++i) {
    block.inputs.push_back({kNames[i].str(), nullptr});
    taken.insert(kNames[i].str());
  }
}

std::optional<int64_t> intOf(const Atom &atom) {
  const int64_t *number = atom.isConstant() ? atom.value.as<int64_t>() : nullptr;
  return number ? std::optional(*number) : std::nullopt;
}

/// Whether `f(part, atom)` holds in each part.
template <typename Function>
bool holds(ArrayRef<Atom> row, Function f) {
  return all_of(enumerate(row), [&](const auto &entry) {
    std::optional<int64_t> number = intOf(entry.value());
    return number && f(entry.index(), *number);
  });
}

/// As a size of an input, times a factor, if it is one in all parts.
std::optional<std::string> BlockMaker::fromInput(const Row &row, const CallArgument &argument, int64_t factor) const {
  bool isShape = argument.kind == "ints";
  if (!isShape && argument.kind != "int")
    return std::nullopt;
  for (size_t input = 0; input != block.inputs.size(); ++input)
    for (int64_t d = 1; d <= (isShape ? 3 : 1); ++d) {
      bool isSize = holds(row, [&](size_t part, int64_t number) {
        mlir::RankedTensorType type = typeOf(graphs[parts[part].graph], inputs[part][input]);
        return type && d < type.getRank() && factor * type.getDimSize(d) == number;
      });
      if (!isSize)
        continue;
      const std::string &name = block.inputs[input].name;
      std::string size = d == 1 ? "channels(" + name + ")" : "shape(" + name + ")[" + std::to_string(d) + "]";
      return factor == 1 ? size : std::to_string(factor) + " * " + size;
    }
  return std::nullopt;
}

/// As a parameter, a multiple of one of the same kind, or the padding that keeps a size.
std::optional<std::string> BlockMaker::fromParameter(const Row &row, const CallArgument &argument,
                                                     const Call &call) const {
  auto isSame = [&](const Row &other) {
    return all_of(zip(row, other), [](const auto &pair) {
      auto &[a, b] = pair;
      return a == b || (!a.expression.empty() && a.expression == b.expression);
    });
  };
  // Numbers of different meaning may agree by chance.
  for (const Parameter &parameter : parameters)
    if (isSame(parameter.row) && (parameter.origin->parameter == argument.parameter ||
                                  (parameter.origin->kind == "int" && argument.kind == "int")))
      return parameter.name;
  for (const Parameter &parameter : parameters) {
    auto numberOf = [&](size_t part) { return intOf(parameter.row[part]); };
    std::optional<int64_t> first = numberOf(0), own = intOf(row.front());
    if (!first || !own)
      continue;
    bool isPadding =
        parameter.call == &call && parameter.origin != &argument && argument.kind == "pads" &&
        holds(row, [&](size_t part, int64_t number) { return numberOf(part) && *numberOf(part) - 1 == 2 * number; });
    if (isPadding)
      return "(" + parameter.name + " - 1) / 2";
    if (parameter.origin->parameter != argument.parameter || *first == 0 || *own == 0)
      continue;
    if (int64_t factor = *own / *first; factor > 1 && holds(row, [&](size_t part, int64_t number) {
                                          return numberOf(part) && *numberOf(part) * factor == number;
                                        }))
      return std::to_string(factor) + " * " + parameter.name;
    if (int64_t divisor = *first / *own; divisor > 1 && holds(row, [&](size_t part, int64_t number) {
                                           return numberOf(part) && number * divisor == *numberOf(part);
                                         }))
      return parameter.name + " / " + std::to_string(divisor);
  }
  return std::nullopt;
}

Atom BlockMaker::unify(const Row &row, const CallArgument &argument, const Call &call) {
  auto isEqualToFirst = [&](const Atom &atom) { return atom == row.front(); };
  if (all_of(row, isEqualToFirst))
    return row.front();
  std::optional<std::string> expression = fromInput(row, argument, 1);
  if (!expression)
    expression = fromParameter(row, argument, call);
  if (!expression) {
    // A multiple of the channels that come in, such as the groups and filters of an expansion.
    mlir::RankedTensorType type = typeOf(graphs[parts.front().graph], inputs.front().front());
    std::optional<int64_t> number = intOf(row.front());
    if (type && type.getRank() > 1 && number && type.getDimSize(1) && *number > type.getDimSize(1))
      expression = fromInput(row, argument, *number / type.getDimSize(1));
  }
  if (!expression) {
    expression = freshName(argument.parameter, taken);
    taken.insert(*expression);
    parameters.push_back({*expression, row, &argument, &call});
  }
  return {row.front().value, *expression};
}

/// The value that most parts have is the default, if they are more than half.
void BlockMaker::setDefaults() {
  std::vector<CallGraph::Parameter> required, optional;
  std::vector<Parameter> ordered, behind;
  for (Parameter &parameter : parameters) {
    const Atom *commonest = nullptr;
    long most = 0;
    for (const Atom &atom : parameter.row)
      if (long count = llvm::count(parameter.row, atom); atom.isConstant() && count > most) {
        commonest = &atom;
        most = count;
      }
    if (commonest && 2 * most > static_cast<long>(parts.size())) {
      optional.push_back({parameter.name, *commonest});
      behind.push_back(std::move(parameter));
    } else {
      required.push_back({parameter.name, std::nullopt});
      ordered.push_back(std::move(parameter));
    }
  }
  append_range(required, optional);
  for (Parameter &parameter : behind)
    ordered.push_back(std::move(parameter));
  block.parameters = std::move(required);
  parameters = std::move(ordered);
}

/// The kind of one of an argument's atoms.
std::string kindOf(const std::string &kind) {
  return kind == "pads" || kind == "spatial" || kind == "ints" ? "int"
         : kind == "floats" || kind == "tensor"                ? "float"
                                                               : kind;
}

Call BlockMaker::callFor(const Part &part, size_t which) const {
  const CallGraph &graph = graphs[part.graph];
  const Call &last = callOf(part, part.length - 1);
  Call call{block.name};
  for (auto [input, ref] : zip(block.inputs, inputs[which]))
    call.arguments.push_back({input.name, "tensor", true, false, {ref}});
  for (auto [parameter, made] : zip(parameters, block.parameters)) {
    const Atom &atom = parameter.row[which];
    bool isDefault = made.value && atom == *made.value;
    call.arguments.push_back({parameter.name, kindOf(parameter.origin->kind), !made.value, isDefault, {}, {atom}});
  }
  call.path = prefixOf(graph, part);
  call.name = call.path.empty() ? last.name : call.path;
  call.hasWeights = any_of(callsOf(graph, part), [](const Call &one) { return one.hasWeights; });
  call.types = last.types;
  return call;
}

/// From behind, so that the places of those before stay.
void BlockMaker::replaceParts() {
  std::vector<Call> made;
  for (auto [which, part] : enumerate(parts))
    made.push_back(callFor(part, which));
  for (size_t which = parts.size(); which--;) {
    const Part &part = parts[which];
    CallGraph &graph = graphs[part.graph];
    int begin = static_cast<int>(part.begin), removed = static_cast<int>(part.length) - 1;
    auto move = [&](TensorRef &ref) {
      if (ref.call >= begin)
        ref.call -= removed;
    };
    graph.calls[part.begin] = std::move(made[which]);
    graph.calls.erase(graph.calls.begin() + begin + 1, graph.calls.begin() + begin + removed + 1);
    for (Call &call : drop_begin(graph.calls, part.begin + 1))
      for (CallArgument &argument : call.arguments)
        for_each(argument.tensors, move);
    for (auto &[name, ref] : graph.outputs)
      move(ref);
  }
}

CallGraph BlockMaker::run(const std::string &name) {
  block.name = name;
  findInputs();
  const Part &first = parts.front();
  size_t prefix = prefixOf(graphs[first.graph], first).size();
  for (size_t index = 0; index != first.length; ++index) {
    const Call &origin = callOf(first, index);
    Call call = origin;
    if (!call.path.empty())
      call.path.erase(0, prefix + 1);
    if (StringRef(call.name).starts_with(prefixOf(graphs[first.graph], first)) && prefix)
      call.name.erase(0, prefix + 1);
    // What the shapes are differs from use to use.
    for (mlir::RankedTensorType &type : call.types)
      type = nullptr;
    for (auto [a, argument] : enumerate(call.arguments)) {
      for (TensorRef &ref : argument.tensors) {
        size_t input = llvm::find(inputs.front(), ref) - inputs.front().begin();
        ref = input < block.inputs.size() ? TensorRef{-1, static_cast<unsigned>(input)}
                                          : TensorRef{ref.call - static_cast<int>(first.begin), ref.index};
      }
      argument.isDefault = all_of(parts, [&](const Part &part) { return callOf(part, index).arguments[a].isDefault; });
      for (size_t i = 0; i != argument.atoms.size() && !argument.isDefault; ++i) {
        Row row;
        for (const Part &part : parts)
          row.push_back(callOf(part, index).arguments[a].atoms[i]);
        argument.atoms[i] = unify(row, origin.arguments[a], origin);
      }
    }
    block.calls.push_back(std::move(call));
  }
  block.outputs = {{"output", {static_cast<int>(first.length) - 1, 0}}};
  setDefaults();
  replaceParts();
  return std::move(block);
}

} // namespace

CallGraph makeBlock(std::vector<CallGraph> &graphs, ArrayRef<Part> parts, const std::string &name) {
  return BlockMaker(graphs, parts).run(name);
}

} // namespace cnnc::dsl
