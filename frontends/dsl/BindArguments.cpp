// SPDX-License-Identifier: Apache-2.0
// The arguments of a call, each for its parameter, as attributes of the kinds that signatures name: the front end's
// only table, and it is one of values.
#include "frontends/dsl/Kinds.h"
#include "frontends/dsl/NetworkBuilder.h"
#include "frontends/dsl/Reporter.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

/// The ints of an int or a list of ints, or nothing.
static std::optional<SmallVector<int64_t>> intsOf(const Value &value) {
  if (const int64_t *one = value.as<int64_t>())
    return SmallVector<int64_t>{*one};
  SmallVector<int64_t> ints;
  if (!value.items())
    return std::nullopt;
  for (const Value &item : *value.items()) {
    if (!item.as<int64_t>())
      return std::nullopt;
    ints.push_back(*item.as<int64_t>());
  }
  return ints;
}

static std::optional<SmallVector<double>> floatsOf(const Value &value) {
  if (value.isNumber())
    return SmallVector<double>{value.number()};
  SmallVector<double> floats;
  if (!value.items())
    return std::nullopt;
  for (const Value &item : *value.items()) {
    if (!item.isNumber())
      return std::nullopt;
    floats.push_back(item.number());
  }
  return floats;
}

/// A word, or a list of a word and a number.
static mlir::Attribute initOf(mlir::Builder &builder, const Value &value) {
  if (const Word *word = value.as<Word>())
    return is_contained(wordsOf("init"), word->name) ? builder.getStringAttr(word->name) : nullptr;
  const List *list = value.items();
  const Word *word = list && list->size() == 2 ? list->front().as<Word>() : nullptr;
  if (!word || !is_contained(scaledInitializers(), word->name) || !list->back().isNumber())
    return {};
  return builder.getArrayAttr({builder.getStringAttr(word->name), builder.getF64FloatAttr(list->back().number())});
}

bool NetworkBuilder::convert(const SignatureParameter &parameter, const Value &value, cnn::LayerCall &call,
                             std::string &message) {
  mlir::OpBuilder &make = ops;
  SmallVector<mlir::Value, 1> tensors;
  mlir::Attribute attribute;
  StringRef kind = parameter.kind;
  std::string hint, wanted;
  const Word *word = value.as<Word>();
  auto isWord = [&](ArrayRef<std::string> words) { return word && is_contained(words, word->name); };

  if (kind == "tensor") {
    wanted = "a tensor";
    if (const mlir::Value *tensor = value.as<mlir::Value>())
      tensors = {*tensor};
  } else if (kind == "tensors") {
    wanted = "a list of tensors";
    if (value.items() && all_of(*value.items(), [](const Value &item) { return item.as<mlir::Value>(); }))
      for (const Value &item : *value.items())
        tensors.push_back(*item.as<mlir::Value>());
  } else if (kind == "int") {
    wanted = "an int";
    if (const int64_t *integer = value.as<int64_t>())
      attribute = make.getI64IntegerAttr(*integer);
    hint = value.as<double>() ? "; use floor, ceil or round" : "";
  } else if (kind == "float") {
    wanted = "a float";
    if (value.isNumber())
      attribute = make.getF64FloatAttr(value.number());
  } else if (kind == "bool") {
    wanted = "a bool";
    if (const bool *flag = value.as<bool>())
      attribute = make.getBoolAttr(*flag);
    hint = word ? suggest(word->name, {"true", "false"}) : "";
  } else if (kind == "string") {
    wanted = "a string";
    if (const Text *text = value.as<Text>())
      attribute = make.getStringAttr(text->text);
  } else if (kind == "word") {
    wanted = "one of " + join(parameter.words, ", ");
    if (isWord(parameter.words))
      attribute = make.getStringAttr(word->name);
    hint = word ? suggest(word->name, parameter.words) : "";
  } else if (kind == "dtype") {
    wanted = "a type such as f32";
    if (mlir::Type type = word ? elementType(make, word->name) : mlir::Type())
      attribute = mlir::TypeAttr::get(type);
    hint = word ? suggest(word->name, wordsOf(kind)) : "";
  } else if (kind == "init") {
    wanted = "a word such as he_normal, or a list such as [normal, 0.01]";
    attribute = initOf(make, value);
    hint = word ? suggest(word->name, wordsOf(kind)) : "";
  } else if (kind == "floats") {
    wanted = "numbers";
    if (auto floats = floatsOf(value))
      attribute = make.getDenseF64ArrayAttr(*floats);
  } else if (kind == "ints") {
    wanted = "ints";
    if (auto ints = intsOf(value))
      attribute = make.getDenseI64ArrayAttr(*ints);
  } else if (kind == "spatial") {
    wanted = "an int or 2 ints";
    auto ints = intsOf(value);
    if (ints && (ints->size() == 2 || value.as<int64_t>()))
      attribute = make.getDenseI64ArrayAttr({ints->front(), ints->back()});
    hint = value.as<double>() ? "; use floor, ceil or round" : "";
  } else if (kind == "pads") {
    wanted = "an int, 2 or 4 ints, same or same_lower";
    auto ints = intsOf(value);
    if (ints && (value.as<int64_t>() || ints->size() == 2))
      attribute = make.getDenseI64ArrayAttr({ints->front(), ints->back(), ints->front(), ints->back()});
    else if (ints && ints->size() == 4)
      attribute = make.getDenseI64ArrayAttr(*ints);
    else if (isWord(wordsOf(kind)))
      attribute = make.getStringAttr(word->name);
    hint = word ? suggest(word->name, wordsOf(kind)) : value.as<double>() ? "; use floor, ceil or round" : "";
  } else {
    wanted = "of a kind that cannot be written";
  }
  if (parameter.isTensor() && (!tensors.empty() || (kind == "tensors" && value.items() && value.items()->empty()))) {
    call.setTensors(parameter.name, tensors);
    return true;
  }
  if (attribute) {
    call.set(parameter.name, attribute);
    return true;
  }
  ArrayRef<std::string> words = kind == "word" ? ArrayRef(parameter.words) : wordsOf(kind);
  if (const Text *text = value.as<Text>(); text && is_contained(words, text->text))
    hint = "; words stand without quotes";
  bool takes =
      kind == "pads" || kind == "spatial" || kind == "ints" || kind == "floats" || kind == "word" || kind == "init";
  message = "'" + parameter.name + "' " + (takes ? "takes " : "is ") + wanted + ", got " + value.describe() + hint;
  return false;
}

bool NetworkBuilder::bind(const Signature &signature, ArrayRef<Argument> arguments, cnn::LayerCall &call,
                          Fault &fault) {
  const std::string &name = signature.name;
  auto fail = [&](std::optional<size_t> argument, bool isName, const Twine &message) {
    fault = {message.str(), argument, isName, false};
    return false;
  };
  std::vector<std::string> names;
  for (const SignatureParameter &parameter : signature.parameters)
    names.push_back(parameter.name);
  auto hintOf = [&](StringRef misspelt) {
    std::string hint = suggest(misspelt, names);
    return hint.empty() ? ": " + signature.write(signature.parameters.size()) : hint;
  };
  std::vector<std::optional<size_t>> given(names.size());
  size_t position = 0;
  for (auto [i, argument] : enumerate(arguments)) {
    size_t index = argument.name.empty() ? position++ : llvm::find(names, argument.name) - names.begin();
    if (index >= names.size())
      return fail(i, true,
                  argument.name.empty() ? name + " takes " + Twine(names.size()) + " argument" +
                                              (names.size() == 1 ? "" : "s") + ": " + signature.write()
                                        : name + " has no argument '" + argument.name + "'" + hintOf(argument.name));
    if (given[index])
      return fail(i, true,
                  "'" + names[index] + "' is given " +
                      (arguments[*given[index]].name.empty() ? "by position and by name" : "twice"));
    given[index] = i;
  }
  for (auto [parameter, index] : zip(signature.parameters, given)) {
    if (!index && !parameter.standard)
      return fail(std::nullopt, false, name + " needs '" + parameter.name + "': " + signature.write());
    const Value &value = index ? arguments[*index].value : *parameter.standard;
    if (const Word *word = value.as<Word>(); word && word->name == "none" && parameter.standard)
      continue;
    std::string message;
    if (!convert(parameter, value, call, message)) {
      fail(index, false, name + ": " + message);
      fault.wantsTensor = parameter.kind == "tensor";
      return false;
    }
  }
  return true;
}

} // namespace cnnc::dsl
