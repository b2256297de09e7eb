// SPDX-License-Identifier: Apache-2.0
// What a network's head and description say: parameters, inputs, preprocessing, and the loss.
#include "frontends/dsl/Evaluator.h"

#include "frontends/dsl/Kinds.h"
#include "frontends/dsl/Walk.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace cnnc::dsl {

mlir::Type Evaluator::elementOf(Frame &frame, const TypeSyntax &type) {
  if (mlir::Type element = elementType(builder.builder(), type.name.text))
    return element;
  std::string hint = suggest(type.name.text, wordsOf("dtype"));
  fail(frame, type.name.span.begin,
       "no type '" + type.name.text + "'" + (hint.empty() ? "; there are " + join(wordsOf("dtype"), ", ") : hint));
  return {};
}

/// The value of a literal, of the kind that a default has.
static std::optional<Value> literal(StringRef text, const Value &like) {
  int64_t integer;
  double number;
  if (like.as<int64_t>() && !text.getAsInteger(10, integer))
    return Value(integer);
  if (like.as<double>() && !text.getAsDouble(number))
    return Value(number);
  if (like.as<bool>() && (text == "true" || text == "false"))
    return Value(text == "true");
  if (like.as<Text>())
    return Value(Text{text.str()});
  if (like.as<Word>())
    return Value(Word{text.str()});
  return std::nullopt;
}

bool Evaluator::setParameters(Frame &frame, const NetworkOptions &options) {
  const BlockDecl &network = *frame.block->block;
  std::vector<std::string> names, texts;
  for (const Parameter &parameter : network.parameters) {
    if (parameter.type)
      continue;
    StringRef name = parameter.name.text;
    if (!parameter.value) {
      fail(frame, parameter.name.span.begin, "'" + name + "' needs a type, if it is an input, or a default");
      return false;
    }
    Value value = evaluate(frame, *parameter.value);
    auto given = options.parameters.find(name.str());
    if (given != options.parameters.end()) {
      std::optional<Value> set = literal(given->second, value);
      if (!set) {
        reporter.error({}, "-D " + name + "=" + given->second + ": the default is " + value.describe());
        return false;
      }
      value = *set;
    }
    names.push_back(name.str());
    texts.push_back((name + " = " + value.write()).str());
    frame.scopes.back().names[name] = value;
  }
  for (const auto &[name, value] : options.parameters)
    if (!is_contained(names, name)) {
      std::string hint = suggest(name, names);
      if (!texts.empty())
        hint += (hint.empty() ? "; it has " : " It has ") + join(texts, ", ");
      reporter.error({},
                     "-D " + name + "=" + value + ": " + network.name.text + " has no parameter '" + name + "'" + hint);
      return false;
    }
  frame.callText = (network.name.text + "(" + join(texts, ", ") + ")").str();
  return true;
}

mlir::Value Evaluator::addInput(Frame &frame, const Parameter &parameter, const NetworkOptions &options,
                                int64_t images) {
  mlir::Type element = elementOf(frame, *parameter.type);
  if (!element)
    return {};
  StringRef name = parameter.name.text;
  auto given = options.shapes.find(name.str());
  if (given != options.shapes.end() && given->second.size() != parameter.type->sizes.size()) {
    reporter.error({}, "--shape " + name + ": the input has " + Twine(parameter.type->sizes.size()) + " dimensions");
    return {};
  }
  SmallVector<int64_t> shape;
  for (auto [i, size] : enumerate(parameter.type->sizes)) {
    Value value = evaluate(frame, *size);
    const int64_t *known = value.as<int64_t>();
    if (const Word *word = value.as<Word>())
      openSizes.insert(word->name);
    if (given != options.shapes.end()) {
      if (known && *known != given->second[i]) {
        reporter.error({}, "--shape " + name + ": size " + Twine(i) + " is " + Twine(*known));
        return {};
      }
      shape.push_back(given->second[i]);
    } else if (known) {
      shape.push_back(*known);
    } else if (value.as<Word>() && i == 0) {
      freeBatch = true;
      shape.push_back(images);
    } else {
      if (value.as<Word>())
        fail(frame, size->span.begin,
             "size " + value.write() + " of the input '" + name + "' is unknown; write a number, or give --shape " +
                 name + "=1x3x224x224");
      else if (!value.isUnknown())
        fail(frame, size->span.begin, "a size is an int, got " + value.describe());
      return {};
    }
    if (shape.back() < 1 || shape.back() > std::numeric_limits<int32_t>::max()) {
      fail(frame, size->span.begin, "a size must be positive, got " + Twine(shape.back()));
      return {};
    }
  }
  if (NetworkBuilder::isTooLarge(shape)) {
    fail(frame, parameter.type->name.span.begin, "the input '" + name + "' is too large");
    return {};
  }
  auto type = mlir::RankedTensorType::get(shape, element);
  return builder.addInput(name, type, locationOf(frame, name, parameter.name.span.begin));
}

/// What can be said of photographs, and the kind of each value.
static constexpr std::pair<StringLiteral, StringLiteral> kPreprocessing[] = {{"size", "2 ints"},
                                                                             {"resize", "an int"},
                                                                             {"crop", "an int"},
                                                                             {"crop_fraction", "a number"},
                                                                             {"interpolation", "bilinear or bicubic"},
                                                                             {"colors", "rgb, bgr or gray"},
                                                                             {"scale", "a number"},
                                                                             {"mean", "numbers"},
                                                                             {"std", "numbers"}};

static bool isOfKind(StringRef kind, const Value &value) {
  auto isNumber = [](const Value &item) { return item.isNumber(); };
  auto isInt = [](const Value &item) { return item.as<int64_t>(); };
  const List *list = value.items();
  if (kind == "2 ints")
    return list && list->size() == 2 && all_of(*list, isInt);
  if (kind == "an int")
    return isInt(value);
  if (kind == "a number")
    return value.isNumber();
  if (kind == "numbers")
    return value.isNumber() || (list && !list->empty() && all_of(*list, isNumber));
  SmallVector<StringRef> words;
  SplitString(kind, words, ", ");
  return value.as<Word>() && value.write() != "or" && is_contained(words, value.write());
}

bool takesPreprocessing(StringRef name, const Value &value) {
  return any_of(kPreprocessing, [&](const auto &one) { return one.first == name && isOfKind(one.second, value); });
}

void Evaluator::runPreprocess(Frame &frame, const PreprocessStmt &statement) {
  if (frame.caller) // of another network
    return;
  std::vector<std::string> inputs, names;
  for (const Parameter &parameter : frame.block->block->parameters)
    if (parameter.type)
      inputs.push_back(parameter.name.text.str());
  for (const auto &[name, kind] : kPreprocessing)
    names.push_back(name.str());
  StringRef input = statement.input.text;
  if (!is_contained(inputs, input))
    fail(frame, statement.input.span.begin, "no input '" + input + "'" + suggest(input, inputs));
  for (const Argument &argument : statement.arguments) {
    auto known = find_if(kPreprocessing, [&](const auto &one) { return one.first == argument.name; });
    if (known == std::end(kPreprocessing)) {
      fail(frame, argument.begin(),
           argument.name.empty()
               ? Twine("preprocess takes arguments by name: ") + join(names, ", ")
               : "preprocess has no argument '" + argument.name + "'" + suggest(argument.name, names));
      continue;
    }
    Value value = evaluate(frame, *argument.value);
    if (value.isUnknown())
      continue;
    if (!isOfKind(known->second, value)) {
      fail(frame, argument.value->span.begin,
           "preprocess: '" + known->first + "' takes " + known->second + ", got " + value.describe());
      continue;
    }
    std::string text = value.write();
    if (const List *list = value.items())
      text = join(map_range(*list, [](const Value &item) { return item.write(); }), ",");
    described.push_back({"input." + argument.name.str(), text});
  }
}

/// A loss belongs to training; for inference it is only checked that there is what it names.
void Evaluator::runLoss(Frame &frame, const LossStmt &loss) {
  if (frame.caller) // of another network
    return;
  std::vector<std::string> names = visible(frame);
  StringSet<> inputs;
  for (const Parameter &parameter : loss.parameters) {
    StringRef name = parameter.name.text;
    if (look(frame, name) || !inputs.insert(name).second)
      fail(frame, parameter.name.span.begin, "'" + name + "' has a value already; name this input otherwise");
    names.push_back(name.str());
    if (!parameter.type || parameter.value) {
      fail(frame, parameter.name.span.begin,
           "'" + name + "' is an input of training: it has a type, such as i64[N], and no default");
      continue;
    }
    elementOf(frame, *parameter.type);
    for (const ExprPtr &size : parameter.type->sizes) {
      Value value = evaluate(frame, *size);
      const Word *word = value.as<Word>();
      if (word && !openSizes.contains(word->name))
        fail(frame, size->span.begin, "no input of the network has the size " + word->name);
      else if (!word && !value.as<int64_t>() && !value.isUnknown())
        fail(frame, size->span.begin, "a size is an int, got " + value.describe());
    }
  }
  // Words stand only where an argument has a name.
  SmallPtrSet<const Expr *, 8> mayBeWords;
  walk(*loss.value, [&](const Expr &expr) {
    if (auto *call = dyn_cast<CallExpr>(&expr))
      for (const Argument &argument : call->arguments)
        if (!argument.name.empty())
          walk(*argument.value, [&](const Expr &inner) { mayBeWords.insert(&inner); });
    auto *name = dyn_cast<NameExpr>(&expr);
    if (!name || mayBeWords.contains(name) || inputs.contains(name->name) || look(frame, name->name))
      return;
    if (evaluateName(frame, *name).isUnknown())
      return;
    fail(frame, name->span.begin, "nothing here has the name '" + name->name + "'" + suggest(name->name, names));
  });
}

} // namespace cnnc::dsl
