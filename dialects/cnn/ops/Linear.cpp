// SPDX-License-Identifier: Apache-2.0
// Fully connected layers and matrix products.
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;
using namespace cnnc::cnn;

template <typename Op>
static FailureOr<RankedTensorType> fcType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), weight = tensorOf(op.getWeight());
  if (x.getRank() != 2 || weight.getRank() != 2 || x.getDimSize(1) != weight.getDimSize(1))
    return emit() << "needs x [N, K] and weight [units, K] of one K, got " << text(x) << " and " << text(weight);
  if (weight.getElementType() != x.getElementType())
    return emit() << "weight is " << weight.getElementType() << ", but x is " << x.getElementType();
  int64_t units = weight.getDimSize(0);
  if (op.getBias()) {
    RankedTensorType bias = tensorOf(op.getBias());
    if (withoutLayout(bias) != reshaped(x, units))
      return emit() << "bias must be " << reshaped(x, units) << ", got " << bias;
  }
  return reshaped(x, {x.getDimSize(0), units});
}
CNN_INFER(FcOp, fcType)

LogicalResult FcOp::complete(LayerCall &call) {
  RankedTensorType x = call.typeOf("x");
  int64_t units = call.integer("units");
  if (x.getRank() < 2)
    return call.error("x", "needs x [N, K] or [N, C, ...], got " + text(x));
  if (units < 1 || units > std::numeric_limits<int32_t>::max())
    return call.error("units", "units = " + Twine(units) + " must be positive");
  int64_t depth = 1;
  for (int64_t size : x.getShape().drop_front())
    depth *= size;
  if (x.getRank() > 2)
    call.replaceTensor(
        "x", ReshapeOp::create(call.builder, call.location, reshaped(x, {x.getDimSize(0), depth}), call.tensor("x"),
                               call.builder.getDenseI64ArrayAttr({x.getDimSize(0), depth})));
  call.addWeight("weight", "x", {units, depth}, call.get("init"));
  if (call.flag("bias"))
    call.addWeight("bias", "x", {units}, call.get("bias_init"));
  for (StringRef name : {"units", "bias", "init", "bias_init"})
    call.take(name);
  return success();
}

void FcOp::describe(NamedAttrList &arguments) {
  Builder builder(getContext());
  arguments.set("units", builder.getI64IntegerAttr(getY().getType().getDimSize(1)));
  arguments.set("bias", builder.getBoolAttr(static_cast<bool>(getBias())));
}

namespace {
/// Where a matrix product finds its numbers: as numpy.matmul, an operand of one dimension is a row
/// on the left and a column on the right, and leading dimensions broadcast.
struct Product {
  ArrayRef<int64_t> a, b;
  bool row() const { return a.size() == 1; }
  bool column() const { return b.size() == 1; }
  int64_t depth() const { return a.back(); }
  int64_t depthOfB() const { return column() ? b[0] : b[b.size() - 2]; }
  ArrayRef<int64_t> batchA() const { return a.drop_back(std::min<size_t>(2, a.size())); }
  ArrayRef<int64_t> batchB() const { return b.drop_back(std::min<size_t>(2, b.size())); }
};
} // namespace

template <typename Op>
static FailureOr<RankedTensorType> matmulType(Op op, Emit emit) {
  RankedTensorType a = tensorOf(op.getA()), b = tensorOf(op.getB());
  if (a.getElementType() != b.getElementType() || a.getElementType().isInteger(1))
    return emit() << "needs numbers of one type, got " << a.getElementType() << " and " << b.getElementType();
  Product product{a.getShape(), b.getShape()};
  if (!a.getRank() || !b.getRank() || product.depth() != product.depthOfB())
    return emit() << "cannot multiply " << text(a) << " by " << text(b)
                  << ": the columns of the left must be as many as the rows of the right";
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(product.batchA(), product.batchB(), shape))
    return emit() << "the leading dimensions of " << text(a) << " and " << text(b) << " do not broadcast";
  if (!product.row())
    shape.push_back(a.getDimSize(a.getRank() - 2));
  if (!product.column())
    shape.push_back(b.getShape().back());
  return reshaped(a, shape);
}
CNN_INFER(MatmulOp, matmulType)

int64_t FcOp::getMultiplyAdds() { return getY().getType().getNumElements() * getX().getType().getDimSize(1); }
int64_t MatmulOp::getMultiplyAdds() { return getY().getType().getNumElements() * getA().getType().getShape().back(); }
int64_t FcOp::getFlops() { return 2 * getMultiplyAdds(); }
int64_t MatmulOp::getFlops() { return 2 * getMultiplyAdds(); }

// An operand on the right of more dimensions would set the result's leading one.
bool MatmulOp::isPerImage() {
  return getA().getType().getRank() >= getB().getType().getRank() && keepsLeadingDimension(*this);
}

void FcOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  Type element = getY().getType().getElementType(), type = computeType(element);
  int64_t depth = getX().getType().getDimSize(1);
  loops.nest(getY().getType().getShape(), [&](ValueRange at) {
    Value image = at[0], unit = at[1];
    Value result = sum(loops, upTo(loops, depth, "k"), type, [&](ValueRange k) {
      return times(loops, loadAs(loops, type, element, inputs[0], {image, k[0]}),
                   loadAs(loops, type, element, inputs[1], {unit, k[0]}));
    });
    if (getBias())
      result = plus(loops, result, loadAs(loops, type, element, inputs[2], unit));
    storeAs(loops, element, result, outputs[0], at);
  });
}

/// The indices of the leading dimensions of an operand, from those of the result.
static SmallVector<Value> broadcast(Loops &loops, ValueRange at, ArrayRef<int64_t> shape) {
  SmallVector<Value> indices;
  for (auto [i, size] : llvm::zip(at.take_back(shape.size()), shape))
    indices.push_back(size == 1 ? loops.index(0) : i);
  return indices;
}

void MatmulOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  Type element = getY().getType().getElementType(), type = computeType(element);
  Product product{getA().getType().getShape(), getB().getType().getShape()};
  loops.nest(getY().getType().getShape(), [&](ValueRange at) {
    ValueRange leading = at.drop_back((product.row() ? 0 : 1) + (product.column() ? 0 : 1));
    Value result = sum(loops, upTo(loops, product.depth(), "k"), type, [&](ValueRange k) {
      SmallVector<Value> left = broadcast(loops, leading, product.batchA());
      SmallVector<Value> right = broadcast(loops, leading, product.batchB());
      if (!product.row())
        left.push_back(at[leading.size()]);
      left.push_back(k[0]);
      right.push_back(k[0]);
      if (!product.column())
        right.push_back(at.back());
      return times(loops, loadAs(loops, type, element, inputs[0], left),
                   loadAs(loops, type, element, inputs[1], right));
    });
    storeAs(loops, element, result, outputs[0], at);
  });
}
