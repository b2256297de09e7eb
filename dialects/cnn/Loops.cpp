// SPDX-License-Identifier: Apache-2.0
// Words for writing loops over memrefs.
#include "dialects/cnn/Loops.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace cnnc::cnn;

Value Loops::index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

Value Loops::named(Value value, StringRef name) {
  Operation *op = value.getDefiningOp();
  if (op && op->getLoc() == loc)
    op->setLoc(FusedLoc::get({loc}, builder.getStringAttr(name), builder.getContext()));
  return value;
}

Value Loops::number(Type type, double value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr scalar = isa<FloatType>(element) ? TypedAttr(builder.getFloatAttr(element, value))
                                             : TypedAttr(builder.getIntegerAttr(element, static_cast<int64_t>(value)));
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = DenseElementsAttr::get(vector, Attribute(scalar));
  return arith::ConstantOp::create(builder, loc, scalar);
}

Value Loops::integer(Type type, int64_t value) {
  Type element = getElementTypeOrSelf(type);
  TypedAttr scalar = builder.getIntegerAttr(element, value);
  if (auto vector = dyn_cast<VectorType>(type))
    scalar = DenseElementsAttr::get(vector, Attribute(scalar));
  return arith::ConstantOp::create(builder, loc, scalar);
}

/// The value of a constant index, if it is one.
static std::optional<int64_t> known(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

Value Loops::add(Value a, Value b) {
  auto left = known(a), right = known(b);
  if (left && right)
    return index(*left + *right);
  if (left == 0)
    return b;
  if (right == 0)
    return a;
  return arith::AddIOp::create(builder, loc, a, b);
}

Value Loops::add(Value a, int64_t b) { return b == 0 ? a : add(a, index(b)); }

Value Loops::sub(Value a, Value b) {
  auto left = known(a), right = known(b);
  if (left && right)
    return index(*left - *right);
  return right == 0 ? a : Value(arith::SubIOp::create(builder, loc, a, b));
}

Value Loops::mul(Value a, int64_t b) {
  if (auto left = known(a))
    return index(*left * b);
  return b == 1 ? a : Value(arith::MulIOp::create(builder, loc, a, index(b)));
}

Value Loops::div(Value a, int64_t b) {
  if (auto left = known(a))
    return index(*left / b);
  return b == 1 ? a : Value(arith::DivUIOp::create(builder, loc, a, index(b)));
}

Value Loops::rem(Value a, int64_t b) {
  if (auto left = known(a))
    return index(*left % b);
  return b == 1 ? index(0) : Value(arith::RemUIOp::create(builder, loc, a, index(b)));
}

Value Loops::min(Value a, Value b) { return arith::MinSIOp::create(builder, loc, a, b); }
Value Loops::max(Value a, Value b) { return arith::MaxSIOp::create(builder, loc, a, b); }

Value Loops::within(Value a, int64_t low, int64_t high) {
  Value above = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sge, a, index(low));
  Value below = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, a, index(high));
  return both(above, below);
}

Value Loops::both(Value a, Value b) { return arith::AndIOp::create(builder, loc, a, b); }

Value Loops::load(Value memref, ValueRange indices) { return memref::LoadOp::create(builder, loc, memref, indices); }

void Loops::store(Value value, Value memref, ValueRange indices) {
  memref::StoreOp::create(builder, loc, value, memref, indices);
}

void Loops::prefetch(Value memref, ValueRange indices) {
  memref::PrefetchOp::create(builder, loc, memref, indices, /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}

void Loops::forget() {
  LLVM::FenceOp::create(builder, loc, LLVM::AtomicOrdering::seq_cst, /*syncscope=*/"singlethread");
}

void Loops::loop(Value low, Value high, int64_t step, function_ref<void(Value)> body, StringRef name) {
  loop(
      low, high, step, ValueRange(),
      [&](Value i, ValueRange) {
        body(i);
        return SmallVector<Value>();
      },
      name);
}

void Loops::loop(int64_t high, function_ref<void(Value)> body, StringRef name) {
  if (high == 1)
    return body(index(0));
  if (high > 1)
    loop(index(0), index(high), 1, body, name);
}

SmallVector<Value> Loops::loop(Value low, Value high, int64_t step, ValueRange carried,
                               function_ref<SmallVector<Value>(Value, ValueRange)> body, StringRef name) {
  auto loop = scf::ForOp::create(builder, loc, low, high, index(step), carried);
  loop.getInductionVar().setLoc(NameLoc::get(builder.getStringAttr(name)));
  OpBuilder::InsertionGuard guard(builder);
  // Without carried values the builder has already put the terminator.
  Block *block = loop.getBody();
  if (carried.empty())
    builder.setInsertionPoint(block->getTerminator());
  else
    builder.setInsertionPointToEnd(block);
  SmallVector<Value> next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, next);
  return SmallVector<Value>(loop.getResults());
}

SmallVector<Value> Loops::carry(int64_t count, ValueRange carried, StringRef name,
                                function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  if (count == 0)
    return llvm::to_vector(carried);
  return count == 1 ? body(index(0), carried) : loop(index(0), index(count), 1, carried, body, name);
}

void Loops::nest(ArrayRef<int64_t> shape, function_ref<void(ValueRange)> body) {
  SmallVector<Value> indices;
  std::function<void()> enter = [&] {
    if (indices.size() == shape.size())
      return body(indices);
    loop(shape[indices.size()], [&](Value i) {
      indices.push_back(i);
      enter();
      indices.pop_back();
    });
  };
  enter();
}

Value Loops::when(Value condition, function_ref<Value()> then, Value otherwise) {
  auto choice = scf::IfOp::create(builder, loc, TypeRange{otherwise.getType()}, condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  Value value = then();
  scf::YieldOp::create(builder, loc, value);
  builder.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(builder, loc, otherwise);
  return choice.getResult(0);
}

Type cnnc::cnn::signless(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  return integer ? IntegerType::get(element.getContext(), integer.getWidth()) : element;
}
