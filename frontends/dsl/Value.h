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

/// Unknown is the value of what failed: it silences what follows from it.
struct Unknown {};
struct Text {
  std::string text;
};
/// A name that nothing defines: it means itself.
struct Word {
  std::string name;
};

class Value : public std::variant<Unknown, int64_t, double, bool, Text, Word, std::shared_ptr<const List>,
                                  std::shared_ptr<const Map>, mlir::Value> {
public:
  using variant::variant;
  static Value list(List items) { return std::make_shared<const List>(std::move(items)); }
  /// One value alone, or several as a list.
  static Value ofResults(List items) { return items.size() == 1 ? items.front() : list(std::move(items)); }

  template <typename T>
  const T *as() const {
    return std::get_if<T>(this);
  }
  const List *items() const {
    return as<std::shared_ptr<const List>>() ? as<std::shared_ptr<const List>>()->get() : nullptr;
  }
  const Map *pairs() const {
    return as<std::shared_ptr<const Map>>() ? as<std::shared_ptr<const Map>>()->get() : nullptr;
  }
  bool isUnknown() const { return as<Unknown>(); }
  bool isNumber() const { return as<int64_t>() || as<double>(); }
  double number() const { return as<int64_t>() ? static_cast<double>(*as<int64_t>()) : *as<double>(); }
  /// Whether a tensor is in it.
  bool holdsTensor() const;

  /// As messages say it: `the string "64"`, `the float 14.5`.
  std::string describe() const;
  /// As it is written: `64`, `"64"`, `[1, 2]`.
  std::string write() const;
};

/// Equal values of one kind; words equal strings, and ints equal floats, by what they say.
bool isEqual(const Value &a, const Value &b);

} // namespace cnnc::dsl
