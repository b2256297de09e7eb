// SPDX-License-Identifier: Apache-2.0
// A value that is used once becomes part of a pipe; others get names.
#include "frontends/dsl/WriteCalls.h"

#include "frontends/dsl/FlatText.h"
#include "frontends/dsl/LayerPath.h"
#include "frontends/dsl/Signs.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace llvm;

namespace cnnc::dsl {
namespace {

struct Piece {
  std::string text;
  Strength strength;
  std::string within(Strength least) const { return strength < least ? "(" + text + ")" : text; }
};

class Writer {
public:
  Writer(const CallGraph &graph, const WriteOptions &options, bool isNetwork);
  std::string write();

private:
  struct Use {
    int call = -1;
    const CallArgument *argument = nullptr;
  };
  bool staysInline(size_t index) const;
  bool isSigned(const Call &call) const;
  Piece render(TensorRef ref);
  /// With a label of its own, or with one in its place.
  Piece renderCall(const Call &call, std::optional<std::string> label = std::nullopt);
  std::string labelOf(const Call &call);
  std::string argumentText(const CallArgument &argument);
  std::string atomText(const Atom &atom) const;
  void writeCall(size_t index);
  void writeRun(const Run &run);
  void writeGathering(const Run &run);
  void writeLoop(const Run &run, const Call &turn, function_ref<std::string(const std::string &)> statement);
  std::string nameFor(const Call &call, unsigned result);
  /// A name that is not taken, nor that of an output.
  std::string claim(StringRef wanted, bool isOutput = false);
  std::string parameters() const;
  void line(const Twine &text) { statements.push_back(text.str()); }

  const CallGraph &graph;
  const WriteOptions &options;
  bool isNetwork;
  std::vector<std::vector<unsigned>> uses;
  std::vector<Use> users;       ///< the last of each call
  std::vector<unsigned> levels; ///< of each call's expression
  std::vector<Run> runs;
  std::map<std::pair<int, unsigned>, std::string> names;
  std::vector<std::pair<std::vector<TensorRef>, std::string>> lists; ///< that have names
  std::set<std::string> taken, labels;
  StringMap<unsigned> counts; ///< of calls without labels, as the evaluator counts them
  std::vector<std::string> statements;
};

Writer::Writer(const CallGraph &graph, const WriteOptions &options, bool isNetwork)
    : graph(graph), options(options), isNetwork(isNetwork), uses(countUses(graph)), users(graph.calls.size()),
      runs(findRuns(graph, options.blocks)), taken(options.words) {
  for (auto [i, input] : enumerate(graph.inputs)) {
    std::string name = freshName(input.name, taken);
    taken.insert(name);
    names[{-1, static_cast<unsigned>(i)}] = name;
  }
  for (const CallGraph::Parameter &parameter : graph.parameters)
    taken.insert(parameter.name);
  for (auto [i, call] : enumerate(graph.calls)) {
    if (!call.path.empty())
      labels.insert(call.path);
    for (const CallArgument &argument : call.arguments)
      for (TensorRef ref : argument.tensors)
        if (ref.call >= 0)
          users[ref.call] = {static_cast<int>(i), &argument};
  }
  for (const Call &call : graph.calls) {
    unsigned most = 1;
    for (const CallArgument &argument : call.arguments)
      for (TensorRef ref : argument.tensors)
        if (ref.call >= 0 && staysInline(ref.call)) {
          bool isHead = &argument == call.arguments.data() && argument.kind == "tensor" && !isSigned(call);
          most = std::max(most, levels[ref.call] + (isHead ? 0 : 2));
        }
    levels.push_back(most);
  }
}

bool Writer::isSigned(const Call &call) const {
  return !options.blocks.count(call.callee) && !signOf(call.callee).empty() && call.arguments.size() == 2;
}

/// Whether a call is written where its result is used.
bool Writer::staysInline(size_t index) const {
  const Call &call = graph.calls[index];
  constexpr unsigned kMostLevelsInline = 64; // of those that a text may have
  if (call.types.size() != 1 || uses[index].front() != 1 || levels[index] > kMostLevelsInline)
    return false;
  const Use &use = users[index];
  if (!use.argument)
    return !isNetwork; // what a block returns
  const Call &user = graph.calls[use.call];
  if (use.argument->kind == "tensors")
    return true;
  bool isFirst = use.argument == user.arguments.data();
  return isFirst && (!isSigned(user) || isSigned(call));
}

std::string Writer::atomText(const Atom &atom) const {
  if (!atom.expression.empty())
    return atom.expression;
  if (!atom.images)
    return atom.value().write();
  std::string images = "shape(" + names.at({-1, 0}) + ")[0]";
  return atom.images == 1 ? images : std::to_string(atom.images) + " * " + images;
}

std::string Writer::argumentText(const CallArgument &argument) {
  if (argument.kind == "tensors") {
    auto named = find_if(lists, [&](const auto &list) { return list.first == argument.tensors; });
    if (named != lists.end())
      return named->second;
    std::string text;
    for (TensorRef ref : argument.tensors)
      text += (text.empty() ? "" : ", ") + render(ref).text;
    return "[" + text + "]";
  }
  if (!argument.tensors.empty())
    return render(argument.tensors.front()).text;
  std::vector<std::string> atoms;
  for (const Atom &atom : argument.atoms)
    atoms.push_back(atomText(atom));
  bool isRepeated = argument.kind == "spatial" || argument.kind == "pads";
  if (atoms.size() == 1 || (isRepeated && all_equal(atoms)))
    return atoms.front();
  if (argument.kind == "pads" && atoms[0] == atoms[2] && atoms[1] == atoms[3])
    atoms.resize(2);
  return "[" + join(atoms, ", ") + "]";
}

/// As it stands within quotes.
static std::string escaped(StringRef text) {
  std::string result;
  for (char c : text)
    result += (StringRef("\"\\{").contains(c) ? "\\" : "") + std::string(1, c);
  return result;
}

static std::string labelText(StringRef label) {
  bool isName = !label.empty() && !isDigit(label.front()) && !isKeyword(label) &&
                all_of(label, [](char c) { return isAlnum(c) || c == '_'; });
  if (isName)
    return label.str();
  return "\"" + escaped(label) + "\"";
}

/// The label that a call needs, with its colon; nothing if the counted name is right.
std::string Writer::labelOf(const Call &call) {
  std::string counted = call.callee + std::to_string(counts[call.callee] + 1);
  if (call.path == counted || (call.path.empty() && !labels.count(counted))) {
    ++counts[call.callee];
    return "";
  }
  std::string label = call.path;
  if (label.empty()) {
    label = freshName(counted + "_", labels);
    labels.insert(label);
  }
  return labelText(label) + ": ";
}

Piece Writer::render(TensorRef ref) {
  auto named = names.find({ref.call, ref.index});
  return named != names.end() ? Piece{named->second, Strength::Primary} : renderCall(graph.calls[ref.call]);
}

Piece Writer::renderCall(const Call &call, std::optional<std::string> label) {
  if (isSigned(call)) {
    StringRef sign = signOf(call.callee);
    Strength own = sign == "+" || sign == "-" ? Strength::Sum : Strength::Product;
    auto operand = [&](const CallArgument &argument) {
      if (argument.tensors.empty())
        return Piece{argumentText(argument), Strength::Unary};
      return render(argument.tensors.front());
    };
    std::string left = operand(call.arguments[0]).within(own);
    std::string right = operand(call.arguments[1]).within(static_cast<Strength>(static_cast<int>(own) + 1));
    return {left + " " + sign.str() + " " + right, own};
  }
  auto argument = call.arguments.begin();
  std::string head;
  if (argument != call.arguments.end() && argument->kind == "tensor" && !argument->tensors.empty()) {
    Piece piece = render(argument->tensors.front());
    head = (piece.strength == Strength::Pipe ? piece.text : piece.within(Strength::Or)) + " |> ";
    ++argument;
  }
  std::string text;
  bool inOrder = true;
  for (; argument != call.arguments.end(); ++argument) {
    if (argument->isDefault || (call.isReuse && argument->tensors.empty())) {
      inOrder = false;
      continue;
    }
    inOrder &= argument->isRequired;
    text += (text.empty() ? "" : ", ") + (inOrder || call.isReuse ? "" : argument->parameter + " = ") +
            argumentText(*argument);
  }
  std::string callee = call.isReuse ? "reuse " + labelText(call.path) : (label ? *label : labelOf(call)) + call.callee;
  bool needsParentheses = head.empty() || !text.empty();
  return {head + callee + (needsParentheses ? "(" + text + ")" : ""),
          head.empty() ? Strength::Primary : Strength::Pipe};
}

std::string Writer::claim(StringRef wanted, bool isOutput) {
  std::set<std::string> others = taken;
  if (isNetwork && !isOutput)
    for (const auto &[name, ref] : graph.outputs)
      others.insert(freshName(name, {}));
  return *taken.insert(freshName(wanted, others)).first;
}

std::string Writer::nameFor(const Call &call, unsigned result) {
  std::string wanted;
  int index = &call - graph.calls.data();
  if (isNetwork)
    for (const auto &[name, ref] : graph.outputs)
      if (ref == TensorRef{index, result})
        return claim(name, /*isOutput=*/true);
  if (wanted.empty())
    wanted = variableOf(call.name);
  if (wanted.empty() && isSigned(call))
    wanted = "y";
  if (options.blocks.count(wanted) || (wanted.empty() && options.blocks.count(call.callee)))
    wanted = "x";
  if (wanted.empty())
    wanted = call.callee;
  if (call.types.size() > 1)
    wanted += "_" + std::to_string(result);
  return claim(wanted);
}

void Writer::writeCall(size_t index) {
  const Call &call = graph.calls[index];
  Piece piece = renderCall(call);
  std::string left;
  for (unsigned result = 0; result != call.types.size(); ++result) {
    std::string &name = names[{static_cast<int>(index), result}];
    name = nameFor(call, result);
    left += (result ? ", " : "") + name;
  }
  line(left + " = " + piece.text);
}

/// `x = x |> "layer1.{i}": block(64)` for each call of the run; the variable holds what went before.
void Writer::writeRun(const Run &run) {
  const Call &first = graph.calls[run.begin];
  auto input = find_if(first.arguments, [](const CallArgument &argument) { return !argument.tensors.empty(); });
  TensorRef ref = input->tensors.front();
  std::string name;
  auto named = names.find({ref.call, ref.index});
  if (named != names.end() && ref.call >= 0 && uses[ref.call][ref.index] == 1) {
    name = named->second;
  } else {
    // A variable whose value is used up here is used on.
    const Call *head = ref.call >= 0 && named == names.end() ? &graph.calls[ref.call] : nullptr;
    while (head && name.empty() && !head->arguments.empty() && head->arguments.front().tensors.size() == 1) {
      TensorRef inner = head->arguments.front().tensors.front();
      auto known = names.find({inner.call, inner.index});
      if (known != names.end() && inner.call >= 0 && uses[inner.call][inner.index] == 1)
        name = known->second;
      head = known == names.end() && inner.call >= 0 ? &graph.calls[inner.call] : nullptr;
    }
    std::string value = render(ref).text;
    if (name.empty())
      name = claim("x");
    line(name + " = " + value);
  }
  // Within the loop, and only there, the variable is what the first turn reads.
  auto outside = std::exchange(names[{ref.call, ref.index}], name);
  writeLoop(run, first, [&](const std::string &turn) { return name + " = " + turn; });
  names[{ref.call, ref.index}] = outside;
  names[{static_cast<int>(run.end - 1), 0}] = name;
}

/// `parts = parts + [concat(parts) |> "layer{i}": block(64)]` for each turn.
void Writer::writeGathering(const Run &run) {
  const Call &list = graph.calls[run.begin], &unit = graph.calls[run.begin + 1];
  const CallArgument &parts = list.arguments.front();
  std::string name = claim(parts.parameter);
  line(name + " = " + argumentText(parts));
  names[{static_cast<int>(run.begin), 0}] = list.callee + "(" + name + ")";
  writeLoop(run, unit, [&](const std::string &turn) { return name + " = " + name + " + [" + turn + "]"; });
  std::vector<TensorRef> all = graph.calls[run.end - 2].arguments.front().tensors;
  all.push_back({static_cast<int>(run.end - 1), 0});
  lists.push_back({std::move(all), name});
}

/// The loop that runs a call with the labels of the run.
void Writer::writeLoop(const Run &run, const Call &turn, function_ref<std::string(const std::string &)> statement) {
  int64_t turns = static_cast<int64_t>(run.turns());
  if (!run.first) {
    std::string text = statement(renderCall(turn, "").text);
    counts[turn.callee] += turns;
    // A name that nothing reads begins so.
    return line("for _ in range(" + Twine(turns) + ") { " + text + " }");
  }
  std::string counter = freshName("i", taken);
  std::string label = "\"" + escaped(run.before) + "{" + counter + "}" + escaped(run.after) + "\": ";
  std::string from = *run.first ? std::to_string(*run.first) + ", " : "";
  line("for " + counter + " in range(" + from + Twine(*run.first + turns) + ") { " +
       statement(renderCall(turn, label).text) + " }");
}

std::string Writer::parameters() const {
  std::vector<std::string> texts;
  for (auto [i, input] : enumerate(graph.inputs)) {
    std::string text = names.at({-1, static_cast<unsigned>(i)});
    if (isNetwork) {
      std::vector<std::string> sizes;
      for (auto [d, size] : enumerate(input.types.front().getShape()))
        sizes.push_back(d == 0 && input.hasFreeBatch ? "N" : std::to_string(size));
      text += ": " + typeName(input.types.front().getElementType()).str() +
              (sizes.empty() ? "" : "[" + join(sizes, ", ") + "]");
    }
    texts.push_back(text);
  }
  for (const CallGraph::Parameter &parameter : graph.parameters)
    texts.push_back(parameter.name + (parameter.value ? " = " + atomText(*parameter.value) : ""));
  return graph.name + "(" + join(texts, ", ") + ")";
}

std::string Writer::write() {
  std::string head = (isNetwork ? "network " : "block ") + parameters();
  auto run = runs.begin();
  for (size_t i = 0; i != graph.calls.size(); ++i) {
    if (run != runs.end() && i == run->begin) {
      run->gathers ? writeGathering(*run) : writeRun(*run);
      i = run->end - 1;
      ++run;
    } else if (!staysInline(i)) {
      writeCall(i);
    }
  }
  std::vector<std::string> items;
  for (const auto &[name, ref] : graph.outputs) {
    std::string text = render(ref).text, wanted = freshName(name, {});
    items.push_back(isNetwork && text != wanted ? wanted + " = " + text : text);
  }
  if (!isNetwork && statements.empty() && items.size() == 1)
    return head + " = " + items.front() + "\n";
  std::string text = head + " {\n";
  if (isNetwork)
    for (const std::string &statement : options.statements)
      text += statement + "\n";
  for (const std::string &statement : statements)
    text += statement + "\n";
  return text + "return " + join(items, ", ") + "\n}\n";
}

} // namespace

std::string writeBlock(const CallGraph &block, const WriteOptions &options) {
  return Writer(block, options, false).write();
}
std::string writeNetwork(const CallGraph &network, const WriteOptions &options) {
  return Writer(network, options, true).write();
}

} // namespace cnnc::dsl
