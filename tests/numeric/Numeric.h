// SPDX-License-Identifier: Apache-2.0
// Are the numbers right? Each family of operators gives a list of cases with references in double
// precision; the harness compiles all cases of a family as one network, through every emitter and
// for every instruction set that this machine can run, and compares element by element.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cnnc::numeric {

using Shape = std::vector<int64_t>;

/// Numbers in the order of their indices, the last one fastest.
struct Tensor {
  explicit Tensor(Shape shape, double value = 0);

  double &at(const Shape &index) { return values[offset(index)]; }
  double at(const Shape &index) const { return values[offset(index)]; }
  /// Calls `body` with each index.
  void each(const std::function<void(const Shape &)> &body) const;

  Shape shape;
  std::vector<double> values;

private:
  size_t offset(const Shape &index) const;
};

/// What a case must give. An element may differ by a few epsilon * magnitude: the sum of the absolute
/// values that were added up for it.
struct Expected {
  explicit Expected(Shape shape) : value(shape), magnitude(shape) {}
  void set(const Shape &index, double result, double size) {
    value.at(index) = result;
    magnitude.at(index) = size;
  }
  Tensor value, magnitude;
};

/// An input, uniform in [low, high], or a weight.
struct Operand {
  Shape shape;
  double low = -1, high = 1;
  bool isConstant = false;
  std::string type = {}; ///< of the elements; empty: that of the case
};
inline Operand weight(Shape shape, double low = -1, double high = 1) { return {std::move(shape), low, high, true}; }

/// One operator, with others behind it.
struct Case {
  std::string op;         ///< conv
  std::string attributes; ///< groups = 2 : i64
  std::vector<Operand> operands;
  Shape shape; ///< of the result
  std::function<Expected(const std::vector<Tensor> &)> reference;
  std::string type = "f32", resultType = {}; ///< of the elements; of the result, if it is another
  double slack = 8;                          ///< each element may be wrong by this many epsilon of its magnitude
  /// Where the operator has several results: their shapes, and which of them is looked at.
  std::vector<Shape> results = {};
  size_t position = 0;

  /// Appends an elementwise operator with its function of one element.
  Case then(std::string op, std::string attributes, double (*function)(double)) const;
  /// Appends the addition of another input of the result's shape.
  Case plusResidual() const;
  /// Appends an operator whose first operand is the result so far.
  Case then(const Case &next) const;
  Case withType(std::string type) const;
  std::string name() const;

  /// An operator behind others: of the result so far and operands from `first` on.
  struct Step {
    std::string op, attributes;
    size_t first, count;
    Shape shape;
    std::function<Expected(const Expected &, const std::vector<Tensor> &)> apply;
  };
  std::vector<Step> steps = {};
};

/// array<i64: 1, 2>
std::string numbers(const std::vector<int64_t> &values);

/// Registers the cases of a family as tests, one for each target.
struct Family {
  Family(const char *name, std::vector<Case> (*cases)());
};

} // namespace cnnc::numeric
