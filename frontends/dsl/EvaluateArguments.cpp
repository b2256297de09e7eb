// SPDX-License-Identifier: Apache-2.0
// Values as attributes of the kinds that signatures name: the front end's only table, and it is one of values.
#include "frontends/dsl/Evaluator.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"

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

static mlir::Type dtypeOf(mlir::Builder &builder, StringRef name) {
  return StringSwitch<mlir::Type>(name)
      .Case("f32", builder.getF32Type())
      .Case("f16", builder.getF16Type())
      .Case("bf16", builder.getBF16Type())
      .Case("f64", builder.getF64Type())
      .Case("u8", builder.getIntegerType(8, false))
      .Case("i8", builder.getIntegerType(8, true))
      .Case("i32", builder.getIntegerType(32, true))
      .Case("i64", builder.getIntegerType(64, true))
      .Case("bool", builder.getI1Type())
      .Default({});
}

/// A word, or a list of a word and numbers.
static mlir::Attribute initOf(mlir::Builder &builder, const Value &value) {
  if (const Word *word = value.as<Word>())
    return builder.getStringAttr(word->name);
  const List *list = value.items();
  if (!list || list->size() < 2 || !list->front().as<Word>())
    return {};
  SmallVector<mlir::Attribute> parts = {builder.getStringAttr(list->front().as<Word>()->name)};
  for (const Value &item : drop_begin(*list)) {
    if (!item.isNumber())
      return {};
    parts.push_back(builder.getF64FloatAttr(item.number()));
  }
  return builder.getArrayAttr(parts);
}

std::optional<NetworkBuilder::Argument> Evaluator::convert(Frame &frame, const Signature &signature,
                                                           const SignatureParameter &parameter, const Value &value,
                                                           uint32_t place) {
  mlir::OpBuilder &make = builder.builder();
  NetworkBuilder::Argument argument{parameter.name, {}, {}};
  StringRef kind = parameter.kind;
  std::string hint, wanted;
  const Word *word = value.as<Word>();
  auto isWord = [&](ArrayRef<std::string> words) { return word && is_contained(words, word->name); };

  if (kind == "tensor") {
    wanted = "a tensor";
    if (const mlir::Value *tensor = value.as<mlir::Value>())
      argument.tensors = {*tensor};
    if (word) {
      std::string other = nearest(word->name, visible(frame));
      hint = other.empty() ? "" : "; did you mean the value '" + other + "'?";
    }
  } else if (kind == "tensors") {
    wanted = "a list of tensors";
    if (value.items() && all_of(*value.items(), [](const Value &item) { return item.as<mlir::Value>(); }))
      for (const Value &item : *value.items())
        argument.tensors.push_back(*item.as<mlir::Value>());
  } else if (kind == "int") {
    wanted = "an int";
    if (const int64_t *integer = value.as<int64_t>())
      argument.attribute = make.getI64IntegerAttr(*integer);
    hint = value.as<double>() ? "; use floor, ceil or round" : "";
  } else if (kind == "float") {
    wanted = "a float";
    if (value.isNumber())
      argument.attribute = make.getF64FloatAttr(value.number());
  } else if (kind == "bool") {
    wanted = "a bool";
    if (const bool *flag = value.as<bool>())
      argument.attribute = make.getBoolAttr(*flag);
  } else if (kind == "string") {
    wanted = "a string";
    if (const Text *text = value.as<Text>())
      argument.attribute = make.getStringAttr(text->text);
  } else if (kind == "word") {
    wanted = "one of " + join(parameter.words, ", ");
    if (isWord(parameter.words))
      argument.attribute = make.getStringAttr(word->name);
    hint = word ? suggest(word->name, parameter.words) : "";
  } else if (kind == "dtype") {
    wanted = "a type such as f32";
    if (mlir::Type type = word ? dtypeOf(make, word->name) : mlir::Type())
      argument.attribute = mlir::TypeAttr::get(type);
  } else if (kind == "init") {
    wanted = "a word such as he_normal, or a list such as [normal, 0.01]";
    argument.attribute = initOf(make, value);
  } else if (kind == "floats") {
    wanted = "numbers";
    if (auto floats = floatsOf(value))
      argument.attribute = make.getDenseF64ArrayAttr(*floats);
  } else if (kind == "ints") {
    wanted = "ints";
    if (auto ints = intsOf(value))
      argument.attribute = make.getDenseI64ArrayAttr(*ints);
  } else if (kind == "spatial") {
    wanted = "an int or 2 ints";
    auto ints = intsOf(value);
    if (ints && (ints->size() == 2 || value.as<int64_t>()))
      argument.attribute = make.getDenseI64ArrayAttr({ints->front(), ints->back()});
    hint = value.as<double>() ? "; use floor, ceil or round" : "";
  } else if (kind == "pads") {
    static const std::vector<std::string> kWords = {"same", "same_lower"};
    wanted = "an int, 2 or 4 ints, same or same_lower";
    auto ints = intsOf(value);
    if (ints && (value.as<int64_t>() || ints->size() == 2))
      argument.attribute = make.getDenseI64ArrayAttr({ints->front(), ints->back(), ints->front(), ints->back()});
    else if (ints && ints->size() == 4)
      argument.attribute = make.getDenseI64ArrayAttr(*ints);
    else if (isWord(kWords))
      argument.attribute = make.getStringAttr(word->name);
    hint = word ? suggest(word->name, kWords) : value.as<double>() ? "; use floor, ceil or round" : "";
  } else {
    wanted = "of a kind that cannot be written";
  }
  if (argument.attribute || !argument.tensors.empty() || (kind == "tensors" && value.items() && value.items()->empty()))
    return argument;
  bool takes =
      kind == "pads" || kind == "spatial" || kind == "ints" || kind == "floats" || kind == "word" || kind == "init";
  fail(frame, place,
       signature.name + ": '" + parameter.name + "' " + (takes ? "takes " : "is ") + wanted + ", got " +
           value.describe() + hint);
  return std::nullopt;
}

} // namespace cnnc::dsl
