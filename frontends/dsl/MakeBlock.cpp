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

/// The scope that a call's name tells of: what is around a layer with weights, and around or equal to the name of one
/// without; nothing if it tells of none.
static std::optional<StringRef> scopeOf(const Call &call) {
  StringRef path = call.path, name = call.name;
  if (!path.empty())
    return path.contains('.') ? path.rsplit('.').first : "";
  return !call.hasWeights && name.contains('.') ? std::optional(name) : std::nullopt;
}

std::string prefixOf(const CallGraph &graph, const Part &part) {
  std::optional<StringRef> prefix;
  for (const Call &call : callsOf(graph, part)) {
    std::optional<StringRef> scope = scopeOf(call);
    if (!scope)
      continue;
    if (!prefix)
      prefix = scope;
    while (!prefix->empty() && *scope != *prefix && !scope->starts_with((*prefix + ".").str()))
      prefix = prefix->contains('.') ? prefix->rsplit('.').first : "";
  }
  bool isLabelled = any_of(callsOf(graph, part), [](const Call &call) { return !call.path.empty(); });
  return prefix && isLabelled ? prefix->str() : "";
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
      // A list that the part reads may grow from copy to copy.
      bool isGathering = i + 1 == part.begin && !call.arguments.empty() && call.arguments.front().kind == "tensors";
      if (isGathering || (isInside && !scopeOf(call)))
        continue;
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

/// An argument's atom in each of the parts.
using Row = std::vector<Atom>;

std::vector<Value> valuesOf(const Row &row) {
  std::vector<Value> values;
  for (const Atom &atom : row)
    append_range(values, atom.values);
  return values;
}

/// Whether `f(i, number)` holds for each value; all are ints.
template <typename Function>
bool holds(ArrayRef<Value> values, Function f) {
  return all_of(enumerate(values), [&](const auto &entry) {
    const int64_t *number = entry.value().template as<int64_t>();
    return number && f(entry.index(), *number);
  });
}

class BlockMaker {
public:
  BlockMaker(std::vector<CallGraph> &graphs, ArrayRef<Part> parts) : graphs(graphs), parts(parts) {}
  CallGraph run(const std::string &name);

private:
  struct Parameter {
    std::string name;
    Row row;
    std::vector<Value> values;  ///< in all instances of all parts
    const CallArgument *origin; ///< in the first part
    const Call *call;
  };

  const Call &callOf(const Part &part, size_t index) const { return graphs[part.graph].calls[part.begin + index]; }
  void findInputs();
  Types typesOf(const Part &part, TensorRef ref) const;
  Call callWithin(size_t index, StringRef prefix);
  Atom unify(const Row &row, const CallArgument &argument, const Call &call);
  std::string expressionOf(const Row &row, const CallArgument &argument, const Call &call);
  std::string fromInput(ArrayRef<Value> values, const CallArgument &argument, int64_t factor) const;
  std::string fromParameter(ArrayRef<Value> values, const CallArgument &argument, const Call &call) const;
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

Types BlockMaker::typesOf(const Part &part, TensorRef ref) const {
  const CallGraph &graph = graphs[part.graph];
  return ref.call < 0 ? graph.inputs[ref.index].types : graph.calls[ref.call].types[ref.index];
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
    CallGraph::Input input{kNames[i].str(), {}};
    for (auto [part, own] : zip(parts, inputs))
      append_range(input.types, typesOf(part, own[i]));
    block.inputs.push_back(std::move(input));
    taken.insert(kNames[i].str());
  }
}

/// As a size of an input, times a factor, if it is one in all instances.
std::string BlockMaker::fromInput(ArrayRef<Value> values, const CallArgument &argument, int64_t factor) const {
  bool isShape = argument.kind == "ints";
  if (!isShape && argument.kind != "int")
    return "";
  for (const CallGraph::Input &input : block.inputs)
    for (int64_t d = 1; d <= (isShape ? 3 : 1); ++d) {
      bool isSize = holds(values, [&](size_t i, int64_t number) {
        return d < input.types[i].getRank() && factor * input.types[i].getDimSize(d) == number;
      });
      if (!isSize)
        continue;
      std::string size =
          d == 1 ? "channels(" + input.name + ")" : "shape(" + input.name + ")[" + std::to_string(d) + "]";
      return factor == 1 ? size : std::to_string(factor) + " * " + size;
    }
  return "";
}

/// As a parameter, a multiple of one of the same meaning, or the padding that keeps a size.
std::string BlockMaker::fromParameter(ArrayRef<Value> values, const CallArgument &argument, const Call &call) const {
  for (const Parameter &parameter : parameters) {
    bool isSame = all_of(zip(values, parameter.values),
                         [](const auto &pair) { return isEqual(std::get<0>(pair), std::get<1>(pair)); });
    // Numbers of different meaning may agree by chance.
    if (isSame && (parameter.origin->parameter == argument.parameter ||
                   (parameter.origin->kind == "int" && argument.kind == "int")))
      return parameter.name;
  }
  for (const Parameter &parameter : parameters) {
    auto relates = [&](auto f) {
      return holds(values, [&](size_t i, int64_t number) {
        const int64_t *other = parameter.values[i].as<int64_t>();
        return other && f(number, *other);
      });
    };
    if (parameter.call == &call && parameter.origin->kind == "spatial" && argument.kind == "pads" &&
        relates([](int64_t number, int64_t other) { return other - 1 == 2 * number; }))
      return "(" + parameter.name + " - 1) / 2";
    const int64_t *first = parameter.values.front().as<int64_t>(), *own = values.front().as<int64_t>();
    if (parameter.origin->parameter != argument.parameter || !first || !own || *first <= 0 || *own <= 0)
      continue;
    int64_t factor = *own / *first, divisor = *first / *own;
    if (factor > 1 && relates([&](int64_t number, int64_t other) { return number == factor * other; }))
      return std::to_string(factor) + " * " + parameter.name;
    if (divisor > 1 && relates([&](int64_t number, int64_t other) { return number * divisor == other; }))
      return parameter.name + " / " + std::to_string(divisor);
  }
  return "";
}

/// What says an argument that differs; a new parameter if nothing else does.
std::string BlockMaker::expressionOf(const Row &row, const CallArgument &argument, const Call &call) {
  std::vector<Value> values = valuesOf(row);
  bool isFree = any_of(row, [](const Atom &atom) { return atom.images != 0; });
  std::string expression = isFree ? "" : fromInput(values, argument, 1);
  if (expression.empty() && !isFree)
    expression = fromParameter(values, argument, call);
  // A multiple of the channels that come in, such as the groups and filters of an expansion.
  mlir::RankedTensorType type = block.inputs.front().types.front();
  const int64_t *number = values.front().as<int64_t>();
  if (expression.empty() && !isFree && number && type.getRank() > 1 && type.getDimSize(1) &&
      *number > type.getDimSize(1))
    expression = fromInput(values, argument, *number / type.getDimSize(1));
  if (!expression.empty())
    return expression;
  std::string name = freshName(argument.parameter, taken);
  taken.insert(name);
  parameters.push_back({name, row, std::move(values), &argument, &call});
  return name;
}

Atom BlockMaker::unify(const Row &row, const CallArgument &argument, const Call &call) {
  Atom atom(valuesOf(row));
  bool isSame = all_of(atom.values, [&](const Value &value) { return isEqual(value, atom.value()); }) &&
                all_of(row, [&](const Atom &one) { return one.images == row.front().images; });
  if (isSame)
    atom.images = row.front().images;
  else
    atom.expression = expressionOf(row, argument, call);
  return atom;
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

/// A call as it stands in the block.
Call BlockMaker::callWithin(size_t index, StringRef prefix) {
  const Part &first = parts.front();
  const Call &origin = callOf(first, index);
  Call call = origin;
  for (std::string *name : {&call.path, &call.name})
    if (!prefix.empty() && StringRef(*name).starts_with(prefix))
      name->erase(0, prefix.size() + 1);
  for (auto [result, types] : enumerate(call.types)) {
    types.clear();
    for (const Part &part : parts)
      append_range(types, callOf(part, index).types[result]);
  }
  for (auto [a, argument] : enumerate(call.arguments)) {
    auto inPart = [&, a = a](const Part &part) -> const CallArgument & { return callOf(part, index).arguments[a]; };
    for (TensorRef &ref : argument.tensors) {
      size_t input = llvm::find(inputs.front(), ref) - inputs.front().begin();
      ref = input < block.inputs.size() ? TensorRef{-1, static_cast<unsigned>(input)}
                                        : TensorRef{ref.call - static_cast<int>(first.begin), ref.index};
    }
    argument.isDefault = all_of(parts, [&](const Part &part) { return inPart(part).isDefault; });
    for (auto [i, atom] : enumerate(argument.atoms)) {
      Row row;
      for (const Part &part : parts)
        row.push_back(inPart(part).atoms[i]);
      atom = argument.isDefault ? Atom(valuesOf(row)) : unify(row, origin.arguments[a], origin);
    }
  }
  return call;
}

CallGraph BlockMaker::run(const std::string &name) {
  block.name = name;
  findInputs();
  const Part &first = parts.front();
  std::string prefix = prefixOf(graphs[first.graph], first);
  for (size_t index = 0; index != first.length; ++index)
    block.calls.push_back(callWithin(index, prefix));
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
