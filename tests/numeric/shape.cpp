// SPDX-License-Identifier: Apache-2.0
// Operators that move elements and compute nothing.
#include "tests/numeric/Numeric.h"

using namespace cnnc::numeric;

/// Each element of the result is the element of operand `source(index).first` at
/// `source(index).second`.
static Case moved(std::string op, std::string attributes, std::vector<Operand> operands,
                  Shape shape, std::function<std::pair<size_t, Shape>(const Shape &)> source) {
  auto reference = [shape, source](const std::vector<Tensor> &x) {
    Expected expected(shape);
    Tensor(shape).each([&](const Shape &i) {
      auto [operand, at] = source(i);
      expected.set(i, x[operand].at(at), 0);
    });
    return expected;
  };
  return {std::move(op), std::move(attributes), std::move(operands), shape, reference};
}

static Case transpose(Shape in, Shape permutation) {
  Shape out;
  for (int64_t d : permutation)
    out.push_back(in[d]);
  return moved("transpose", "permutation = " + numbers(permutation), {{in}}, out,
               [permutation](const Shape &i) {
                 Shape at(i.size());
                 for (size_t d = 0; d < i.size(); ++d)
                   at[permutation[d]] = i[d];
                 return std::pair(size_t(0), at);
               });
}

static std::vector<Case> cases() {
  return {
      transpose({3, 5}, {1, 0}),
      transpose({33, 70}, {1, 0}),
      transpose({1, 17, 7, 5}, {0, 2, 3, 1}),
      transpose({2, 7, 15, 3}, {0, 3, 1, 2}),
      transpose({2, 3, 1, 5}, {2, 3, 1, 0}),
      transpose({2, 3, 4, 5, 6}, {0, 2, 1, 3, 4}),
      transpose({4, 1, 3}, {0, 1, 2}),
      transpose({2, 3, 4}, {2, 0, 1}).withType("f16"),
      transpose({1, 1}, {1, 0}),
  };
}
static Family family("shape", cases);
