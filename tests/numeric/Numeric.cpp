// SPDX-License-Identifier: Apache-2.0
// Writes the cases of a family as one module, runs it and compares.
#include "tests/numeric/Numeric.h"

#include "tests/numeric/Elements.h"
#include "tests/numeric/Target.h"

#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <sstream>

using namespace cnnc::numeric;

/// Where more slack than usual is allowed, only up to this part of the largest element.
static constexpr double kMostOfLargest = 1e-5;
/// Each element may be wrong by this: numbers below the least normal f32 may be zero.
static constexpr double kTiny = 1.2e-38;
/// How many cases that do not build are named.
static constexpr int kMostFailures = 5;

Tensor::Tensor(Shape shape, double value)
    : shape(shape), values(std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>()), value) {}

size_t Tensor::offset(const Shape &index) const {
  size_t result = 0;
  for (size_t d = 0; d < shape.size(); ++d)
    result = result * shape[d] + index[d];
  return result;
}

void Tensor::each(const std::function<void(const Shape &)> &body) const {
  Shape index(shape.size());
  for (size_t i = 0; i < values.size(); ++i) {
    size_t rest = i;
    for (size_t d = shape.size(); d-- > 0; rest /= shape[d])
      index[d] = rest % shape[d];
    body(index);
  }
}

std::string cnnc::numeric::numbers(const std::vector<int64_t> &values) {
  std::string text = "array<i64";
  for (size_t i = 0; i < values.size(); ++i)
    text += (i ? ", " : ": ") + std::to_string(values[i]);
  return text + ">";
}

Case Case::then(std::string op, std::string attributes, double (*function)(double)) const {
  Case result = *this;
  Shape last = steps.empty() ? shape : steps.back().shape;
  auto apply = [=](const Expected &before, const std::vector<Tensor> &) {
    Expected after = before;
    for (size_t i = 0; i < after.value.values.size(); ++i) {
      double &value = after.value.values[i], &magnitude = after.magnitude.values[i];
      value = function(value);
      // The functions rise by at most 1.2 times, and have a rounding error of their own.
      magnitude = magnitude * 1.2 + std::abs(value);
    }
    return after;
  };
  result.steps.push_back({std::move(op), std::move(attributes), operands.size(), 0, last, apply});
  return result;
}

Case Case::plusResidual() const {
  Shape last = steps.empty() ? shape : steps.back().shape;
  auto add = [=](const std::vector<Tensor> &in) {
    Expected sum(last);
    for (size_t i = 0; i < in[0].values.size(); ++i) {
      double a = in[0].values[i], b = in[1].values[i];
      sum.value.values[i] = a + b;
      sum.magnitude.values[i] = std::abs(a) + std::abs(b);
    }
    return sum;
  };
  return then(Case{"add", "", {{last}, {last}}, last, add});
}

/// What was lost before `next` goes through it like a value: all of our operators are linear in it, or less.
Case Case::then(const Case &next) const {
  Case result = *this;
  result.slack = std::max(slack, next.slack);
  auto apply = [next](const Expected &before, const std::vector<Tensor> &in) {
    std::vector<Tensor> values = {before.value}, sizes = {before.magnitude};
    for (const Tensor &operand : in) {
      values.push_back(operand);
      sizes.push_back(operand);
      for (double &value : sizes.back().values)
        value = std::abs(value);
    }
    Expected after = next.reference(values), lost = next.reference(sizes);
    for (size_t i = 0; i < after.value.values.size(); ++i)
      after.magnitude.values[i] += std::abs(lost.value.values[i]);
    return after;
  };
  result.steps.push_back({next.op, next.attributes, operands.size(), next.operands.size() - 1, next.shape, apply});
  result.operands.insert(result.operands.end(), next.operands.begin() + 1, next.operands.end());
  return result;
}

Case Case::withType(std::string type) const {
  Case result = *this;
  result.type = std::move(type);
  return result;
}

static std::string typeText(const Shape &shape, const std::string &element) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

std::string Case::name() const {
  std::string text = op;
  for (const Operand &operand : operands)
    text += " " + typeText(operand.shape, operand.type.empty() ? type : operand.type);
  text += " {" + attributes + "}";
  for (const Step &step : steps)
    text += " " + step.op + (step.attributes.empty() ? "" : " {" + step.attributes + "}");
  return text;
}

namespace {
/// A case with its operands' numbers.
struct Instance {
  explicit Instance(const Case &what);
  std::string typeOf(size_t operand) const {
    return what.operands[operand].type.empty() ? what.type : what.operands[operand].type;
  }
  const Shape &shape() const { return what.steps.empty() ? what.shape : what.steps.back().shape; }
  std::string resultType() const { return what.resultType.empty() ? what.type : what.resultType; }
  Expected expected() const;
  /// The first element that is wrong, in words.
  std::optional<std::string> mismatch(const std::vector<char> &output) const;

  const Case &what;
  std::vector<Tensor> operands;
  Buffers bytes;
};

/// All cases as one network.
class Module {
public:
  explicit Module(const std::vector<Instance> &instances);
  std::string text;
  Buffers inputs, outputs;

private:
  void add(const Instance &instance, size_t number);
  std::ostringstream arguments, body, returned, results, resultTypes;
};
} // namespace

Instance::Instance(const Case &what) : what(what) {
  std::mt19937 random(what.operands.size());
  for (size_t i = 0; i < what.operands.size(); ++i) {
    const Operand &operand = what.operands[i];
    std::uniform_real_distribution<double> uniform(operand.low, operand.high);
    Tensor tensor(operand.shape);
    std::string type = typeOf(i);
    size_t size = bytesOf(type);
    std::vector<char> raw(tensor.values.size() * size);
    for (size_t j = 0; j < tensor.values.size(); ++j) {
      encode(type, uniform(random), &raw[j * size]);
      tensor.values[j] = decode(type, &raw[j * size]);
    }
    operands.push_back(std::move(tensor));
    bytes.push_back(std::move(raw));
  }
}

Expected Instance::expected() const {
  Expected result = what.reference(operands);
  for (const Case::Step &step : what.steps) {
    auto first = operands.begin() + step.first;
    result = step.apply(result, std::vector<Tensor>(first, first + step.count));
  }
  return result;
}

std::optional<std::string> Instance::mismatch(const std::vector<char> &output) const {
  Expected want = expected();
  std::string type = resultType();
  size_t size = bytesOf(type);
  EXPECT_EQ(want.value.shape, shape()) << what.name() << ": the reference has another shape";
  double largest = 0;
  for (double value : want.value.values)
    largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < want.value.values.size(); ++i) {
    double got = decode(type, &output[i * size]), exact = want.value.values[i];
    bool integer = type[0] != 'f' && type[0] != 'b';
    double unit = epsilonOf(type) * want.magnitude.values[i];
    double sum = std::min(what.slack * unit, std::max(Case().slack * unit, kMostOfLargest * largest));
    double allowed = integer ? 0 : kTiny + sum + roundingOf(type) * std::abs(exact);
    if (got == exact || (std::isnan(got) && std::isnan(exact)) || std::abs(got - exact) <= allowed)
      continue;
    std::ostringstream text;
    text << "element " << i << " is " << got << ", not " << exact << " (allowed: " << allowed << ")";
    return text.str();
  }
  return std::nullopt;
}

/// Eight bools a byte, as MLIR's text has them.
static std::vector<char> packedBits(const std::vector<char> &bools) {
  std::vector<char> bits((bools.size() + 7) / 8);
  for (size_t i = 0; i < bools.size(); ++i)
    bits[i / 8] = static_cast<char>(bits[i / 8] | bools[i] << i % 8);
  return bits;
}

Module::Module(const std::vector<Instance> &instances) {
  for (size_t i = 0; i < instances.size(); ++i)
    add(instances[i], i);
  text = "func.func @main(" + arguments.str() + ") -> (" + results.str() + ") {\n" + body.str() + "  return " +
         returned.str() + " : " + resultTypes.str() + "\n}\n";
}

void Module::add(const Instance &instance, size_t number) {
  const Case &what = instance.what;
  std::string prefix = "%c" + std::to_string(number) + "_";
  auto argument = [&](size_t i) { return prefix + "x" + std::to_string(i); };
  for (size_t i = 0; i < what.operands.size(); ++i) {
    std::string type = typeText(what.operands[i].shape, instance.typeOf(i));
    if (!what.operands[i].isConstant) {
      arguments << (inputs.empty() ? "" : ", ") << argument(i) << ": " << type << " {cnn.name = \""
                << argument(i).substr(1) << "\"}";
      inputs.push_back(instance.bytes[i]);
      continue;
    }
    body << "  " << argument(i) << " = cnn.constant {value = dense<\"0x";
    for (unsigned char byte : instance.typeOf(i) == "i1" ? packedBits(instance.bytes[i]) : instance.bytes[i])
      body << "0123456789ABCDEF"[byte >> 4] << "0123456789ABCDEF"[byte & 15];
    body << "\"> : " << type << "} : " << type << "\n";
  }
  std::string value = prefix + "y", place = " loc(\"case " + std::to_string(number) + ": " + what.op + "\")\n";
  std::string type = typeText(what.shape, instance.resultType());
  size_t own = what.steps.empty() ? what.operands.size() : what.steps.front().first;
  std::string names, types;
  for (size_t i = 0; i < own; ++i) {
    names += (i ? ", " : "") + argument(i);
    types += (i ? ", " : "") + typeText(what.operands[i].shape, instance.typeOf(i));
  }
  std::string shapes;
  for (const Shape &shape : what.results)
    shapes += (shapes.empty() ? "" : ", ") + typeText(shape, instance.resultType());
  bool several = !what.results.empty();
  body << "  " << value << (several ? ":" + std::to_string(what.results.size()) : "") << " = cnn." << what.op << " "
       << names << " {" << what.attributes << "} : (" << types << ") -> " << (several ? "(" + shapes + ")" : type)
       << place;
  if (several)
    value += "#" + std::to_string(what.position);
  for (size_t s = 0; s < what.steps.size(); ++s) {
    const Case::Step &step = what.steps[s];
    std::string next = prefix + "z" + std::to_string(s), nextType = typeText(step.shape, instance.resultType());
    body << "  " << next << " = cnn." << step.op << " " << value;
    for (size_t i = step.first; i < step.first + step.count; ++i)
      body << ", " << argument(i);
    body << " {" << step.attributes << "} : (" << type;
    for (size_t i = step.first; i < step.first + step.count; ++i)
      body << ", " << typeText(what.operands[i].shape, instance.typeOf(i));
    body << ") -> " << nextType << place;
    value = next;
    type = nextType;
  }
  std::string comma = outputs.empty() ? "" : ", ";
  results << comma << type << " {cnn.name = \"case" << number << "\"}";
  resultTypes << comma << type;
  returned << comma << value;
  outputs.emplace_back(Tensor(instance.shape()).values.size() * bytesOf(instance.resultType()), '\xff');
}

namespace {
class FamilyTest : public testing::Test {
public:
  FamilyTest(std::string name, std::vector<Case> (*cases)(), const Target &target)
      : name(std::move(name)), cases(cases), target(target) {}
  void TestBody() override;

private:
  /// Builds and runs the instances as one network; false if that failed.
  bool check(const std::vector<Instance> &instances, std::string *error);

  std::string name;
  std::vector<Case> (*cases)();
  const Target &target;
};
} // namespace

bool FamilyTest::check(const std::vector<Instance> &instances, std::string *error) {
  Module module(instances);
  std::string folder = CNNC_NUMERIC_FOLDER "/" + name + "-" + target.name + (instances.size() == 1 ? "-one" : "");
  auto failed = target.build(module.text, folder);
  Buffers first = module.outputs;
  if (!failed)
    failed = target.run(folder, module.inputs, first, 1);
  if (!failed && target.emulator.empty()) {
    failed = target.run(folder, module.inputs, module.outputs, 2);
    EXPECT_TRUE(first == module.outputs) << "two threads give other bits than one";
  }
  if (failed) {
    *error = *failed;
    return false;
  }
  for (size_t i = 0; i < instances.size(); ++i)
    if (auto mismatch = instances[i].mismatch(first[i]))
      ADD_FAILURE() << "case " << i << ": " << instances[i].what.name() << ": " << *mismatch;
  return true;
}

void FamilyTest::TestBody() {
  if (auto reason = target.unavailable())
    GTEST_SKIP() << *reason;
  std::vector<Case> all = cases();
  std::vector<Instance> instances;
  for (size_t i = 0; i < all.size(); i += target.every)
    instances.emplace_back(all[i]);
  std::string error;
  if (check(instances, &error))
    return;
  // One after the other, to name the first that fail.
  ADD_FAILURE() << error;
  int failures = 0;
  for (const Instance &instance : instances)
    if (!check({instance}, &error)) {
      ADD_FAILURE() << instance.what.name() << ": " << error;
      if (++failures == kMostFailures)
        return;
    }
}

Family::Family(const char *name, std::vector<Case> (*cases)()) {
  for (const Target &target : targets())
    testing::RegisterTest(name, target.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [=, &target]() -> FamilyTest * { return new FamilyTest(name, cases, target); });
}
