// SPDX-License-Identifier: Apache-2.0
// Conversions of f16 and bf16 as integer arithmetic, which rounds to the nearest even number.
#include "compiler/loops/HalfFloats.h"

#include "dialects/cnn/Loops.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace cnnc::cnn;

static bool isHalf(Type type) { return type.isF16() || type.isBF16(); }

/// The type with i16 in place of f16 and bf16.
static Type stored(Type type) {
  Type i16 = IntegerType::get(type.getContext(), 16);
  if (isHalf(type))
    return i16;
  auto memref = dyn_cast<MemRefType>(type);
  return memref && isHalf(memref.getElementType()) ? MemRefType::Builder(memref).setElementType(i16)
                                                   : type;
}

namespace {
/// Arithmetic on the bits of one f32.
class Bits {
public:
  explicit Bits(Operation *at)
      : builder(at), loc(at->getLoc()), i16(builder.getI16Type()), i32(builder.getI32Type()),
        f32(builder.getF32Type()) {}

  Value fromBFloat(Value half) { return real(shl(wide(half), 16)); }
  Value toBFloat(Value value) {
    Value bits = integer(value);
    Value even = both(shr(bits, 16), 1);
    Value rounded = shr(add(add(bits, constant(0x7fff)), even), 16);
    Value isNaN = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::UNO, value, value);
    return narrow(select(isNaN, constant(0x7fc0), rounded));
  }

  /// The exponent and mantissa of f16, seen as an f32, are 2^112 times too small; infinity and NaN
  /// keep their exponent.
  Value fromHalf(Value half) {
    Value bits = wide(half), sign = shl(both(bits, 0x8000), 16);
    Value magnitude = shl(both(bits, 0x7fff), 13);
    Value scaled =
        integer(arith::MulFOp::create(builder, loc, real(magnitude), real(constant(239 << 23))));
    Value special = either(magnitude, constant(0x7f800000));
    return real(either(select(above(magnitude, (0x7c00 << 13) - 1), special, scaled), sign));
  }
  /// Small numbers are rounded by the addition of 1/2, whose last bit is that of the least f16.
  Value toHalf(Value value) {
    Value all = integer(value), sign = both(shr(all, 16), 0x8000), bits = both(all, 0x7fffffff);
    Value half = real(constant(126 << 23));
    Value small = arith::SubIOp::create(
        builder, loc, integer(arith::AddFOp::create(builder, loc, real(bits), half)),
        constant(126 << 23));
    Value even = both(shr(bits, 13), 1);
    Value normal = shr(add(add(bits, constant(-(112 << 23) + 0xfff)), even), 13);
    Value special = select(above(bits, 0x7f800000), constant(0x7e00), constant(0x7c00));
    Value finite = select(above(bits, (113 << 23) - 1), normal, small);
    return narrow(either(select(above(bits, (143 << 23) - 1), special, finite), sign));
  }

private:
  Value constant(int32_t value) {
    return arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(value));
  }
  Value wide(Value half) { return arith::ExtUIOp::create(builder, loc, i32, half); }
  Value narrow(Value bits) { return arith::TruncIOp::create(builder, loc, i16, bits); }
  Value real(Value bits) { return arith::BitcastOp::create(builder, loc, f32, bits); }
  Value integer(Value value) { return arith::BitcastOp::create(builder, loc, i32, value); }
  Value shl(Value bits, int32_t count) {
    return arith::ShLIOp::create(builder, loc, bits, constant(count));
  }
  Value shr(Value bits, int32_t count) {
    return arith::ShRUIOp::create(builder, loc, bits, constant(count));
  }
  Value both(Value bits, int32_t mask) {
    return arith::AndIOp::create(builder, loc, bits, constant(mask));
  }
  Value either(Value a, Value b) { return arith::OrIOp::create(builder, loc, a, b); }
  Value add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
  Value above(Value bits, int32_t bound) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, bits, constant(bound));
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }

  OpBuilder builder;
  Location loc;
  Type i16, i32, f32;
};
} // namespace

void cnnc::loops::lowerHalfFloats(ModuleOp module) {
  // What a conversion is from or to has to be known before the types change.
  SmallVector<std::pair<Operation *, bool>> conversions;
  module.walk([&](Operation *op) {
    if (isa<arith::ExtFOp>(op) && isHalf(op->getOperand(0).getType()))
      conversions.push_back({op, op->getOperand(0).getType().isBF16()});
    else if (isa<arith::TruncFOp>(op) && isHalf(op->getResult(0).getType()))
      conversions.push_back({op, op->getResult(0).getType().isBF16()});
  });
  module.walk([&](Operation *op) {
    auto constant = dyn_cast<arith::ConstantOp>(op);
    if (auto value = constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
        value && isHalf(value.getType()))
      constant.setValueAttr(
          IntegerAttr::get(stored(value.getType()), value.getValue().bitcastToAPInt()));
    for (Value result : op->getResults())
      result.setType(stored(result.getType()));
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Value argument : block.getArguments())
          argument.setType(stored(argument.getType()));
    if (auto function = dyn_cast<func::FuncOp>(op))
      function.setType(FunctionType::get(op->getContext(), function.front().getArgumentTypes(),
                                         function.getResultTypes()));
  });
  for (auto [op, isBFloat] : conversions) {
    Bits bits(op);
    Value x = op->getOperand(0);
    bool widens = isa<arith::ExtFOp>(op);
    Value result = isBFloat ? (widens ? bits.fromBFloat(x) : bits.toBFloat(x))
                            : (widens ? bits.fromHalf(x) : bits.toHalf(x));
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }
}
