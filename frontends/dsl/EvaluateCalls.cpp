// SPDX-License-Identifier: Apache-2.0
// Calls: of blocks and networks, of operators, of what is built in, and of a layer again.
#include "frontends/dsl/Evaluator.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;

namespace cnnc::dsl {

static constexpr unsigned kMostOperators = 100'000;

static std::string joinPath(StringRef path, StringRef name) {
  return path.empty() ? name.str() : name.empty() ? path.str() : (path + "." + name).str();
}

mlir::Location Evaluator::locationOf(Frame &frame, StringRef path, uint32_t offset) {
  Position position = frame.source()->position(offset);
  return mlir::NameLoc::get(mlir::StringAttr::get(&context, path),
                            mlir::FileLineColLoc::get(&context, frame.source()->path, position.line, position.column));
}

std::shared_ptr<const Signature> Evaluator::signatureOf(StringRef name) {
  auto [known, isNew] = signatures.try_emplace(name);
  if (isNew)
    known->second = Signature::of(context, name);
  return known->second;
}

std::vector<std::string> Evaluator::visible(Frame &frame) const {
  std::vector<std::string> names;
  for (const Scope &scope : frame.scopes)
    for (const auto &name : scope.names)
      names.push_back(name.getKey().str());
  llvm::sort(names);
  return names;
}

Value Evaluator::evaluateCall(Frame &frame, const CallExpr &call, const Value *piped, uint32_t pipedAt) {
  std::vector<Given> given;
  if (piped)
    given.push_back({"", *piped, pipedAt});
  bool isUnknown = piped && piped->isUnknown();
  for (const Argument &argument : call.arguments) {
    given.push_back(
        {argument.name.str(), evaluate(frame, *argument.value), argument.begin(), argument.value->span.begin});
    isUnknown |= given.back().value.isUnknown();
  }
  std::optional<std::string> label;
  if (call.label) {
    label = textOf(frame, *call.label.text);
    isUnknown |= !label;
  }
  Place place{frame.source(), call.calleeSpan.begin};
  if (call.isReuse)
    return isUnknown ? Value(Unknown()) : reuse(frame, call, std::move(given));
  // A callee that is a variable counts if it holds a word.
  std::string callee = call.callee.str();
  bool isHandedOver = false;
  if (const Value *variable = look(frame, callee); variable && variable->as<Word>()) {
    callee = variable->as<Word>()->name;
    isHandedOver = true;
  }
  if (isUnknown)
    return Unknown();
  if (label) {
    uint32_t at = call.label.text->span.begin;
    auto [known, isNew] = frame.layers.try_emplace(*label, Layer{{frame.source(), at}, callee, given});
    if (!isNew)
      return fail(frame, at,
                  "the layer '" + *label + "' is already at " + known->second.place.text() +
                      "; choose another label, or write 'reuse " + *label + "' to share its weights");
  }
  return callAny(frame, callee, label, std::move(given), place, isHandedOver);
}

static constexpr size_t kAnyNumber = std::numeric_limits<size_t>::max();

/// The functions of numbers and lists, and how many arguments they take.
static const StringMap<std::pair<size_t, size_t>> &builtIns() {
  static const StringMap<std::pair<size_t, size_t>> kCounts = {
      {"range", {1, 2}},        {"len", {1, 1}},          {"shape", {1, 1}}, {"channels", {1, 1}},
      {"min", {1, kAnyNumber}}, {"max", {1, kAnyNumber}}, {"floor", {1, 1}}, {"ceil", {1, 1}},
      {"round", {1, 1}},        {"sqrt", {1, 1}},         {"abs", {1, 1}},   {"pow", {2, 2}}};
  return kCounts;
}

Value Evaluator::callAny(Frame &frame, StringRef callee, std::optional<std::string> label, std::vector<Given> given,
                         Place place, bool isHandedOver) {
  if (const Declared *block = program.find(callee)) {
    for (const Frame *at = &frame; at; at = at->caller)
      if (at->block->block == block->block)
        return fail(frame, place.offset,
                    "'" + callee + "' calls itself; a block may use only what is declared above it");
    // A block that was handed over may stand anywhere.
    if (!isHandedOver && block->order > frame.block->order)
      return fail(frame, place.offset,
                  "'" + callee + "' is declared below; a block may use only what is declared above it");
    std::string name = label ? *label : (callee + Twine(++frame.counts[callee])).str();
    return callBlock(frame, *block, name, std::move(given), place);
  }
  if (std::optional<Value> result = callBuiltIn(frame, callee, given, place))
    return *result;
  if (std::shared_ptr<const Signature> signature = signatureOf(callee)) {
    std::string name = label ? *label : (callee + Twine(++frame.counts[callee])).str();
    if (!label)
      frame.layers.try_emplace(name, Layer{place, callee.str(), given});
    return callOperator(frame, *signature, joinPath(frame.path, name), std::move(given), place);
  }
  std::vector<std::string> names = Signature::names(context);
  append_range(names, program.names());
  for (const auto &builtIn : builtIns())
    names.push_back(builtIn.getKey().str());
  return fail(frame, place.offset, "no operator or block '" + callee + "'" + suggest(callee, names));
}

/// `cbr(x, c, k = 3)`: how a block is called.
static std::string write(const Declared &block) {
  std::vector<std::string> parameters;
  for (const Parameter &parameter : block.block->parameters) {
    parameters.push_back(parameter.name.text.str());
    if (parameter.value)
      parameters.back() += " = " + block.file->textOf(parameter.value->span).str();
  }
  return (block.block->name.text + "(" + join(parameters, ", ") + ")").str();
}

bool Evaluator::bindParameters(Frame &callee, Frame &caller, std::vector<Given> given, Place place) {
  const BlockDecl &block = *callee.block->block;
  StringRef name = block.name.text;
  std::vector<std::string> names;
  for (const Parameter &parameter : block.parameters)
    names.push_back(parameter.name.text.str());
  std::vector<const Given *> byParameter(names.size(), nullptr);
  size_t position = 0;
  for (const Given &one : given) {
    size_t index = position;
    if (one.name.empty()) {
      if (position++ >= names.size()) {
        fail(caller, one.place,
             name + " takes " + Twine(names.size()) + " argument" + (names.size() == 1 ? "" : "s") + ": " +
                 write(*callee.block));
        return false;
      }
    } else {
      index = llvm::find(names, one.name) - names.begin();
      if (index == names.size()) {
        std::string hint = suggest(one.name, names);
        fail(caller, one.place,
             name + " has no argument '" + one.name + "'" + (hint.empty() ? ": " + write(*callee.block) : hint));
        return false;
      }
    }
    if (byParameter[index]) {
      fail(caller, one.place,
           "'" + names[index] + "' is given " +
               (byParameter[index]->name.empty() ? "by position and by name" : "twice"));
      return false;
    }
    byParameter[index] = &one;
  }
  for (auto [parameter, one] : zip(block.parameters, byParameter)) {
    Value value;
    if (one) {
      value = one->value;
    } else if (parameter.value) {
      value = evaluate(callee, *parameter.value);
    } else {
      fail(caller, place.offset, name + " needs '" + parameter.name.text + "': " + write(*callee.block));
      return false;
    }
    if (parameter.type && one && !value.as<mlir::Value>() && !value.isUnknown()) {
      fail(caller, one->valueAt, name + ": '" + parameter.name.text + "' is a tensor, got " + value.describe());
      return false;
    }
    callee.scopes.back().names[parameter.name.text] = value;
  }
  return true;
}

Value Evaluator::callBlock(Frame &frame, const Declared &block, const std::string &name, std::vector<Given> given,
                           Place place) {
  Frame callee(block, &frame, place, joinPath(frame.path, name));
  if (!bindParameters(callee, frame, std::move(given), place))
    return Unknown();
  if (block.block->value)
    return evaluate(callee, *block.block->value);
  runBody(callee, block.block->body);
  List results;
  for (auto &[output, value] : callee.returned)
    results.push_back(std::move(value));
  if (results.empty())
    return fail(frame, place.offset, block.block->name.text + " returns nothing");
  return results.size() == 1 ? results.front() : bounded(frame, Value::list(std::move(results)), place.offset);
}

Value Evaluator::reuse(Frame &frame, const CallExpr &call, std::vector<Given> given) {
  std::string label = call.callee.str();
  auto layer = frame.layers.find(label);
  if (layer == frame.layers.end()) {
    std::vector<std::string> names;
    for (const auto &known : frame.layers)
      names.push_back(known.getKey().str());
    return fail(frame, call.calleeSpan.begin, "no layer '" + label + "' above in this block" + suggest(label, names));
  }
  // The same arguments, with other tensors.
  std::vector<Given> arguments;
  auto next = given.begin();
  for (const Given &argument : layer->second.arguments) {
    arguments.push_back(argument);
    if (argument.value.holdsTensor() && next != given.end())
      arguments.back().value = next++->value;
  }
  if (next != given.end())
    return fail(frame, next->place, "'reuse " + label + "' takes as many tensors as the layer has, and nothing else");
  std::string callee = layer->second.callee;
  Place place{frame.source(), call.calleeSpan.begin};
  if (const Declared *block = program.find(callee))
    return callBlock(frame, *block, label, std::move(arguments), place);
  if (std::shared_ptr<const Signature> signature = signatureOf(callee))
    return callOperator(frame, *signature, joinPath(frame.path, label), std::move(arguments), place);
  return fail(frame, place.offset, "the layer '" + label + "' has no weights to share");
}

Value Evaluator::callOperator(Frame &frame, const Signature &signature, StringRef path, std::vector<Given> given,
                              Place place, StringRef shownAs) {
  if (++operators > kMostOperators)
    return fail(frame, place.offset, "the network has more than " + Twine(kMostOperators) + " operators");
  std::vector<NetworkBuilder::Argument> arguments;
  for (const Given &one : given)
    arguments.push_back({one.name, one.value});
  NetworkBuilder::Fault fault;
  SmallVector<mlir::Value> results =
      builder.call(signature, arguments, path, locationOf(frame, path, place.offset), fault);
  if (!fault.message.empty()) {
    StringRef message = fault.message;
    bool isSign = !shownAs.empty() && message.consume_front(signature.name + ": ");
    const Given *blamed = fault.argument ? &given[*fault.argument] : nullptr;
    std::string hint;
    if (const Word *word = blamed ? blamed->value.as<Word>() : nullptr; word && fault.wantsTensor)
      if (std::string other = nearest(word->name, visible(frame)); !other.empty())
        hint = "; did you mean the value '" + other + "'?";
    return fail(frame,
                !blamed        ? place.offset
                : fault.isName ? blamed->place
                               : blamed->valueAt,
                (isSign ? shownAs + " " : StringRef()) + message + hint);
  }
  List values(results.begin(), results.end());
  return values.empty() ? Value(Unknown()) : Value::ofResults(std::move(values));
}

std::optional<Value> Evaluator::callBuiltIn(Frame &frame, StringRef name, ArrayRef<Given> given, Place place) {
  auto counts = builtIns().find(name);
  if (counts == builtIns().end())
    return std::nullopt;
  bool ofTensors = name == "shape" || name == "channels" || name == "len";
  // On tensors the names of arithmetic are operators.
  if (!ofTensors && any_of(given, [](const Given &one) { return one.value.holdsTensor(); }))
    return std::nullopt;
  auto [least, most] = counts->second;
  if (given.size() < least || given.size() > most) {
    std::string wanted = std::to_string(least);
    if (most > least)
      wanted += most == kAnyNumber ? " or more" : " or " + std::to_string(most);
    return fail(frame, place.offset,
                name + " takes " + wanted + (most == 1 ? " argument" : " arguments") + ", got " + Twine(given.size()));
  }
  for (const Given &one : given)
    if (!one.name.empty())
      return fail(frame, one.place, name + " has no argument '" + one.name + "'");
  const Value &first = given.front().value;
  if (name == "len") {
    if (const List *list = first.items())
      return Value(static_cast<int64_t>(list->size()));
    if (const Map *map = first.pairs())
      return Value(static_cast<int64_t>(map->size()));
    return fail(frame, given.front().place, "len takes a list or a map, got " + first.describe());
  }
  if (ofTensors) {
    const mlir::Value *tensor = first.as<mlir::Value>();
    if (!tensor)
      return fail(frame, given.front().place, name + ": 'x' is a tensor, got " + first.describe());
    ArrayRef<int64_t> shape = cast<mlir::RankedTensorType>(tensor->getType()).getShape();
    if (name == "channels")
      return shape.size() > 1 ? Value(shape[1])
                              : fail(frame, given.front().place, "channels needs x [N, C, ...], got " + first.write());
    return Value::list(List(shape.begin(), shape.end()));
  }
  if (name == "range") {
    for (const Given &one : given)
      if (!one.value.as<int64_t>())
        return fail(frame, one.place, "range takes ints, got " + one.value.describe());
    int64_t low = given.size() == 2 ? *first.as<int64_t>() : 0, high = *given.back().value.as<int64_t>();
    int64_t length;
    if (SubOverflow(high, low, length) || length >= kMostItems)
      return fail(frame, place.offset, "a range of more than " + Twine(kMostItems) + " items");
    List items;
    for (int64_t i = low; i < high; ++i)
      items.push_back(i);
    return bounded(frame, Value::list(std::move(items)), place.offset);
  }
  for (const Given &one : given)
    if (!one.value.isNumber())
      return fail(frame, one.place, name + " takes numbers, got " + one.value.describe());
  bool ints = all_of(given, [](const Given &one) { return one.value.as<int64_t>(); });
  if (name == "min" || name == "max") {
    const Given *best = given.data();
    for (const Given &one : given)
      if (name == "min" ? one.value.number() < best->value.number() : one.value.number() > best->value.number())
        best = &one;
    return ints ? best->value : Value(best->value.number());
  }
  double x = first.number();
  if (name == "floor" || name == "ceil" || name == "round") {
    double rounded = name == "floor" ? std::floor(x) : name == "ceil" ? std::ceil(x) : std::nearbyint(x);
    if (std::abs(rounded) >= 9e18)
      return fail(frame, place.offset, "the result of '" + name + "' has more than 64 bits");
    return Value(static_cast<int64_t>(rounded));
  }
  if (name == "abs")
    return !ints ? Value(std::abs(x)) : x < 0 ? arithmetic(frame, "-", int64_t(0), first, place.offset) : first;
  if (name == "sqrt")
    return x < 0 ? fail(frame, place.offset, "sqrt of a negative number") : Value(std::sqrt(x));
  double power = std::pow(x, given[1].value.number());
  if (ints && *given[1].value.as<int64_t>() >= 0) {
    if (std::abs(power) >= 9e15)
      return fail(frame, place.offset, "the result of 'pow' has more than 64 bits");
    return Value(static_cast<int64_t>(power));
  }
  return Value(power);
}

} // namespace cnnc::dsl
