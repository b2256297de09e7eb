// SPDX-License-Identifier: Apache-2.0
// Elementary functions against the C library in a wider type, over dense samples of all exponents,
// as scalars (products and sums rounded apart) and as vectors (fused).
#include "dialects/cnn/VectorMath.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/Support/TargetSelect.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;
using namespace cnnc::cnn;

namespace {
constexpr int64_t kLanes = 8;

using Emit = std::function<Value(Loops &, ValueRange)>;

/// out[i] = emit(a[i], b[i]), compiled.
template <typename T>
std::vector<T> run(const Emit &emit, bool vectors, std::vector<T> a, std::vector<T> b) {
  static DialectRegistry registry = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllExtensions(registry);
    registerAllToLLVMIRTranslations(registry);
    return registry;
  }();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  Type element = std::is_same_v<T, float> ? Type(builder.getF32Type()) : builder.getF64Type();
  auto memref = MemRefType::get({static_cast<int64_t>(a.size())}, element);
  OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
  builder.setInsertionPointToStart(module->getBody());
  auto function = func::FuncOp::create(builder, loc, "f", builder.getFunctionType({memref, memref, memref}, {}));
  function->setAttr("llvm.emit_c_interface", builder.getUnitAttr());
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  Loops loops(builder, loc);
  Value left = body->getArgument(0), right = body->getArgument(1), result = body->getArgument(2);
  loops.loop(loops.index(0), loops.index(a.size()), vectors ? kLanes : 1, [&](Value i) {
    if (!vectors)
      return loops.store(emit(loops, {loops.load(left, i), loops.load(right, i)}), result, i);
    auto type = VectorType::get({kLanes}, element);
    Value x = vector::LoadOp::create(builder, loc, type, left, i),
          y = vector::LoadOp::create(builder, loc, type, right, i);
    vector::StoreOp::create(builder, loc, emit(loops, {x, y}), result, i);
  });
  func::ReturnOp::create(builder, loc);

  PassManager passes(&context);
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  EXPECT_TRUE(succeeded(passes.run(*module)));
  auto engine = llvm::cantFail(ExecutionEngine::create(*module));

  struct Descriptor {
    T *base, *aligned;
    int64_t offset, size, stride;
  };
  std::vector<T> out(a.size());
  Descriptor descriptors[3];
  void *pointers[3], *arguments[3];
  std::vector<T> *operands[] = {&a, &b, &out};
  for (auto [i, data] : llvm::enumerate(operands)) {
    descriptors[i] = {data->data(), data->data(), 0, static_cast<int64_t>(data->size()), 1};
    pointers[i] = &descriptors[i];
    arguments[i] = &pointers[i];
  }
  llvm::cantFail(engine->invokePacked("_mlir_ciface_f", arguments));
  return out;
}

template <typename T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

/// Every exponent and sign, with `perExponent` mantissas each, and the edges; up to a greatest
/// magnitude.
template <typename T>
std::vector<T> samples(double limit, int perExponent = 512) {
  std::vector<T> values = {0, T(-0.0), 1, -1};
  using Limits = std::numeric_limits<T>;
  if (std::isinf(limit))
    values.insert(values.end(), {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), Limits::max(),
                                 Limits::min(), Limits::denorm_min()});
  std::minstd_rand random(1);
  for (int exponent = Limits::min_exponent - Limits::digits; exponent < Limits::max_exponent; ++exponent)
    for (int i = 0; i < perExponent; ++i) {
      T value = std::ldexp(1 + static_cast<T>(random()) / static_cast<T>(2147483647), exponent);
      if (value <= limit)
        values.push_back(i % 2 ? value : -value);
    }
  values.resize(llvm::alignTo(values.size(), kLanes), T(1));
  return values;
}

/// The distance of a result from the exact one, in units of the last place of the result's type.
template <typename T>
double ulps(T actual, Wide<T> exact) {
  T rounded = static_cast<T>(exact);
  if (std::isnan(rounded) || std::isnan(actual))
    return std::isnan(rounded) && std::isnan(actual) ? 0 : INFINITY;
  if (std::isinf(rounded) || std::isinf(actual))
    return rounded == actual || std::nextafter(std::abs(rounded), T(INFINITY)) == std::abs(actual) ? 0 : INFINITY;
  int exponent = std::max(rounded == 0 ? INT_MIN : std::ilogb(rounded), std::numeric_limits<T>::min_exponent - 1);
  Wide<T> unit = std::ldexp(Wide<T>(1), exponent - std::numeric_limits<T>::digits + 1);
  return static_cast<double>(std::abs(actual - exact) / unit);
}

template <typename T, typename Exact>
void check(const Emit &emit, Exact exact, double allowed, std::vector<T> a, std::vector<T> b) {
  for (bool vectors : {false, true}) {
    std::vector<T> actual = run<T>(emit, vectors, a, b);
    double worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < a.size(); ++i)
      if (double error = ulps<T>(actual[i], exact(Wide<T>(a[i]), Wide<T>(b[i]))); error > worst)
        worst = error, where = i;
    EXPECT_LE(worst, allowed) << (vectors ? "vectors of f" : "scalars of f") << sizeof(T) * 8 << " at " << a[where]
                              << ", " << b[where] << ": " << actual[where] << ", not "
                              << static_cast<double>(exact(Wide<T>(a[where]), Wide<T>(b[where])));
  }
}

template <typename Exact>
void check(const Emit &emit, Exact exact, double allowed32, double allowed64, double limit32 = INFINITY,
           double limit64 = INFINITY) {
  auto narrow = samples<float>(limit32);
  check<float>(emit, exact, allowed32, narrow, narrow);
  auto wide = samples<double>(limit64, 64);
  check<double>(emit, exact, allowed64, wide, wide);
}
} // namespace

#define FUNCTION(name, emit, exact, ...)                                                                               \
  TEST(VectorMath, name) {                                                                                             \
    check([](Loops &loops, ValueRange x) { return emit(loops, x[0]); },                                                \
          [](auto x, auto) -> decltype(x) { return exact; }, __VA_ARGS__);                                             \
  }
FUNCTION(Exp, emitExp, std::exp(x), 1.5, 1.5)
FUNCTION(Expm1, emitExpm1, std::expm1(x), 2, 2)
FUNCTION(Log, emitLog, std::log(x), 1.5, 1.5)
FUNCTION(Log1p, emitLog1p, std::log1p(x), 2, 2)
FUNCTION(Tanh, emitTanh, std::tanh(x), 4, 3)
FUNCTION(Sigmoid, emitSigmoid, 1 / (1 + std::exp(-x)), 90, 710, 86, 708)
FUNCTION(Erf, emitErf, std::erf(x), 2, 2)
FUNCTION(Sin, emitSin, std::sin(x), 2, 2, 1e4, 1e6)
FUNCTION(Cos, emitCos, std::cos(x), 2, 2, 1e4, 1e6)

TEST(VectorMath, SigmoidOfTheGreatest) {
  auto emit = [](Loops &loops, ValueRange x) { return emitSigmoid(loops, x[0]); };
  std::vector<float> x = {88, -88, 1e30f, -1e30f, INFINITY, -INFINITY, NAN, 0};
  for (bool vectors : {false, true}) {
    std::vector<float> y = run<float>(emit, vectors, x, x);
    for (int i : {0, 2, 4}) {
      EXPECT_NEAR(y[i], 1, 3e-7);
      EXPECT_GE(y[i + 1], 0);
      EXPECT_LT(y[i + 1], 1e-37);
    }
    EXPECT_TRUE(std::isnan(y[6]));
    EXPECT_NEAR(y[7], 0.5, 1e-7);
  }
}

TEST(VectorMath, Pow) {
  Emit emit = [](Loops &loops, ValueRange x) { return emitPow(loops, x[0], x[1]); };
  auto exact = [](auto a, auto b) { return std::pow(a, b); };
  std::vector<float> a, b;
  for (float base : {0.0f, -0.0f, 1.0f, -1.0f, 0.5f, 2.0f, -2.0f, -1.5f, 1e-40f, 1e38f, INFINITY, -INFINITY, NAN})
    for (float power : {0.0f, 1.0f, -1.0f, 2.0f, 3.0f, -3.0f, 0.5f, -0.5f, 1e9f, -1e9f, INFINITY, -INFINITY, NAN})
      a.push_back(base), b.push_back(power);
  std::minstd_rand random(1);
  auto uniform = [&] { return static_cast<float>(random()) / 2147483647.0f; };
  for (int i = 0; i < 200000; ++i)
    a.push_back(std::exp(uniform() * 20 - 10)), b.push_back(uniform() * 20 - 10);
  a.resize(llvm::alignTo(a.size(), kLanes), 1), b.resize(a.size(), 1);
  check<float>(emit, exact, 1, a, b);
  check<double>(emit, exact, 150, {a.begin(), a.end()}, {b.begin(), b.end()});
}
