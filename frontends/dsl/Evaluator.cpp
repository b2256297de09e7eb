// SPDX-License-Identifier: Apache-2.0
// Statements, scopes, and the network as a whole.
#include "frontends/dsl/Evaluator.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace llvm;

namespace cnnc::dsl {

/// No text takes longer.
static constexpr uint64_t kMostSteps = 2'000'000;

/// Shapes of one image as those of a batch that is free: 1x64x7x7 is Nx64x7x7.
static std::string withBatch(StringRef message) {
  std::string text;
  for (size_t i = 0; i < message.size(); ++i) {
    bool isShape = message.substr(i).starts_with("1x") && i + 2 < message.size() && isDigit(message[i + 2]) &&
                   (i == 0 || message[i - 1] == ' ' || message[i - 1] == '[');
    text += isShape ? 'N' : message[i];
  }
  return text;
}

Value Evaluator::fail(Frame &frame, uint32_t offset, const Twine &message) {
  std::vector<std::string> trace;
  for (const Frame *at = &frame; at; at = at->caller)
    trace.push_back(at->caller ? "in " + at->block->block->name.text.str() + (at->path.empty() ? "" : ", " + at->path) +
                                     ", called at " + at->calledAt.text()
                               : "in " + at->callText);
  reporter.error({frame.source(), offset}, freeBatch ? withBatch(message.str()) : message.str(), trace);
  return Unknown();
}

bool Evaluator::step(Frame &frame, uint32_t place) {
  if (++steps <= kMostSteps)
    return !isStopped && !reporter.isFull();
  if (!isStopped)
    fail(frame, place, "the text takes more than " + Twine(kMostSteps) + " steps");
  isStopped = true;
  return false;
}

/// Blocks may be nested in expressions of blocks.
bool Evaluator::deeper(Frame &frame, uint32_t place) {
  if (level < kMostLevels)
    return true;
  fail(frame, place, "nested more than " + Twine(kMostLevels) + " levels deep");
  return false;
}

const Value *Evaluator::look(Frame &frame, StringRef name) {
  for (Scope &scope : reverse(frame.scopes))
    if (auto found = scope.names.find(name); found != scope.names.end())
      return &found->second;
  auto &own = constants[frame.block->file];
  auto found = own.find(name);
  return found == own.end() ? nullptr : &found->second;
}

void Evaluator::assign(Frame &frame, StringRef name, Value value) {
  for (Scope &scope : reverse(frame.scopes))
    if (auto found = scope.names.find(name); found != scope.names.end()) {
      found->second = std::move(value);
      return;
    }
  frame.scopes.back().names[name] = std::move(value);
}

void Evaluator::bind(Frame &frame, ArrayRef<Name> names, const Value &value, uint32_t place) {
  if (names.size() == 1)
    return assign(frame, names.front().text, value);
  const List *list = value.items();
  if (!value.isUnknown() && (!list || list->size() != names.size()))
    fail(frame, place,
         Twine(names.size()) + " names for " +
             (list ? Twine(list->size()).str() + " value" + (list->size() == 1 ? "" : "s") : value.describe()));
  bool fits = list && list->size() == names.size();
  for (auto [i, name] : enumerate(names))
    assign(frame, name.text, fits ? (*list)[i] : Value(Unknown()));
}

void Evaluator::runScoped(Frame &frame, const Body &body, StringRef what, uint32_t place, function_ref<void()> before) {
  if (!deeper(frame, place))
    return;
  SaveAndRestore inside(level, level + 1);
  frame.scopes.emplace_back();
  before();
  runBody(frame, body);
  std::string end = ("the '" + what + "' at line " + Twine(frame.source()->line(place))).str();
  for (const auto &name : frame.scopes.back().names)
    frame.ended[name.getKey()] = end;
  frame.scopes.pop_back();
}

bool Evaluator::runBody(Frame &frame, const Body &body) {
  for (const auto &statement : body.statements) {
    if (!step(frame, statement->span.begin))
      return false;
    runStatement(frame, *statement);
  }
  return true;
}

void Evaluator::runStatement(Frame &frame, const Stmt &statement) {
  switch (statement.kind) {
  case Stmt::Kind::Binding: {
    auto &binding = static_cast<const BindingStmt &>(statement);
    bind(frame, binding.names, evaluate(frame, *binding.value), binding.value->span.begin);
    return;
  }
  case Stmt::Kind::For:
    return runFor(frame, static_cast<const ForStmt &>(statement));
  case Stmt::Kind::If:
    return runIf(frame, static_cast<const IfStmt &>(statement));
  case Stmt::Kind::Preprocess:
    return runPreprocess(frame, static_cast<const PreprocessStmt &>(statement));
  case Stmt::Kind::Loss:
    return runLoss(frame, static_cast<const LossStmt &>(statement));
  case Stmt::Kind::Return:
    return runReturn(frame, static_cast<const ReturnStmt &>(statement));
  }
}

void Evaluator::runFor(Frame &frame, const ForStmt &loop) {
  Value value = evaluate(frame, *loop.list);
  if (value.isUnknown())
    return;
  const List *list = value.items();
  if (!list) {
    fail(frame, loop.list->span.begin, "'for' runs over a list, got " + value.describe());
    return;
  }
  for (const Value &item : *list) {
    if (!step(frame, loop.span.begin))
      return;
    runScoped(frame, loop.body, "for", loop.span.begin, [&] {
      // The names of the loop are new in each turn, whatever they meant outside.
      for (const Name &name : loop.names)
        frame.scopes.back().names[name.text] = Unknown();
      bind(frame, loop.names, item, loop.list->span.begin);
    });
  }
}

void Evaluator::runIf(Frame &frame, const IfStmt &branch) {
  std::optional<bool> holds = condition(frame, *branch.condition);
  if (!holds)
    return;
  if (*holds)
    return runScoped(frame, branch.yes, "if", branch.span.begin);
  if (branch.elseIf)
    return runIf(frame, *branch.elseIf);
  if (branch.no)
    runScoped(frame, *branch.no, "if", branch.span.begin);
}

void Evaluator::runReturn(Frame &frame, const ReturnStmt &statement) {
  for (const ReturnStmt::Item &item : statement.items) {
    std::string name = item.name.text.str();
    if (auto *variable = dyn_cast<NameExpr>(item.value.get()); variable && name.empty())
      name = variable->name.str();
    frame.returned.push_back({name.empty() ? "output" : name, evaluate(frame, *item.value)});
  }
  frame.hasReturned = true;
}

bool Evaluator::run(const Declared &network, const NetworkOptions &options, StringRef function, int64_t images) {
  steps = 0;
  operators = 0;
  described.clear();
  constants.clear();
  Frame frame(network);
  frame.callText = network.block->name.text.str();
  builder.begin(function, locationOf(frame, network.block->name.text, network.block->span.begin));
  // Constants are evaluated as if they stood in a block of their file.
  for (const std::unique_ptr<File> &file : program.files()) {
    Declared inFile{network.block, file.get(), 0};
    Frame outside(inFile);
    outside.callText = network.block->name.text.str();
    for (const Decl &declaration : file->declarations)
      if (declaration.constant) {
        bind(outside, declaration.constant->names, evaluate(outside, *declaration.constant->value),
             declaration.constant->value->span.begin);
        constants[file.get()] = outside.scopes.front().names;
      }
  }
  if (!setParameters(frame, options))
    return false;
  for (const Parameter &parameter : network.block->parameters)
    if (parameter.type) {
      mlir::Value input = addInput(frame, parameter, options, images);
      frame.scopes.back().names[parameter.name.text] = input ? Value(input) : Value(Unknown());
    }
  for (const auto &[name, shape] : options.shapes)
    if (none_of(network.block->parameters, [&](const Parameter &p) { return p.type && p.name.text == name; }))
      reporter.error({}, "--shape " + name + ": " + network.block->name.text + " has no such input");
  runBody(frame, network.block->body);
  if (reporter.errors())
    return false;
  std::vector<std::pair<std::string, mlir::Value>> outputs;
  StringSet<> names;
  for (const auto &[name, value] : frame.returned) {
    if (!names.insert(name).second)
      fail(frame, network.block->name.span.begin,
           "two outputs have the name '" + name + "'; write 'return name = value'");
    if (const mlir::Value *tensor = value.as<mlir::Value>())
      outputs.push_back({name, *tensor});
    else
      fail(frame, network.block->span.begin, "a network returns tensors; '" + name + "' is " + value.describe());
  }
  if (outputs.empty() && !reporter.errors())
    fail(frame, network.block->name.span.begin, "a network returns at least one tensor");
  if (reporter.errors())
    return false;
  builder.finish(outputs);
  return true;
}

} // namespace cnnc::dsl
