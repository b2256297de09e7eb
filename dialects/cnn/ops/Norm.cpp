// SPDX-License-Identifier: Apache-2.0
// Normalisation: batch norm, local response normalisation, softmax.
#include "dialects/cnn/VectorMath.h"
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

using namespace mlir;
using namespace cnnc::cnn;

template <typename Op>
static FailureOr<RankedTensorType> bnType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (x.getRank() < 2)
    return emit() << "needs x [N, C, ...], got " << text(x);
  std::pair<StringRef, Value> parameters[] = {{"weight", op.getWeight()},
                                              {"bias", op.getBias()},
                                              {"running_mean", op.getRunningMean()},
                                              {"running_var", op.getRunningVar()}};
  for (auto [name, value] : parameters)
    if (tensorOf(value).getShape() != x.getShape().slice(1, 1))
      return emit() << name << " must have one number for each of the " << x.getDimSize(1) << " channels, got "
                    << text(tensorOf(value));
  return withoutLayout(x);
}
CNN_INFER(BnOp, bnType)

LogicalResult BnOp::complete(LayerCall &call) {
  RankedTensorType x = call.typeOf("x");
  if (x.getRank() < 2)
    return call.error("x", "needs x [N, C, ...], got " + text(x));
  ArrayRef<int64_t> channels = x.getShape().slice(1, 1);
  call.addWeight("weight", "x", channels, call.take("init"));
  call.addWeight("bias", "x", channels, call.take("bias_init"));
  call.addWeight("running_mean", "x", channels, call.initializer("zeros"), /*isTrained=*/false);
  call.addWeight("running_var", "x", channels, call.initializer("ones"), /*isTrained=*/false);
  return success();
}
void BnOp::describe(NamedAttrList &) {}

template <typename Op>
static FailureOr<RankedTensorType> lrnType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (x.getRank() < 2)
    return emit() << "needs x [N, C, ...], got " << text(x);
  int64_t size = op.getSize();
  if (size < 1)
    return emit() << "size must be a positive number of channels, got " << size;
  return withoutLayout(x);
}
CNN_INFER(LrnOp, lrnType)

template <typename Op>
static FailureOr<RankedTensorType> softmaxType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= x.getRank())
    return emit() << "axis = " << axis << " is none of the " << x.getRank() << " of " << text(x);
  return withoutLayout(x);
}
CNN_INFER(SoftmaxOp, softmaxType)
CNN_INFER(LogSoftmaxOp, softmaxType)

LogicalResult SoftmaxOp::complete(LayerCall &call) { return completeAxis(call, "axis", call.typeOf("x").getRank()); }
LogicalResult LogSoftmaxOp::complete(LayerCall &call) { return SoftmaxOp::complete(call); }
void SoftmaxOp::describe(NamedAttrList &) {}
void LogSoftmaxOp::describe(NamedAttrList &) {}

// An elementary function counts as ten operations.
bool BnOp::isStatistic(unsigned operand) { return operand >= getRunningMeanMutable().getOperandNumber(); }
int64_t BnOp::getFlops() { return 2 * getX().getType().getNumElements(); }
int64_t LrnOp::getFlops() { return getX().getType().getNumElements() * (2 * static_cast<int64_t>(getSize()) + 20); }
int64_t SoftmaxOp::getFlops() { return 13 * getX().getType().getNumElements(); }
int64_t LogSoftmaxOp::getFlops() { return 13 * getX().getType().getNumElements(); }

bool SoftmaxOp::isPerImage() { return getAxis() != 0; }
bool LogSoftmaxOp::isPerImage() { return getAxis() != 0; }

void BnOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> shape = getX().getType().getShape();
  Type element = getX().getType().getElementType(), type = computeType(element);
  loops.loop(
      shape[1],
      [&](Value channel) {
        auto parameter = [&](unsigned i) {
          Type stored = tensorOf(getOperand(i)).getElementType(), wide = computeType(stored);
          Value value = loadAs(loops, wide, stored, inputs[i], channel);
          if (wide.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth())
            value = arith::TruncFOp::create(builder, getLoc(), type, value);
          else if (wide != type)
            value = arith::ExtFOp::create(builder, getLoc(), type, value);
          return Float(loops, value);
        };
        Float weight = parameter(1), bias = parameter(2), mean = parameter(3), variance = parameter(4);
        Float scale = weight / sqrt(variance + getEps().convertToDouble());
        SmallVector<int64_t> others(shape);
        others.erase(others.begin() + 1);
        loops.nest(others, [&](ValueRange rest) {
          SmallVector<Value> at(rest);
          at.insert(at.begin() + 1, channel);
          Float x(loops, loadAs(loops, type, element, inputs[0], at));
          storeAs(loops, element, (x - mean) * scale + bias, outputs[0], at);
        });
      },
      "channel");
}

/// base^-exponent, where the exponent 3/4 of most networks needs no logarithm.
static Float inversePower(Float base, double exponent) {
  if (exponent != 0.75)
    return pow(base, base.like(-exponent));
  Float root = sqrt(base);
  return 1.0 / (root * sqrt(root));
}

Value LrnOp::emitNormalized(OpBuilder &builder, Value x, Value squares) {
  Loops loops(builder, getLoc());
  Float base = Float(loops, squares) * (getAlpha().convertToDouble() / static_cast<double>(getSize())) +
               getK().convertToDouble();
  return Float(loops, x) * inversePower(base, getBeta().convertToDouble());
}

void LrnOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> shape = getX().getType().getShape();
  Type element = getX().getType().getElementType(), type = computeType(element);
  int64_t size = getSize(), before = (size - 1) / 2, after = size - before;
  loops.nest(shape, [&](ValueRange at) {
    Value low = loops.max(loops.add(at[1], -before), loops.index(0));
    Value high = loops.min(loops.add(at[1], after), loops.index(shape[1]));
    Value squares = sum(loops, Span{low, high, "channel"}, type, [&](ValueRange i) {
      SmallVector<Value> indices(at);
      indices[1] = i[0];
      Value x = loadAs(loops, type, element, inputs[0], indices);
      return times(loops, x, x);
    });
    Value x = loadAs(loops, type, element, inputs[0], at);
    storeAs(loops, element, emitNormalized(builder, x, squares), outputs[0], at);
  });
}

/// Writes result(x - maximum, sum of exp(x - maximum)) along each line of the axis: no exponential
/// overflows.
template <typename Op>
static void lowerSoftmax(Op op, OpBuilder &builder, Value input, Value output,
                         function_ref<Float(Float, Float)> result) {
  Loops loops(builder, op.getLoc());
  SmallVector<int64_t> lines(op.getX().getType().getShape());
  int64_t axis = op.getAxis(), length = std::exchange(lines[axis], 1);
  Type element = op.getX().getType().getElementType(), type = computeType(element);
  loops.nest(lines, [&](ValueRange line) {
    SmallVector<Value> at(line);
    auto load = [&](Value i) {
      at[axis] = i;
      return Float(loops, loadAs(loops, type, element, input, at));
    };
    Span all = upTo(loops, length);
    Float most(loops,
               fold(
                   loops, all, lowest(loops, element), [&](Value a, Value b) { return greater(loops, element, a, b); },
                   [&](ValueRange i) -> Value { return load(i[0]); }));
    Float total(loops, sum(loops, all, type, [&](ValueRange i) -> Value { return exp(load(i[0]) - most); }));
    loops.loop(length, [&](Value i) {
      Float x = load(i);
      storeAs(loops, element, result(x - most, total), output, at);
    });
  });
}

void SoftmaxOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  lowerSoftmax(*this, builder, inputs[0], outputs[0], [](Float x, Float total) { return exp(x) / total; });
}

void LogSoftmaxOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  lowerSoftmax(*this, builder, inputs[0], outputs[0], [](Float x, Float total) { return x - log(total); });
}
