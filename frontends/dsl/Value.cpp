// SPDX-License-Identifier: Apache-2.0
// Prints and compares values.
#include "frontends/dsl/Value.h"

#include "dialects/cnn/ops/Infer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

bool Value::holdsTensor() const {
  auto holds = [](const Value &item) { return item.holdsTensor(); };
  return as<mlir::Value>() || (items() && any_of(*items(), holds));
}

std::string Value::write() const {
  if (const int64_t *integer = as<int64_t>())
    return std::to_string(*integer);
  if (const double *number = as<double>()) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.15g", *number);
    return StringRef(buffer).find_first_of(".en") == StringRef::npos ? std::string(buffer) + ".0" : buffer;
  }
  if (const bool *flag = as<bool>())
    return *flag ? "true" : "false";
  if (const Text *text = as<Text>())
    return "\"" + text->text + "\"";
  if (const Word *word = as<Word>())
    return word->name;
  if (const List *list = items())
    return "[" + join(map_range(*list, [](const Value &item) { return item.write(); }), ", ") + "]";
  if (const Map *map = pairs())
    return "{" +
           join(map_range(*map, [](const auto &pair) { return pair.first.write() + ": " + pair.second.write(); }),
                ", ") +
           "}";
  if (const mlir::Value *tensor = as<mlir::Value>())
    return cnn::text(cast<mlir::RankedTensorType>(tensor->getType()));
  return "an unknown value";
}

std::string Value::describe() const {
  static constexpr StringLiteral kKinds[] = {"",           "the int ",  "the float ", "the bool ", "the string ",
                                             "the word '", "the list ", "the map ",   "a tensor "};
  std::string text = (kKinds[index()] + write()).str();
  return as<Word>() ? text + "'" : text;
}

bool isEqual(const Value &a, const Value &b) {
  auto textOf = [](const Value &value) -> const std::string * {
    return value.as<Text>() ? &value.as<Text>()->text : value.as<Word>() ? &value.as<Word>()->name : nullptr;
  };
  if (textOf(a) && textOf(b))
    return *textOf(a) == *textOf(b);
  if (a.as<int64_t>() && b.as<int64_t>())
    return *a.as<int64_t>() == *b.as<int64_t>();
  if (a.isNumber() && b.isNumber())
    return a.number() == b.number();
  if (a.as<bool>() && b.as<bool>())
    return *a.as<bool>() == *b.as<bool>();
  if (a.items() && b.items())
    return a.items()->size() == b.items()->size() &&
           all_of(zip(*a.items(), *b.items()), [](auto pair) { return isEqual(std::get<0>(pair), std::get<1>(pair)); });
  return false;
}

} // namespace cnnc::dsl
