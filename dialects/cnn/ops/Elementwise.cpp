// SPDX-License-Identifier: Apache-2.0
// Arithmetic, comparison and logic, element by element.
#include "dialects/cnn/ops/Pointwise.h"

using namespace mlir;
using namespace cnnc::cnn;

static bool isFloat(Type element) { return isa<FloatType>(element); }
template <typename Op>
static Type elementOf(Op op) {
  return tensorOf(op->getOperand(0)).getElementType();
}

/// Functions of one float.
#define CNN_UNARY(OP, FLOPS, KEEPS_ZERO, VALUE)                                                                        \
  CNN_INFER_TYPE(OP, sameFloats)                                                                                       \
  CNN_POINTWISE(OP, FLOPS, KEEPS_ZERO)                                                                                 \
  Value OP::emitElement(OpBuilder &builder, ValueRange values) {                                                       \
    Loops loops(builder, getLoc());                                                                                    \
    Float x(loops, values[0]);                                                                                         \
    return VALUE;                                                                                                      \
  }
CNN_UNARY(SqrtOp, 1, true, sqrt(x))
CNN_UNARY(ExpOp, 10, false, exp(x))
CNN_UNARY(LogOp, 10, false, log(x))
CNN_UNARY(ErfOp, 10, true, erf(x))
CNN_UNARY(ReciprocalOp, 1, false, 1.0 / x)
CNN_UNARY(FloorOp, 1, true, floor(x))
CNN_UNARY(CeilOp, 1, true, ceil(x))
CNN_UNARY(RoundOp, 1, true, round(x))
CNN_UNARY(SinOp, 10, true, sin(x))
CNN_UNARY(CosOp, 10, false, cos(x))

static Value minus(Loops &loops, Value a, Value b) {
  if (isFloat(getElementTypeOrSelf(a)))
    return arith::SubFOp::create(loops.builder, loops.loc, a, b);
  return arith::SubIOp::create(loops.builder, loops.loc, a, b);
}
static Value compare(Loops &loops, arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(loops.builder, loops.loc, predicate, a, b);
}
static Value choose(Loops &loops, Value condition, Value a, Value b) {
  return arith::SelectOp::create(loops.builder, loops.loc, condition, a, b);
}

/// Functions of one number, whose sign is known from `element`.
#define CNN_UNARY_NUMBER(OP, KEEPS_ZERO, FUNCTION)                                                                     \
  CNN_INFER_TYPE(OP, sameType)                                                                                         \
  CNN_POINTWISE(OP, 1, KEEPS_ZERO)                                                                                     \
  Value OP::emitElement(OpBuilder &builder, ValueRange values) {                                                       \
    Loops loops(builder, getLoc());                                                                                    \
    return FUNCTION(loops, elementOf(*this), values[0]);                                                               \
  }
static Value absolute(Loops &loops, Type element, Value x) {
  if (isFloat(element))
    return abs(Float(loops, x));
  return isUnsigned(element) ? x : greater(loops, element, x, minus(loops, loops.integer(x.getType(), 0), x));
}
static Value negative(Loops &loops, Type element, Value x) {
  return isFloat(element) ? Value(-Float(loops, x)) : minus(loops, loops.integer(x.getType(), 0), x);
}
static Value sign(Loops &loops, Type element, Value x) {
  if (isFloat(element)) {
    Float value(loops, x);
    return select(unequal(value, value.like(0)), copySign(value.like(1), value), value);
  }
  Value zero = loops.integer(x.getType(), 0), one = loops.integer(x.getType(), 1);
  Value positive = choose(loops, compare(loops, arith::CmpIPredicate::ne, x, zero), one, zero);
  if (isUnsigned(element))
    return positive;
  return choose(loops, compare(loops, arith::CmpIPredicate::slt, x, zero), loops.integer(x.getType(), -1), positive);
}
static Value inverse(Loops &loops, Type, Value x) {
  return compare(loops, arith::CmpIPredicate::eq, x, loops.integer(x.getType(), 0));
}
CNN_UNARY_NUMBER(AbsOp, true, absolute)
CNN_UNARY_NUMBER(NegOp, true, negative)
CNN_UNARY_NUMBER(SignOp, true, sign)
CNN_UNARY_NUMBER(NotOp, false, inverse)

template <typename Op>
static FailureOr<RankedTensorType> binaryType(Op op, Emit emit) {
  Type a = tensorOf(op.getA()).getElementType(), b = tensorOf(op.getB()).getElementType();
  if (a != b)
    return emit() << "takes numbers of one type, got " << a << " and " << b;
  return broadcastType({op.getA(), op.getB()}, a, emit);
}
template <typename Op>
static FailureOr<RankedTensorType> compareType(Op op, Emit emit) {
  FailureOr<RankedTensorType> type = binaryType(op, emit);
  if (failed(type))
    return type;
  return RankedTensorType::get(type->getShape(), IntegerType::get(type->getContext(), 1));
}
template <typename Op>
static FailureOr<RankedTensorType> logicType(Op op, Emit emit) {
  FailureOr<RankedTensorType> type = binaryType(op, emit);
  if (succeeded(type) && !type->getElementType().isInteger(1))
    return emit() << "takes bools, got " << type->getElementType();
  return type;
}
/// The exponent may be of another type.
template <typename Op>
static FailureOr<RankedTensorType> powType(Op op, Emit emit) {
  return broadcastType({op.getA(), op.getB()}, tensorOf(op.getA()).getElementType(), emit);
}

/// Functions of two numbers of one type.
#define CNN_BINARY(OP, RULE, FLOPS, KEEPS_ZERO, FUNCTION)                                                              \
  CNN_INFER(OP, RULE)                                                                                                  \
  CNN_POINTWISE(OP, FLOPS, KEEPS_ZERO)                                                                                 \
  Value OP::emitElement(OpBuilder &builder, ValueRange values) {                                                       \
    Loops loops(builder, getLoc());                                                                                    \
    return FUNCTION(loops, elementOf(*this), values[0], values[1]);                                                    \
  }
/// Where both have the same channels: a number that broadcasts is not zero beside them.
template <typename Op>
static bool haveSameChannels(Op op) {
  return op.getA().getType().getShape() == op.getB().getType().getShape();
}

static Value sumOf(Loops &loops, Type element, Value a, Value b) {
  if (isFloat(element))
    return arith::AddFOp::create(loops.builder, loops.loc, a, b);
  return arith::AddIOp::create(loops.builder, loops.loc, a, b);
}
static Value productOf(Loops &loops, Type element, Value a, Value b) {
  if (isFloat(element))
    return arith::MulFOp::create(loops.builder, loops.loc, a, b);
  return arith::MulIOp::create(loops.builder, loops.loc, a, b);
}
static Value difference(Loops &loops, Type, Value a, Value b) { return minus(loops, a, b); }
/// `b`, or one where the machine would stop: it divides nothing by zero, nor its least number by -1.
static Value divisor(Loops &loops, Type element, Value b) {
  auto is = [&](int64_t number) {
    return compare(loops, arith::CmpIPredicate::eq, b, loops.integer(b.getType(), number));
  };
  Value stops = is(0);
  if (!isUnsigned(element))
    stops = arith::OrIOp::create(loops.builder, loops.loc, stops, is(-1));
  return choose(loops, stops, loops.integer(b.getType(), 1), b);
}
/// x / 0 is 0, as in numpy.
static Value quotient(Loops &loops, Type element, Value a, Value b) {
  using Predicate = arith::CmpIPredicate;
  if (isFloat(element))
    return arith::DivFOp::create(loops.builder, loops.loc, a, b);
  Value zero = loops.integer(a.getType(), 0), safe = divisor(loops, element, b), result;
  if (isUnsigned(element)) {
    result = arith::DivUIOp::create(loops.builder, loops.loc, a, safe);
  } else {
    Value whole = arith::DivSIOp::create(loops.builder, loops.loc, a, safe);
    Value isMinusOne = compare(loops, Predicate::eq, b, loops.integer(b.getType(), -1));
    result = choose(loops, isMinusOne, minus(loops, zero, a), whole);
  }
  return choose(loops, compare(loops, Predicate::eq, b, zero), zero, result);
}
static Value remainder(Loops &loops, Type element, Value a, Value b) {
  if (isFloat(element)) {
    Float x(loops, a), y(loops, b), ratio = x / y;
    return x - copySign(floor(abs(ratio)), ratio) * y;
  }
  Value safe = divisor(loops, element, b);
  if (isUnsigned(element))
    return arith::RemUIOp::create(loops.builder, loops.loc, a, safe);
  using Predicate = arith::CmpIPredicate;
  Value rest = arith::RemSIOp::create(loops.builder, loops.loc, a, safe), zero = loops.integer(a.getType(), 0);
  Value signs = compare(loops, Predicate::slt, arith::XOrIOp::create(loops.builder, loops.loc, rest, b), zero);
  Value differs = loops.both(signs, compare(loops, Predicate::ne, rest, zero));
  return choose(loops, differs, sumOf(loops, element, rest, b), rest);
}
CNN_BINARY(AddOp, binaryType, 1, haveSameChannels(*this), sumOf)
CNN_BINARY(SubOp, binaryType, 1, haveSameChannels(*this), difference)
CNN_BINARY(MulOp, binaryType, 1, haveSameChannels(*this), productOf)
CNN_BINARY(DivOp, binaryType, 1, false, quotient)
CNN_BINARY(ModOp, binaryType, 4, false, remainder)
CNN_BINARY(MaxOp, binaryType, 1, haveSameChannels(*this), greater)
CNN_BINARY(MinOp, binaryType, 1, haveSameChannels(*this), lesser)

/// Comparisons: the predicate of floats, of signed and of unsigned integers.
#define CNN_COMPARE(OP, FLOATS, SIGNED, UNSIGNED)                                                                      \
  CNN_INFER(OP, compareType)                                                                                           \
  CNN_POINTWISE(OP, 1, false)                                                                                          \
  Value OP::emitElement(OpBuilder &builder, ValueRange values) {                                                       \
    Type element = elementOf(*this);                                                                                   \
    if (isFloat(element))                                                                                              \
      return arith::CmpFOp::create(builder, getLoc(), arith::CmpFPredicate::FLOATS, values[0], values[1]);             \
    Loops loops(builder, getLoc());                                                                                    \
    return compare(loops, isUnsigned(element) ? arith::CmpIPredicate::UNSIGNED : arith::CmpIPredicate::SIGNED,         \
                   values[0], values[1]);                                                                              \
  }
CNN_COMPARE(EqualOp, OEQ, eq, eq)
CNN_COMPARE(LessOp, OLT, slt, ult)
CNN_COMPARE(LessEqualOp, OLE, sle, ule)
CNN_COMPARE(GreaterOp, OGT, sgt, ugt)
CNN_COMPARE(GreaterEqualOp, OGE, sge, uge)

static Value conjunction(Loops &loops, Type, Value a, Value b) { return loops.both(a, b); }
static Value disjunction(Loops &loops, Type, Value a, Value b) {
  return arith::OrIOp::create(loops.builder, loops.loc, a, b);
}
static Value exclusion(Loops &loops, Type, Value a, Value b) {
  return arith::XOrIOp::create(loops.builder, loops.loc, a, b);
}
CNN_BINARY(AndOp, logicType, 1, false, conjunction)
CNN_BINARY(OrOp, logicType, 1, false, disjunction)
CNN_BINARY(XorOp, logicType, 1, false, exclusion)

/// A number, which stands for an element of type `from`, as an element of type `to`.
static Value converted(Loops &loops, Value x, Type from, Type to) {
  OpBuilder &builder = loops.builder;
  Location loc = loops.loc;
  Type target = elementLike(x, computeType(to));
  if (to.isInteger(1)) {
    if (isFloat(from))
      return unequal(Float(loops, x), Float(loops, x).like(0));
    return compare(loops, arith::CmpIPredicate::ne, x, loops.integer(x.getType(), 0));
  }
  if (x.getType() == target)
    return x;
  unsigned width = getElementTypeOrSelf(x).getIntOrFloatBitWidth(), wanted = computeType(to).getIntOrFloatBitWidth();
  if (isFloat(from) && isFloat(to))
    return wanted > width ? Value(arith::ExtFOp::create(builder, loc, target, x))
                          : Value(arith::TruncFOp::create(builder, loc, target, x));
  if (isFloat(from)) {
    if (wanted == 64)
      return isUnsigned(to) ? Value(arith::FPToUIOp::create(builder, loc, target, x))
                            : Value(arith::FPToSIOp::create(builder, loc, target, x));
    // By way of 64 bits, so that negative numbers wrap around in unsigned types.
    Value wide = arith::FPToSIOp::create(builder, loc, elementLike(x, builder.getI64Type()), x);
    return arith::TruncIOp::create(builder, loc, target, wide);
  }
  if (isFloat(to))
    return isUnsigned(from) ? Value(arith::UIToFPOp::create(builder, loc, target, x))
                            : Value(arith::SIToFPOp::create(builder, loc, target, x));
  if (wanted < width)
    return arith::TruncIOp::create(builder, loc, target, x);
  return isUnsigned(from) ? Value(arith::ExtUIOp::create(builder, loc, target, x))
                          : Value(arith::ExtSIOp::create(builder, loc, target, x));
}

CNN_INFER(PowOp, powType)
CNN_POINTWISE(PowOp, 20, false)
// Integers are raised in f64. What is an integer but for the error of rounding becomes one.
Value PowOp::emitElement(OpBuilder &builder, ValueRange values) {
  Loops loops(builder, getLoc());
  Type a = getA().getType().getElementType(), b = getB().getType().getElementType();
  Type wide = isFloat(a) ? computeType(a) : builder.getF64Type();
  Float base(loops, converted(loops, values[0], a, wide)), exponent(loops, converted(loops, values[1], b, wide));
  Float result = pow(base, exponent);
  if (isFloat(a))
    return result;
  Float nearest = round(result);
  result = select(less(abs(result - nearest), abs(nearest) * 1e-13), nearest, result);
  return converted(loops, result, wide, a);
}

template <typename Op>
static FailureOr<RankedTensorType> whereType(Op op, Emit emit) {
  Type a = tensorOf(op.getA()).getElementType(), b = tensorOf(op.getB()).getElementType();
  Type condition = tensorOf(op.getCondition()).getElementType();
  if (a != b || !condition.isInteger(1))
    return emit() << "takes bools and two of one type, got " << condition << ", " << a << " and " << b;
  return broadcastType({op.getCondition(), op.getA(), op.getB()}, a, emit);
}
CNN_INFER(WhereOp, whereType)
CNN_POINTWISE(WhereOp, 1, false)
Value WhereOp::emitElement(OpBuilder &builder, ValueRange values) {
  return arith::SelectOp::create(builder, getLoc(), values[0], values[1], values[2]);
}

template <typename Op>
static FailureOr<RankedTensorType> castType(Op op, Emit emit) {
  Type to = op.getTo();
  if (!isa<FloatType, IntegerType>(to))
    return emit() << "casts to numbers only, not to " << to;
  return RankedTensorType::get(tensorOf(op.getX()).getShape(), to);
}
CNN_INFER(CastOp, castType)
CNN_POINTWISE(CastOp, 1, false)
Value CastOp::emitElement(OpBuilder &builder, ValueRange values) {
  Loops loops(builder, getLoc());
  return converted(loops, values[0], getX().getType().getElementType(), getTo());
}

// Both are x in inference.
template <typename Op>
static OpFoldResult foldToOperand(Op op) {
  return op.getX().getType() == op.getType() ? OpFoldResult(op.getX()) : OpFoldResult();
}
CNN_INFER_TYPE(DropoutOp, sameType)
CNN_POINTWISE(DropoutOp, 0, true)
Value DropoutOp::emitElement(OpBuilder &, ValueRange values) { return values[0]; }
OpFoldResult DropoutOp::fold(FoldAdaptor) { return foldToOperand(*this); }
CNN_INFER_TYPE(StochasticDepthOp, sameType)
CNN_POINTWISE(StochasticDepthOp, 0, true)
Value StochasticDepthOp::emitElement(OpBuilder &, ValueRange values) { return values[0]; }
OpFoldResult StochasticDepthOp::fold(FoldAdaptor) { return foldToOperand(*this); }
