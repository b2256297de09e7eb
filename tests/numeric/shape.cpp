// SPDX-License-Identifier: Apache-2.0
// Movements of elements: each element of the result is one of an operand, or a number.
#include "tests/numeric/Layers.h"

#include <algorithm>

using namespace cnnc::numeric;

namespace {
/// Where the element of the result at an index comes from: the operand, and the index there.
using Source = std::function<double(const std::vector<Tensor> &, const Shape &)>;
} // namespace

static Case move(std::string op, std::string attributes, std::vector<Operand> operands, Shape shape, Source source) {
  return {std::move(op), std::move(attributes), std::move(operands), shape, [=](const std::vector<Tensor> &in) {
            Expected result(shape);
            result.value.each([&](const Shape &at) { result.set(at, source(in, at), 0); });
            return result;
          }};
}
/// A movement within one operand.
static Case move(std::string op, std::string attributes, Shape x, Shape shape,
                 std::function<Shape(const Shape &)> source) {
  return move(std::move(op), std::move(attributes), {{x}}, shape,
              [=](const std::vector<Tensor> &in, const Shape &at) { return in[0].at(source(at)); });
}
static std::string number(const char *name, int64_t value) { return name + (" = " + std::to_string(value)) + " : i64"; }

static Case concat(std::vector<Shape> parts, int64_t axis) {
  std::vector<Operand> operands;
  Shape shape = parts.front();
  shape[axis] = 0;
  for (const Shape &part : parts) {
    operands.push_back({part});
    shape[axis] += part[axis];
  }
  return move("concat", number("axis", axis), operands, shape, [=](const std::vector<Tensor> &in, Shape at) {
    size_t part = 0;
    for (; at[axis] >= parts[part][axis]; ++part)
      at[axis] -= parts[part][axis];
    return in[part].at(at);
  });
}

static Case split(Shape x, int64_t axis, Shape sizes, size_t position) {
  std::vector<Shape> results(sizes.size(), x);
  int64_t offset = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    results[i][axis] = sizes[i];
    offset += i < position ? sizes[i] : 0;
  }
  Case result =
      move("split", number("axis", axis) + ", sizes = " + numbers(sizes), x, results[position], [=](Shape at) {
        at[axis] += offset;
        return at;
      });
  result.results = results;
  result.position = position;
  return result;
}

static Case slice(Shape x, Shape starts, Shape sizes, Shape steps) {
  return move("slice", "starts = " + numbers(starts) + ", sizes = " + numbers(sizes) + ", steps = " + numbers(steps), x,
              sizes, [=](Shape at) {
                for (size_t d = 0; d < at.size(); ++d)
                  at[d] = starts[d] + at[d] * steps[d];
                return at;
              });
}

static Case pad(Shape x, Shape low, Shape high, const std::string &mode, double value = 0) {
  Shape shape = x;
  for (size_t d = 0; d < x.size(); ++d)
    shape[d] += low[d] + high[d];
  std::string attributes = "low = " + numbers(low) + ", high = " + numbers(high) + ", mode = \"" + mode +
                           "\", value = " + std::to_string(value) + " : f64";
  return move("pad", attributes, {{x}}, shape, [=](const std::vector<Tensor> &in, Shape at) {
    for (size_t d = 0; d < at.size(); ++d) {
      int64_t &i = at[d], size = x[d];
      i -= low[d];
      if (mode == "constant" && (i < 0 || i >= size))
        return value;
      if (mode == "edge" || (mode == "reflect" && size == 1))
        i = std::clamp<int64_t>(i, 0, size - 1);
      for (; mode == "wrap" && (i < 0 || i >= size);)
        i += i < 0 ? size : -size;
      for (; mode == "reflect" && (i < 0 || i >= size);)
        i = i < 0 ? -i : 2 * (size - 1) - i;
    }
    return in[0].at(at);
  });
}

static Case transpose(Shape x, Shape permutation) {
  Shape shape;
  for (int64_t d : permutation)
    shape.push_back(x[d]);
  return move("transpose", "permutation = " + numbers(permutation), x, shape, [=](const Shape &at) {
    Shape from(at.size());
    for (size_t d = 0; d < at.size(); ++d)
      from[permutation[d]] = at[d];
    return from;
  });
}

/// The same elements, counted through.
static Case reshape(Shape x, Shape shape) {
  return move("reshape", "shape = " + numbers(shape), x, shape, [=](const Shape &at) {
    int64_t place = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      place = place * shape[d] + at[d];
    Shape from(x.size());
    for (size_t d = x.size(); d-- > 0; place /= x[d])
      from[d] = place % x[d];
    return from;
  });
}

static Case expand(Shape x, Shape to, Shape shape) {
  return move("expand", "shape = " + numbers(to), x, shape, [=](const Shape &at) {
    Shape from(at.end() - x.size(), at.end());
    for (size_t d = 0; d < x.size(); ++d)
      from[d] = x[d] == 1 ? 0 : from[d];
    return from;
  });
}

static Case tile(Shape x, Shape repeats) {
  Shape shape = x;
  for (size_t d = 0; d < x.size(); ++d)
    shape[d] *= repeats[d];
  return move("tile", "repeats = " + numbers(repeats), x, shape, [=](Shape at) {
    for (size_t d = 0; d < at.size(); ++d)
      at[d] %= x[d];
    return at;
  });
}

static Case gather(Shape x, Shape indices, int64_t axis, const char *type, bool constant) {
  Shape shape(x.begin(), x.begin() + axis);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), x.begin() + axis + 1, x.end());
  double length = static_cast<double>(x[axis]);
  Operand chosen{indices, -length, length - 0.01, constant, type};
  return move("gather", number("axis", axis), {{x}, chosen}, shape,
              [=](const std::vector<Tensor> &in, const Shape &at) {
                auto first = at.begin() + axis, last = first + static_cast<int64_t>(indices.size());
                int64_t index = static_cast<int64_t>(in[1].at(Shape(first, last)));
                Shape from(at.begin(), first);
                from.push_back(index < 0 ? index + x[axis] : index);
                from.insert(from.end(), last, at.end());
                return in[0].at(from);
              });
}

static Case channelShuffle(Shape x, int64_t groups) {
  return move("channel_shuffle", number("groups", groups), x, x, [=](Shape at) {
    at[1] = at[1] % groups * (x[1] / groups) + at[1] / groups;
    return at;
  });
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  for (int64_t channels : {1, 3, 17, 58})
    for (int64_t width : {1, 7, 13, 15}) {
      all.push_back(concat({{1, channels, 2, width}, {1, 5, 2, width}}, 1));
      all.push_back(split({1, channels + 6, 2, width}, 1, {channels, 6}, channels % 2));
      all.push_back(transpose({1, channels, 2, width}, {0, 2, 3, 1}));
    }
  for (int64_t axis : {0, 1, 2}) {
    Shape a = {2, 3, 4}, b = a, c = a;
    b[axis] = 1;
    c[axis] = 5;
    all.push_back(concat({a, b, c}, axis));
    all.push_back(concat({c}, axis));
    for (size_t position : {0, 1, 2})
      all.push_back(split({6, 6, 6}, axis, {1, 3, 2}, position));
  }
  all.push_back(slice({5, 7, 9}, {1, 0, 8}, {3, 4, 5}, {1, 2, -2}));
  all.push_back(slice({1, 17, 5, 7}, {0, 3, 1, 0}, {1, 11, 3, 7}, {1, 1, 1, 1}));
  all.push_back(slice({9}, {8}, {9}, {-1}));
  for (const char *mode : {"constant", "reflect", "edge", "wrap"}) {
    all.push_back(pad({2, 3, 4, 5}, {0, 0, 1, 2}, {0, 0, 2, 1}, mode, 1.5));
    all.push_back(pad({4, 5}, {3, -1}, {-2, 4}, mode));
    all.push_back(pad({3, 4}, {5, 0}, {4, 11}, mode, -1));
    all.push_back(pad({1, 17, 3, 7}, {0, 1, 1, 1}, {0, 2, 1, 1}, mode));
  }
  all.push_back(pad({1, 4}, {2, 0}, {2, 0}, "reflect"));
  for (auto [x, permutation] : {std::pair(Shape{2, 3, 4, 5}, Shape{3, 1, 0, 2}),
                                {{7, 13}, {1, 0}},
                                {{33, 70}, {1, 0}},
                                {{1, 1}, {1, 0}},
                                {{2, 7, 15, 3}, {0, 3, 1, 2}},
                                {{2, 3, 1, 5}, {2, 3, 1, 0}},
                                {{2, 3, 4, 5, 6}, {0, 2, 1, 3, 4}},
                                {{4, 1, 3}, {0, 1, 2}},
                                {{2, 3, 4, 5, 2}, {4, 0, 2, 1, 3}}})
    all.push_back(transpose(x, permutation));
  all.push_back(reshape({2, 3, 4, 5}, {2, 60}));
  all.push_back(reshape({1, 3, 1, 5}, {3, 5}));
  all.push_back(reshape({3, 5}, {1, 3, 1, 5}));
  all.push_back(reshape({1, 17, 1, 1}, {17}));
  all.push_back(expand({3, 1}, {2, 3, 4}, {2, 3, 4}));
  all.push_back(expand({2, 1, 5}, {1, 4, 1}, {2, 4, 5}));
  all.push_back(expand({1}, {3, 13}, {3, 13}));
  all.push_back(tile({2, 3, 1, 5}, {1, 2, 3, 2}));
  all.push_back(tile({3}, {5}));
  for (int64_t axis : {0, 1, 2})
    for (bool constant : {false, true}) {
      all.push_back(gather({4, 5, 6}, {2, 3}, axis, "si64", constant));
      all.push_back(gather({4, 5, 6}, {7}, axis, "si32", constant));
      all.push_back(gather({4, 5, 6}, {}, axis, "si64", constant));
    }
  for (auto [channels, groups] : {std::pair(6, 2), {6, 3}, {58, 2}, {116, 2}, {48, 4}})
    all.push_back(channelShuffle({1, channels, 3, 7}, groups));
  all.push_back(selectChannels({{1, 5, 3, 7}, {1, 4, 3, 7}}, {8, 0, 2, 1, 4, 3, 3}));
  for (const char *type : {"f64", "f16", "bf16", "si64", "si32", "si16", "si8", "ui8", "i1"}) {
    std::vector<Case> few = {concat({{2, 3}, {2, 4}}, 1),
                             split({2, 7}, 1, {3, 4}, 1),
                             slice({6}, {5}, {3}, {-2}),
                             pad({2, 3}, {1, 1}, {0, 2}, "constant", 1),
                             pad({2, 3}, {1, 1}, {0, 2}, "reflect"),
                             transpose({2, 3}, {1, 0}),
                             expand({3, 1}, {3, 4}, {3, 4}),
                             tile({2, 3}, {2, 1}),
                             gather({3, 4}, {5}, 0, "si64", false),
                             channelShuffle({1, 6, 2, 3}, 3)};
    for (Case &one : few) {
      bool integer = type[0] != 'f' && type[0] != 'b';
      for (Operand &operand : one.operands)
        if (integer && operand.type.empty())
          operand.low = type[0] == 's' ? -100 : 0, operand.high = type[0] == 'i' ? 1.99 : 100;
      all.push_back(one.withType(type));
    }
  }
  return all;
}

static Family family("shape", cases);
