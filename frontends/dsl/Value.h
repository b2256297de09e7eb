// SPDX-License-Identifier: Apache-2.0
// What expressions are worth while a text runs.
#pragma once

#include "mlir/IR/Value.h"

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace cnnc::dsl {

class Value;
using List = std::vector<Value>;
/// In the order of the text; keys are ints or strings (words and strings are one).
using Map = std::vector<std::pair<Value, Value>>;
/// What is in a value. Lists know it, since walking lists of lists that share parts never ends.
struct Extent {
  size_t values = 1, levels = 1;
  bool holdsTensor = false, holdsUnknown = false;
};
template <typename Items>
struct Shared {
  Items items;
  Extent extent;
};

/// Unknown is the value of what failed: it silences what follows from it.
struct Unknown {};
struct Text {
  std::string text;
};
/// A name that nothing defines: it means itself.
struct Word {
  std::string name;
};

class Value : public std::variant<Unknown, int64_t, double, bool, Text, Word, std::shared_ptr<const Shared<List>>,
                                  std::shared_ptr<const Shared<Map>>, mlir::Value> {
public:
  using variant::variant;
  static Value list(List items);
  static Value map(Map pairs);
  /// One value alone, or several as a list.
  static Value ofResults(List items) { return items.size() == 1 ? items.front() : list(std::move(items)); }

  template <typename T>
  const T *as() const {
    return std::get_if<T>(this);
  }
  const List *items() const {
    auto *list = as<std::shared_ptr<const Shared<List>>>();
    return list ? &(*list)->items : nullptr;
  }
  const Map *pairs() const {
    auto *map = as<std::shared_ptr<const Shared<Map>>>();
    return map ? &(*map)->items : nullptr;
  }
  bool isUnknown() const { return as<Unknown>(); }
  bool isNumber() const { return as<int64_t>() || as<double>(); }
  double number() const { return as<int64_t>() ? static_cast<double>(*as<int64_t>()) : *as<double>(); }
  Extent extent() const;
  bool holdsTensor() const { return extent().holdsTensor; }

  /// As messages say it: `the string "64"`, `the float 14.5`.
  std::string describe() const;
  /// As it is written: `64`, `"64"`, `[1, 2]`; long lists are cut.
  std::string write() const;
};

/// Equal values of one kind; words equal strings, and ints equal floats, by what they say.
bool isEqual(const Value &a, const Value &b);

} // namespace cnnc::dsl
