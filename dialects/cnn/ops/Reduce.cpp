// SPDX-License-Identifier: Apache-2.0
// Reductions along axes, and the index of an extreme.
#include "dialects/cnn/VectorMath.h"
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

using namespace mlir;
using namespace cnnc::cnn;

/// The shape of x with the axes of length one, or without them.
static SmallVector<int64_t> reducedShape(ArrayRef<int64_t> x, ArrayRef<int64_t> axes, bool keep) {
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(x))
    if (!llvm::is_contained(axes, static_cast<int64_t>(d)))
      shape.push_back(size);
    else if (keep)
      shape.push_back(1);
  return shape;
}

template <typename Op>
static FailureOr<RankedTensorType> reduceType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  ArrayRef<int64_t> axes = op.getAxes();
  int64_t last = -1;
  for (int64_t axis : axes)
    if (axis <= std::exchange(last, axis) || axis >= x.getRank())
      return emit() << "axes [" << axes << "] must ascend within the " << x.getRank() << " of " << text(x);
  return reshaped(x, reducedShape(x.getShape(), axes, op.getKeepDims()));
}

template <typename Op>
static FailureOr<RankedTensorType> argType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  int64_t axis = op.getAxis();
  if (axis < 0 || axis >= x.getRank())
    return emit() << "axis = " << axis << " is none of the " << x.getRank() << " of " << text(x);
  if (x.getDimSize(axis) == 0)
    return emit() << "axis " << axis << " of " << text(x) << " holds no element to choose";
  return RankedTensorType::get(reducedShape(x.getShape(), axis, op.getKeepDims()),
                               IntegerType::get(x.getContext(), 64, IntegerType::Signed));
}

namespace {
/// The elements that make one element of the result.
struct Elements {
  Loops &loops;
  Type element, type; // as stored, and as computed
  SmallVector<Span> box;
  int64_t count;
  llvm::function_ref<Value(ValueRange)> load;

  using Map = function_ref<Value(Value)>;
  static Value itself(Value x) { return x; }

  Value total(Map map = itself) const {
    return sum(loops, box, type, [&](ValueRange i) { return map(load(i)); });
  }
  Value product() const {
    auto combine = [&](Value a, Value b) { return times(loops, a, b); };
    return fold(loops, box, loops.number(type, 1), combine, load);
  }
  Value maximum() const {
    auto combine = [&](Value a, Value b) { return greater(loops, element, a, b); };
    return fold(loops, box, lowest(loops, element), combine, load);
  }
  Value minimum() const {
    auto combine = [&](Value a, Value b) { return lesser(loops, element, a, b); };
    return fold(loops, box, highest(loops, element), combine, load);
  }
  Value squares() const {
    return total([&](Value x) { return times(loops, x, x); });
  }
};
} // namespace

/// Writes reduce(elements) for each element of the result. Logarithms and roots of integers are
/// taken in f64: then `inFloats` is set.
template <typename Op>
static void lowerReduction(Op op, OpBuilder &builder, ValueRange inputs, ValueRange outputs, bool inFloats,
                           function_ref<Value(const Elements &)> reduce) {
  Loops loops(builder, op.getLoc());
  ArrayRef<int64_t> x = op.getX().getType().getShape(), axes = op.getAxes();
  Type element = op.getX().getType().getElementType(), type = computeType(element);
  if (inFloats && !isa<FloatType>(element))
    type = builder.getF64Type();
  loops.nest(reducedShape(x, axes, true), [&](ValueRange outer) {
    auto load = [&](ValueRange inner) {
      SmallVector<Value> at(outer);
      for (auto [axis, i] : llvm::zip(axes, inner))
        at[axis] = i;
      return loadAs(loops, type, element, inputs[0], at);
    };
    Elements elements{loops, element, type, {}, 1, load};
    for (int64_t axis : axes) {
      elements.box.push_back(upTo(loops, x[axis]));
      elements.count *= x[axis];
    }
    Value result = reduce(elements);
    SmallVector<Value> at;
    for (auto [d, i] : llvm::enumerate(outer))
      if (op.getKeepDims() || !llvm::is_contained(axes, static_cast<int64_t>(d)))
        at.push_back(i);
    storeAs(loops, element, result, outputs[0], at);
  });
}

static Value mean(const Elements &x) {
  Value total = x.total();
  OpBuilder &builder = x.loops.builder;
  Value count = x.loops.number(x.type, static_cast<double>(x.count));
  if (isa<FloatType>(x.type))
    return arith::DivFOp::create(builder, x.loops.loc, total, count);
  if (isUnsigned(x.element))
    return arith::DivUIOp::create(builder, x.loops.loc, total, count);
  return arith::DivSIOp::create(builder, x.loops.loc, total, count);
}

static Value sumOfAbsolutes(const Elements &x) {
  return x.total([&](Value value) -> Value {
    if (isa<FloatType>(x.type))
      return abs(Float(x.loops, value));
    if (isUnsigned(x.element))
      return value;
    Value negative = arith::SubIOp::create(x.loops.builder, x.loops.loc, x.loops.integer(x.type, 0), value);
    return x.loops.max(value, negative);
  });
}

static Value rootOfSquares(const Elements &x) { return sqrt(Float(x.loops, x.squares())); }
static Value logOfSum(const Elements &x) { return log(Float(x.loops, x.total())); }

/// log(sum(exp(x - m))) + m with m the maximum, or zero where that is infinite.
static Value logOfSumOfExponentials(const Elements &x) {
  double infinity = std::numeric_limits<double>::infinity();
  auto greaterOf = [&](Value a, Value b) { return greater(x.loops, x.type, a, b); };
  Float most(x.loops, fold(x.loops, x.box, x.loops.number(x.type, -infinity), greaterOf, x.load));
  Float shift = select(less(abs(most), infinity), most, most.like(0));
  Float total(x.loops, x.total([&](Value value) -> Value { return exp(Float(x.loops, value) - shift); }));
  return log(total) + shift;
}

/// Defines a reduction: IN_FLOATS and FUNCTION as of lowerReduction().
#define CNN_REDUCTION(OP, IN_FLOATS, FUNCTION)                                                                         \
  CNN_INFER(OP, reduceType)                                                                                            \
  int64_t OP::getFlops() { return getX().getType().getNumElements(); }                                                 \
  bool OP::isPerImage() { return !llvm::is_contained(getAxes(), 0) && keepsLeadingDimension(*this); }                  \
  void OP::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {                                     \
    lowerReduction(*this, builder, inputs, outputs, IN_FLOATS, FUNCTION);                                              \
  }
CNN_REDUCTION(ReduceSumOp, false, [](const Elements &x) { return x.total(); })
CNN_REDUCTION(ReduceMeanOp, false, mean)
CNN_REDUCTION(ReduceMaxOp, false, [](const Elements &x) { return x.maximum(); })
CNN_REDUCTION(ReduceMinOp, false, [](const Elements &x) { return x.minimum(); })
CNN_REDUCTION(ReduceProdOp, false, [](const Elements &x) { return x.product(); })
CNN_REDUCTION(ReduceL1Op, false, sumOfAbsolutes)
CNN_REDUCTION(ReduceL2Op, true, rootOfSquares)
CNN_REDUCTION(ReduceSumSquareOp, false, [](const Elements &x) { return x.squares(); })
CNN_REDUCTION(ReduceLogSumOp, true, logOfSum)
CNN_REDUCTION(ReduceLogSumExpOp, true, logOfSumOfExponentials)

CNN_INFER(ArgMaxOp, argType)
CNN_INFER(ArgMinOp, argType)
int64_t ArgMaxOp::getFlops() { return getX().getType().getNumElements(); }
int64_t ArgMinOp::getFlops() { return getX().getType().getNumElements(); }
bool ArgMaxOp::isPerImage() { return getAxis() != 0; }
bool ArgMinOp::isPerImage() { return getAxis() != 0; }

/// Whether a is beyond b: greater, or less if `least`; or equal, if `orEqual`.
static Value beyond(Loops &loops, Type element, Value a, Value b, bool least, bool orEqual) {
  if (least)
    std::swap(a, b);
  if (isa<FloatType>(element))
    return arith::CmpFOp::create(loops.builder, loops.loc,
                                 orEqual ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT, a, b);
  using Predicate = arith::CmpIPredicate;
  Predicate predicate =
      isUnsigned(element) ? (orEqual ? Predicate::uge : Predicate::ugt) : (orEqual ? Predicate::sge : Predicate::sgt);
  return arith::CmpIOp::create(loops.builder, loops.loc, predicate, a, b);
}

/// Walks each line of the axis with the extreme so far and its index.
template <typename Op>
static void lowerArg(Op op, OpBuilder &builder, Value input, Value output, bool least) {
  Loops loops(builder, op.getLoc());
  ArrayRef<int64_t> x = op.getX().getType().getShape();
  int64_t axis = op.getAxis();
  Type element = op.getX().getType().getElementType(), type = computeType(element);
  loops.nest(reducedShape(x, axis, true), [&](ValueRange line) {
    SmallVector<Value> at(line);
    Value first = loops.index(0);
    Value start = loadAs(loops, type, element, input, at);
    auto turn = [&](Value i, ValueRange best) -> SmallVector<Value> {
      at[axis] = i;
      Value value = loadAs(loops, type, element, input, at);
      Value better = beyond(loops, element, value, best[0], least, op.getSelectLast());
      return {arith::SelectOp::create(builder, op.getLoc(), better, value, best[0]),
              arith::SelectOp::create(builder, op.getLoc(), better, i, best[1])};
    };
    Value best = loops.loop(loops.index(1), loops.index(x[axis]), 1, {start, first}, turn)[1];
    SmallVector<Value> result(line);
    if (!op.getKeepDims())
      result.erase(result.begin() + axis);
    loops.store(arith::IndexCastOp::create(builder, op.getLoc(), builder.getI64Type(), best), output, result);
  });
}

void ArgMaxOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  lowerArg(*this, builder, inputs[0], outputs[0], false);
}
void ArgMinOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  lowerArg(*this, builder, inputs[0], outputs[0], true);
}

LogicalResult ArgMaxOp::complete(LayerCall &call) { return completeAxis(call, "axis", call.typeOf("x").getRank()); }
LogicalResult ArgMinOp::complete(LayerCall &call) { return ArgMaxOp::complete(call); }
void ArgMaxOp::describe(NamedAttrList &) {}
void ArgMinOp::describe(NamedAttrList &) {}
