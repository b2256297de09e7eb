// SPDX-License-Identifier: Apache-2.0
// Activations: functions of one element.
#include "dialects/cnn/ops/Pointwise.h"

#include <numbers>

using namespace mlir;
using namespace cnnc::cnn;

/// Defines an activation of floats: FLOPS an element, whether zero gives zero, its value as an
/// expression of the Float x.
#define CNN_ACTIVATION(OP, FLOPS, KEEPS_ZERO, VALUE)                                                                   \
  CNN_INFER_TYPE(OP, sameFloats)                                                                                       \
  CNN_POINTWISE(OP, FLOPS, KEEPS_ZERO)                                                                                 \
  Value OP::emitElement(OpBuilder &builder, ValueRange values) {                                                       \
    Loops loops(builder, getLoc());                                                                                    \
    Float x(loops, values[0]);                                                                                         \
    return VALUE;                                                                                                      \
  }

// An elementary function counts as ten operations.
static Float softplus(Float x) { return maximum(x.like(0), x) + log1p(exp(-abs(x))); }
static Float elu(Float x, double alpha) { return select(less(x, 0), expm1(x) * alpha, x); }
static Float gelu(Float x, bool approximate) {
  using namespace std::numbers;
  if (!approximate)
    return x * 0.5 * (erf(x * (1 / sqrt2)) + 1.0);
  return x * 0.5 * (tanh((x + x * x * x * 0.044715) * (sqrt2 * inv_sqrtpi)) + 1.0);
}
static Float hardSigmoid(Float x, double alpha, double beta) {
  return clamp(multiplyAdd(x, x.like(alpha), x.like(beta)), 0, 1);
}
static Float celu(Float x, double alpha) { return select(less(x, 0), expm1(x / alpha) * alpha, x); }

CNN_ACTIVATION(LeakyReluOp, 2, true, select(less(x, 0), x *getAlpha().convertToDouble(), x))
CNN_ACTIVATION(ThresholdedReluOp, 1, getAlpha().convertToDouble() >= 0,
               select(less(getAlpha().convertToDouble(), x), x, x.like(0)))
CNN_ACTIVATION(SigmoidOp, 12, false, sigmoid(x))
CNN_ACTIVATION(HardSigmoidOp, 4, false, hardSigmoid(x, getAlpha().convertToDouble(), getBeta().convertToDouble()))
CNN_ACTIVATION(HardSwishOp, 5, true, x *hardSigmoid(x, 1.0 / 6, 0.5))
CNN_ACTIVATION(TanhOp, 12, true, tanh(x))
CNN_ACTIVATION(EluOp, 12, true, elu(x, getAlpha().convertToDouble()))
CNN_ACTIVATION(CeluOp, 13, true, celu(x, getAlpha().convertToDouble()))
CNN_ACTIVATION(SeluOp, 13, true, elu(x, getAlpha().convertToDouble()) * getGamma().convertToDouble())
CNN_ACTIVATION(GeluOp, 14, true, gelu(x, getApproximate()))
CNN_ACTIVATION(SiluOp, 13, true, x *sigmoid(x))
CNN_ACTIVATION(MishOp, 32, true, x *tanh(softplus(x)))
CNN_ACTIVATION(SoftplusOp, 20, false, softplus(x))
CNN_ACTIVATION(SoftsignOp, 3, true, x / (abs(x) + 1.0))

/// x not below (or not above) a bound, for floats and integers. NaN stays.
static Value bounded(Loops &loops, Type element, Value x, double bound, bool below) {
  if (isa<FloatType>(element)) {
    Float value(loops, x);
    return below ? maximum(value.like(bound), value) : minimum(value.like(bound), value);
  }
  Value limit = loops.number(x.getType(), bound);
  return below ? greater(loops, element, x, limit) : lesser(loops, element, x, limit);
}

CNN_INFER_TYPE(ReluOp, sameType)
CNN_POINTWISE(ReluOp, 1, true)
Value ReluOp::emitElement(OpBuilder &builder, ValueRange values) {
  Loops loops(builder, getLoc());
  return bounded(loops, getX().getType().getElementType(), values[0], 0, true);
}

CNN_INFER_TYPE(ClipOp, sameType)
CNN_POINTWISE(ClipOp, 2,
              (!getMin() || getMin()->convertToDouble() <= 0) && (!getMax() || getMax()->convertToDouble() >= 0))
Value ClipOp::emitElement(OpBuilder &builder, ValueRange values) {
  Loops loops(builder, getLoc());
  Type element = getX().getType().getElementType();
  Value x = values[0];
  if (getMin())
    x = bounded(loops, element, x, getMin()->convertToDouble(), true);
  if (getMax())
    x = bounded(loops, element, x, getMax()->convertToDouble(), false);
  return x;
}

template <typename Op>
static FailureOr<RankedTensorType> preluType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  FailureOr<RankedTensorType> type = broadcastType({op.getX(), op.getSlope()}, x.getElementType(), emit);
  if (succeeded(type) && type->getShape() != x.getShape())
    return emit() << "slope " << text(tensorOf(op.getSlope())) << " does not broadcast to x " << text(x);
  if (succeeded(type) &&
      (!isa<FloatType>(x.getElementType()) || tensorOf(op.getSlope()).getElementType() != x.getElementType()))
    return emit() << "takes floats of one type, got " << x.getElementType() << " and "
                  << tensorOf(op.getSlope()).getElementType();
  return type;
}
CNN_INFER_TYPE(PreluOp, preluType)
CNN_POINTWISE(PreluOp, 2, true)
Value PreluOp::emitElement(OpBuilder &builder, ValueRange values) {
  Loops loops(builder, getLoc());
  Float x(loops, values[0]), slope(loops, values[1]);
  return select(less(x, 0), x * slope, x);
}

/// A slope for each channel, unless the caller has slopes.
LogicalResult PreluOp::complete(LayerCall &call) {
  Attribute init = call.take("init");
  if (call.tensor("slope"))
    return success();
  RankedTensorType x = call.typeOf("x");
  if (x.getRank() < 2)
    return call.error("x", "needs x [N, C, ...], got " + text(x));
  SmallVector<int64_t> shape(x.getRank() - 1, 1);
  shape[0] = x.getDimSize(1);
  call.addWeight("slope", "x", shape, init);
  return success();
}
void PreluOp::describe(NamedAttrList &) {}
