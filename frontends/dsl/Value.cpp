// SPDX-License-Identifier: Apache-2.0
// Prints and compares values.
#include "frontends/dsl/Value.h"

#include "dialects/cnn/ops/Infer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

/// Lists are written up to about so many characters.
static constexpr size_t kMostCharacters = 60;

static const Value &valueOf(const Value &item) { return item; }
static const Value &valueOf(const std::pair<Value, Value> &pair) { return pair.second; }

template <typename Items>
static std::shared_ptr<const Shared<Items>> share(Items items) {
  Extent all;
  for (const auto &item : items) {
    Extent extent = valueOf(item).extent();
    all.values += extent.values;
    all.levels = std::max(all.levels, extent.levels + 1);
    all.holdsTensor |= extent.holdsTensor;
    all.holdsUnknown |= extent.holdsUnknown;
  }
  return std::make_shared<const Shared<Items>>(Shared<Items>{std::move(items), all});
}
Value Value::list(List items) { return share(std::move(items)); }
Value Value::map(Map pairs) { return share(std::move(pairs)); }

Extent Value::extent() const {
  if (auto *list = as<std::shared_ptr<const Shared<List>>>())
    return (*list)->extent;
  if (auto *map = as<std::shared_ptr<const Shared<Map>>>())
    return (*map)->extent;
  return {1, 1, as<mlir::Value>() != nullptr, isUnknown()};
}

/// `writeItem` of each, with commas between them, until it is long enough.
template <typename Items, typename Write>
static std::string writeItems(const Items &items, Write writeItem) {
  std::string text;
  for (const auto &item : items) {
    text += text.empty() ? "" : ", ";
    if (text.size() > kMostCharacters)
      return text + "…";
    text += writeItem(item);
  }
  return text;
}

std::string Value::write() const {
  if (const int64_t *integer = as<int64_t>())
    return std::to_string(*integer);
  if (const double *number = as<double>()) {
    // As many digits as tell it from its neighbours.
    char buffer[32];
    for (int digits = 15; digits <= 17; ++digits) {
      std::snprintf(buffer, sizeof buffer, "%.*g", digits, *number);
      if (std::strtod(buffer, nullptr) == *number)
        break;
    }
    return StringRef(buffer).find_first_of(".en") == StringRef::npos ? std::string(buffer) + ".0" : buffer;
  }
  if (const bool *flag = as<bool>())
    return *flag ? "true" : "false";
  if (const Text *text = as<Text>())
    return "\"" + text->text + "\"";
  if (const Word *word = as<Word>())
    return word->name;
  if (const List *list = items())
    return "[" + writeItems(*list, [](const Value &item) { return item.write(); }) + "]";
  if (const Map *map = pairs())
    return "{" + writeItems(*map, [](const auto &pair) { return pair.first.write() + ": " + pair.second.write(); }) +
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
