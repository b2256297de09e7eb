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

/// Each element may be wrong by this many epsilon of its magnitude.
static constexpr double kSlack = 8;
/// And by this: numbers below the least normal f32 may be zero.
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
  result.steps.push_back({std::move(op), std::move(attributes), function, 0});
  return result;
}

Case Case::plusResidual() const {
  Case result = *this;
  result.steps.push_back({"add", "", nullptr, operands.size()});
  result.operands.push_back({shape});
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
  for (const Case::Step &step : what.steps)
    for (size_t i = 0; i < result.value.values.size(); ++i) {
      double &value = result.value.values[i], &magnitude = result.magnitude.values[i];
      double residual = step.function ? 0 : operands[step.residual].values[i];
      value = step.function ? step.function(value) : value + residual;
      // The functions rise by at most 1.2 times, and have a rounding error of their own.
      magnitude = magnitude * 1.2 + std::abs(residual) + std::abs(value);
    }
  return result;
}

std::optional<std::string> Instance::mismatch(const std::vector<char> &output) const {
  Expected want = expected();
  std::string type = resultType();
  size_t size = bytesOf(type);
  EXPECT_EQ(want.value.shape, what.shape) << what.name() << ": the reference has another shape";
  for (size_t i = 0; i < want.value.values.size(); ++i) {
    double got = decode(type, &output[i * size]), exact = want.value.values[i];
    bool integer = type[0] != 'f' && type[0] != 'b';
    double allowed = integer ? 0
                             : kTiny + kSlack * epsilonOf(type) * want.magnitude.values[i] + roundingOf(type) * std::abs(exact);
    if (got == exact || (std::isnan(got) && std::isnan(exact)) || std::abs(got - exact) <= allowed)
      continue;
    std::ostringstream text;
    text << "element " << i << " is " << got << ", not " << exact << " (allowed: " << allowed << ")";
    return text.str();
  }
  return std::nullopt;
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
    for (unsigned char byte : instance.bytes[i])
      body << "0123456789ABCDEF"[byte >> 4] << "0123456789ABCDEF"[byte & 15];
    body << "\"> : " << type << "} : " << type << "\n";
  }
  std::string resultType = typeText(what.shape, instance.resultType()), value = prefix + "y";
  std::string place = " loc(\"case " + std::to_string(number) + ": " + what.op + "\")\n";
  body << "  " << value << " = cnn." << what.op;
  size_t anchorOperands = what.operands.size();
  for (const Case::Step &step : what.steps)
    anchorOperands -= !step.function;
  for (size_t i = 0; i < anchorOperands; ++i)
    body << (i ? ", " : " ") << argument(i);
  body << " {" << what.attributes << "} : (";
  for (size_t i = 0; i < anchorOperands; ++i)
    body << (i ? ", " : "") << typeText(what.operands[i].shape, instance.typeOf(i));
  body << ") -> " << resultType << place;
  for (const Case::Step &step : what.steps) {
    std::string next = value + "y";
    body << "  " << next << " = cnn." << step.op << " " << value;
    if (!step.function)
      body << ", " << argument(step.residual);
    body << " {" << step.attributes << "} : (" << resultType << (step.function ? "" : ", " + resultType) << ") -> "
         << resultType << place;
    value = next;
  }
  std::string comma = outputs.empty() ? "" : ", ";
  results << comma << resultType << " {cnn.name = \"case" << number << "\"}";
  resultTypes << comma << resultType;
  returned << comma << value;
  outputs.emplace_back(Tensor(what.shape).values.size() * bytesOf(instance.resultType()), '\xff');
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
  std::string folder = testing::TempDir() + "cnnc-numeric/" + name + "-" + target.name +
                       (instances.size() == 1 ? "-one" : "");
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
