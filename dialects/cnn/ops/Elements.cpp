// SPDX-License-Identifier: Apache-2.0
// Elements in memory and in computations, and sums over boxes of them.
#include "dialects/cnn/ops/Elements.h"

#include "mlir/IR/Matchers.h"

#include <limits>

using namespace mlir;
using namespace cnnc::cnn;

Type cnnc::cnn::computeType(Type element) {
  return element.isF16() || element.isBF16() ? Float32Type::get(element.getContext()) : signless(element);
}

bool cnnc::cnn::isUnsigned(Type element) { return element.isUnsignedInteger() || element.isSignlessInteger(1); }

Value cnnc::cnn::loadAs(Loops &loops, Type to, Type element, Value memref, ValueRange indices) {
  Value value = loops.load(memref, indices);
  if (element.isInteger(1) && value.getType() != to) // A bool takes a byte.
    value = arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::ne, value,
                                  loops.integer(value.getType(), 0));
  if (value.getType() == to)
    return value;
  if (isa<FloatType>(element))
    return arith::ExtFOp::create(loops.builder, loops.loc, to, value);
  if (isUnsigned(element))
    return arith::UIToFPOp::create(loops.builder, loops.loc, to, value);
  return arith::SIToFPOp::create(loops.builder, loops.loc, to, value);
}

void cnnc::cnn::storeAs(Loops &loops, Type element, Value value, Value memref, ValueRange indices) {
  Type to = cast<MemRefType>(memref.getType()).getElementType();
  if (value.getType() != to) {
    if (isa<FloatType>(element))
      value = arith::TruncFOp::create(loops.builder, loops.loc, to, value);
    else if (element.isInteger(1) && value.getType() == signless(element))
      value = arith::ExtUIOp::create(loops.builder, loops.loc, to, value);
    else if (isUnsigned(element))
      value = arith::FPToUIOp::create(loops.builder, loops.loc, to, value);
    else
      value = arith::FPToSIOp::create(loops.builder, loops.loc, to, value);
  }
  loops.store(value, memref, indices);
}

Value cnnc::cnn::plus(Loops &loops, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::AddFOp::create(loops.builder, loops.loc, a, b);
  return arith::AddIOp::create(loops.builder, loops.loc, a, b);
}

Value cnnc::cnn::times(Loops &loops, Value a, Value b) {
  if (isa<FloatType>(a.getType()))
    return arith::MulFOp::create(loops.builder, loops.loc, a, b);
  return arith::MulIOp::create(loops.builder, loops.loc, a, b);
}

Value cnnc::cnn::greater(Loops &loops, Type element, Value a, Value b) {
  if (isa<FloatType>(element))
    return arith::MaximumFOp::create(loops.builder, loops.loc, a, b);
  if (isUnsigned(element))
    return arith::MaxUIOp::create(loops.builder, loops.loc, a, b);
  return arith::MaxSIOp::create(loops.builder, loops.loc, a, b);
}

Value cnnc::cnn::lesser(Loops &loops, Type element, Value a, Value b) {
  if (isa<FloatType>(element))
    return arith::MinimumFOp::create(loops.builder, loops.loc, a, b);
  if (isUnsigned(element))
    return arith::MinUIOp::create(loops.builder, loops.loc, a, b);
  return arith::MinSIOp::create(loops.builder, loops.loc, a, b);
}

/// The end of the range of an element's type: its least number, or its greatest.
static Value extreme(Loops &loops, Type element, bool least) {
  Type type = computeType(element);
  double infinity = std::numeric_limits<double>::infinity();
  if (isa<FloatType>(type))
    return loops.number(type, least ? -infinity : infinity);
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = isUnsigned(element) ? (least ? APInt::getMinValue(width) : APInt::getMaxValue(width))
                                    : (least ? APInt::getSignedMinValue(width) : APInt::getSignedMaxValue(width));
  return arith::ConstantOp::create(loops.builder, loops.loc, IntegerAttr::get(type, value));
}

Value cnnc::cnn::lowest(Loops &loops, Type element) { return extreme(loops, element, true); }
Value cnnc::cnn::highest(Loops &loops, Type element) { return extreme(loops, element, false); }

Value cnnc::cnn::toFloat(Loops &loops, Type type, Value index) {
  Value integer = arith::IndexCastOp::create(loops.builder, loops.loc, loops.builder.getI64Type(), index);
  return arith::SIToFPOp::create(loops.builder, loops.loc, type, integer);
}

Span cnnc::cnn::upTo(Loops &loops, int64_t count, StringRef name) { return {loops.index(0), loops.index(count), name}; }

/// Whether a range holds exactly one index, which is known now.
static bool isSingle(Span range) {
  APInt low, high;
  return matchPattern(range.low, m_ConstantInt(&low)) && matchPattern(range.high, m_ConstantInt(&high)) &&
         low + 1 == high;
}

static Value fold(Loops &loops, ArrayRef<Span> box, Value identity, Combine combine, Body body,
                  SmallVector<Value> &indices) {
  if (box.empty())
    return body(indices);
  auto inner = [&](Value i) {
    indices.push_back(i);
    Value value = fold(loops, box.drop_front(), identity, combine, body, indices);
    indices.pop_back();
    return value;
  };
  if (isSingle(box.front()))
    return inner(box.front().low);
  auto turn = [&](Value i, ValueRange carried) {
    Value value = inner(i);
    return SmallVector<Value>{combine(carried[0], value)};
  };
  return loops.loop(box.front().low, box.front().high, 1, identity, turn, box.front().name)[0];
}

Value cnnc::cnn::fold(Loops &loops, ArrayRef<Span> box, Value identity, Combine combine, Body body) {
  SmallVector<Value> indices;
  return ::fold(loops, box, identity, combine, body, indices);
}

Value cnnc::cnn::sum(Loops &loops, ArrayRef<Span> box, Type type, Body body) {
  return fold(
      loops, box, loops.number(type, 0), [&](Value a, Value b) { return plus(loops, a, b); }, body);
}
