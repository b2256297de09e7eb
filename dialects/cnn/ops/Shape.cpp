// SPDX-License-Identifier: Apache-2.0
// Operators that move elements and compute nothing.
#include "dialects/cnn/Constants.h"
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;
using namespace cnnc::cnn;

/// Whether there is an axis of this number.
static LogicalResult checkAxis(Emit emit, RankedTensorType x, int64_t axis) {
  if (axis >= 0 && axis < x.getRank())
    return success();
  return emit() << "axis = " << axis << " is none of the " << x.getRank() << " of " << text(x);
}

/// Whether an attribute has a number for each dimension of x, none below `least`.
static LogicalResult checkEach(Emit emit, StringRef name, ArrayRef<int64_t> values, RankedTensorType x, int64_t least) {
  if (static_cast<int64_t>(values.size()) == x.getRank() &&
      llvm::all_of(values, [&](int64_t value) { return value >= least && value <= INT32_MAX; }))
    return success();
  return emit() << name << " [" << values << "] must be one number for each of the " << x.getRank() << " dimensions of "
                << text(x) << (least >= 0 ? ", none negative" : "");
}

template <typename Op>
static FailureOr<RankedTensorType> concatType(Op op, Emit emit) {
  if (op.getParts().empty())
    return emit() << "needs at least one tensor";
  RankedTensorType first = tensorOf(op.getParts().front());
  int64_t axis = op.getAxis();
  if (failed(checkAxis(emit, first, axis)))
    return failure();
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = 0;
  for (Value part : op.getParts()) {
    RankedTensorType type = tensorOf(part);
    SmallVector<int64_t> other(type.getShape());
    bool fits = type.getRank() == first.getRank();
    if (type.getElementType() != first.getElementType())
      return emit() << "takes tensors of one type, got " << first.getElementType() << " and " << type.getElementType();
    int64_t length = fits ? std::exchange(other[axis], shape[axis]) : 0;
    if (!fits || other != shape)
      return emit() << "sizes must agree outside axis " << axis << ", got " << text(first) << " and " << text(type);
    shape[axis] += length;
  }
  return reshaped(first, shape);
}
CNN_INFER(ConcatOp, concatType)

template <typename Op>
static LogicalResult splitTypes(Op op, Emit emit, SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorOf(op.getX());
  int64_t axis = op.getAxis(), total = 0;
  if (failed(checkAxis(emit, x, axis)))
    return failure();
  for (int64_t size : op.getSizes()) {
    if (size < 0)
      return emit() << "sizes [" << op.getSizes() << "] must not be negative";
    SmallVector<int64_t> shape(x.getShape());
    shape[axis] = size;
    total += size;
    types.push_back(reshaped(x, shape));
  }
  if (total != x.getDimSize(axis))
    return emit() << "sizes [" << op.getSizes() << "] add up to " << total << ", not to the " << x.getDimSize(axis)
                  << " of axis " << axis;
  return success();
}
LogicalResult SplitOp::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor op,
                                        SmallVectorImpl<Type> &types) {
  return splitTypes(
      op, [&] { return location ? mlir::emitError(*location) : InFlightDiagnostic(); }, types);
}
LogicalResult SplitOp::verify() {
  SmallVector<Type> types;
  return splitTypes(
      *this, [&] { return emitOpError(); }, types);
}

template <typename Op>
static FailureOr<RankedTensorType> sliceType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (failed(checkEach(emit, "starts", op.getStarts(), x, 0)) ||
      failed(checkEach(emit, "sizes", op.getSizes(), x, 0)) ||
      failed(checkEach(emit, "steps", op.getSteps(), x, INT32_MIN)))
    return failure();
  for (auto [d, start, size, step] : llvm::enumerate(op.getStarts(), op.getSizes(), op.getSteps())) {
    int64_t last = start + (size - 1) * step, length = x.getDimSize(d);
    if (size > 0 && (start >= length || last < 0 || last >= length))
      return emit() << "elements " << start << " to " << last << " lie outside dimension " << d << " of " << text(x);
  }
  return reshaped(x, op.getSizes());
}
CNN_INFER(SliceOp, sliceType)

template <typename Op>
static FailureOr<RankedTensorType> padType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  StringRef mode = op.getMode();
  if (failed(checkEach(emit, "low", op.getLow(), x, INT32_MIN)) ||
      failed(checkEach(emit, "high", op.getHigh(), x, INT32_MIN)))
    return failure();
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, mode))
    return emit() << "mode = \"" << mode << "\" is none of constant, reflect, edge, wrap";
  SmallVector<int64_t> shape;
  for (auto [low, size, high] : llvm::zip(op.getLow(), x.getShape(), op.getHigh())) {
    shape.push_back(low + size + high);
    if (shape.back() < 0 || (mode != "constant" && size == 0 && shape.back() > 0))
      return emit() << "low [" << op.getLow() << "] and high [" << op.getHigh() << "] do not fit " << text(x);
  }
  return reshaped(x, shape);
}
CNN_INFER(PadOp, padType)

template <typename Op>
static FailureOr<RankedTensorType> reshapeType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  RankedTensorType result = reshaped(x, op.getShape());
  if (llvm::any_of(op.getShape(), [](int64_t size) { return size < 0; }) ||
      result.getNumElements() != x.getNumElements())
    return emit() << "cannot see the " << x.getNumElements() << " elements of " << text(x) << " as [" << op.getShape()
                  << "]";
  return result;
}
CNN_INFER(ReshapeOp, reshapeType)
OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (auto constant = dyn_cast_or_null<ElementsAttr>(adaptor.getX()))
    return reshaped(constant, getShape());
  return getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

template <typename Op>
static FailureOr<RankedTensorType> transposeType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  SmallVector<int64_t> sorted(op.getPermutation()), shape;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, x.getRank())))
    return emit() << "permutation [" << op.getPermutation() << "] must name each of the " << x.getRank()
                  << " dimensions of " << text(x) << " once";
  for (int64_t d : op.getPermutation())
    shape.push_back(x.getDimSize(d));
  return reshaped(x, shape);
}
CNN_INFER(TransposeOp, transposeType)
OpFoldResult TransposeOp::fold(FoldAdaptor) {
  return llvm::is_sorted(getPermutation()) && getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

template <typename Op>
static FailureOr<RankedTensorType> expandType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  SmallVector<int64_t> shape;
  if (llvm::any_of(op.getShape(), [](int64_t size) { return size < 0; }) ||
      !OpTrait::util::getBroadcastedShape(x.getShape(), op.getShape(), shape))
    return emit() << "cannot broadcast " << text(x) << " to [" << op.getShape() << "]";
  return reshaped(x, shape);
}
CNN_INFER(ExpandOp, expandType)

template <typename Op>
static FailureOr<RankedTensorType> tileType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (failed(checkEach(emit, "repeats", op.getRepeats(), x, 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [size, repeats] : llvm::zip(x.getShape(), op.getRepeats()))
    shape.push_back(size * repeats);
  return reshaped(x, shape);
}
CNN_INFER(TileOp, tileType)

template <typename Op>
static FailureOr<RankedTensorType> gatherType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), indices = tensorOf(op.getIndices());
  int64_t axis = op.getAxis();
  if (failed(checkAxis(emit, x, axis)))
    return failure();
  if (!indices.getElementType().isSignedInteger(32) && !indices.getElementType().isSignedInteger(64))
    return emit() << "indices must be si32 or si64, got " << indices.getElementType();
  if (x.getDimSize(axis) == 0)
    return emit() << "axis " << axis << " of " << text(x) << " holds nothing to choose";
  SmallVector<int64_t> shape(x.getShape().take_front(axis));
  llvm::append_range(shape, indices.getShape());
  llvm::append_range(shape, x.getShape().drop_front(axis + 1));
  return reshaped(x, shape);
}
CNN_INFER(GatherOp, gatherType)

// Moving costs bytes, not operations.
int64_t ConcatOp::getFlops() { return 0; }
int64_t SplitOp::getFlops() { return 0; }
int64_t SliceOp::getFlops() { return 0; }
std::array<Reach, 2> SliceOp::getReach() {
  auto along = [&](unsigned d) { return Reach{1, std::abs(static_cast<double>(getSteps()[d]))}; };
  return getSteps().size() == 4 ? std::array{along(2), along(3)} : std::array<Reach, 2>();
}
int64_t PadOp::getFlops() { return 0; }
int64_t ReshapeOp::getFlops() { return 0; }
int64_t TransposeOp::getFlops() { return 0; }
int64_t ExpandOp::getFlops() { return 0; }
int64_t TileOp::getFlops() { return 0; }
int64_t GatherOp::getFlops() { return 0; }

bool SliceOp::isPerImage() {
  return !getStarts().empty() && getStarts()[0] == 0 && getSteps()[0] == 1 && keepsLeadingDimension(*this);
}
bool PadOp::isPerImage() { return !getLow().empty() && getLow()[0] == 0 && getHigh()[0] == 0; }
bool TransposeOp::isPerImage() { return !getPermutation().empty() && getPermutation()[0] == 0; }
bool ExpandOp::isPerImage() {
  return getX().getType().getRank() == getY().getType().getRank() && keepsLeadingDimension(*this);
}
bool GatherOp::isPerImage() { return getAxis() != 0 && keepsLeadingDimension(*this); }

std::optional<ChannelSources> ConcatOp::getChannelSources(unsigned) {
  if (getAxis() != 1)
    return std::nullopt;
  ChannelSources sources;
  for (auto [i, part] : llvm::enumerate(getParts()))
    appendChannels(sources, i, 0, tensorOf(part).getDimSize(1));
  return sources;
}

std::optional<ChannelSources> SplitOp::getChannelSources(unsigned result) {
  if (getAxis() != 1)
    return std::nullopt;
  int64_t first = 0;
  for (int64_t size : getSizes().take_front(result))
    first += size;
  ChannelSources sources;
  appendChannels(sources, 0, first, getSizes()[result]);
  return sources;
}

std::optional<ChannelSources> SliceOp::getChannelSources(unsigned) {
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getSizes();
  for (size_t d = 0; d < x.size(); ++d)
    if (d == 1 ? getSteps()[d] != 1 : x[d] != y[d] || getSteps()[d] != 1)
      return std::nullopt;
  if (x.size() < 2)
    return std::nullopt;
  ChannelSources sources;
  appendChannels(sources, 0, getStarts()[1], y[1]);
  return sources;
}

/// Copies to each element of the result the element of x whose indices `source` tells.
static void copyFrom(Loops &loops, ArrayRef<int64_t> shape, Value from, Value to,
                     function_ref<SmallVector<Value>(ValueRange)> source) {
  loops.nest(shape, [&](ValueRange at) { loops.store(loops.load(from, source(at)), to, at); });
}

/// The indices moved along one axis.
static SmallVector<Value> shifted(Loops &loops, ValueRange at, int64_t axis, int64_t offset) {
  SmallVector<Value> indices(at);
  indices[axis] = loops.add(indices[axis], offset);
  return indices;
}

void ConcatOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  int64_t axis = getAxis(), offset = 0;
  for (auto [part, memory] : llvm::zip(getParts(), inputs)) {
    RankedTensorType type = tensorOf(part);
    loops.nest(type.getShape(), [&, memory = memory](ValueRange at) {
      loops.store(loops.load(memory, at), outputs[0], shifted(loops, at, axis, offset));
    });
    offset += type.getDimSize(axis);
  }
}

void SplitOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  int64_t axis = getAxis(), offset = 0;
  for (auto [part, memory] : llvm::zip(getParts(), outputs)) {
    RankedTensorType type = tensorOf(part);
    copyFrom(loops, type.getShape(), inputs[0], memory,
             [&](ValueRange at) { return shifted(loops, at, axis, offset); });
    offset += type.getDimSize(axis);
  }
}

void SliceOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  copyFrom(loops, getSizes(), inputs[0], outputs[0], [&](ValueRange at) {
    SmallVector<Value> indices;
    for (auto [i, start, step] : llvm::zip(at, getStarts(), getSteps()))
      indices.push_back(loops.add(loops.mul(i, step), start));
    return indices;
  });
}

/// The element that stands at `i` elements from the first of `size`, which may lie outside.
static Value inside(Loops &loops, StringRef mode, Value i, int64_t size, int64_t low) {
  if (mode == "edge" || size == 1)
    return loops.min(loops.max(i, loops.index(0)), loops.index(size - 1));
  int64_t period = mode == "wrap" ? size : 2 * (size - 1);
  int64_t turns = (std::max<int64_t>(low, 0) + period - 1) / period;
  Value place = loops.rem(loops.add(i, turns * period), period);
  if (mode == "wrap")
    return place;
  // Back from the last element on.
  return loops.min(place, loops.sub(loops.index(period), place));
}

void PadOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getY().getType().getShape(), low = getLow();
  StringRef mode = getMode();
  if (mode != "constant")
    return copyFrom(loops, y, inputs[0], outputs[0], [&](ValueRange at) {
      SmallVector<Value> indices;
      for (auto [i, size, before] : llvm::zip(at, x, low))
        indices.push_back(inside(loops, mode, loops.add(i, -before), size, before));
      return indices;
    });
  Type type = cast<MemRefType>(outputs[0].getType()).getElementType();
  Value border = loops.number(type, getValue().convertToDouble());
  loops.nest(y, [&](ValueRange at) { loops.store(border, outputs[0], at); });
  SmallVector<int64_t> common;
  for (auto [size, wide, before] : llvm::zip(x, y, low))
    common.push_back(std::max<int64_t>(0, std::min(size, wide - before) - std::max<int64_t>(0, -before)));
  loops.nest(common, [&](ValueRange at) {
    SmallVector<Value> from, to;
    for (auto [i, before] : llvm::zip(at, low)) {
      from.push_back(loops.add(i, std::max<int64_t>(0, -before)));
      to.push_back(loops.add(i, std::max<int64_t>(0, before)));
    }
    loops.store(loops.load(inputs[0], from), outputs[0], to);
  });
}

void ReshapeOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getShape();
  copyFrom(loops, y, inputs[0], outputs[0], [&](ValueRange at) {
    Value place = loops.index(0);
    for (auto [i, size] : llvm::zip(at, y))
      place = loops.add(loops.mul(place, size), i);
    SmallVector<Value> indices(x.size());
    for (size_t d = x.size(); d-- > 0; place = loops.div(place, x[d]))
      indices[d] = loops.rem(place, x[d]);
    return indices;
  });
}

void TransposeOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  copyFrom(loops, getY().getType().getShape(), inputs[0], outputs[0], [&](ValueRange at) {
    SmallVector<Value> indices(at.size());
    for (auto [i, d] : llvm::zip(at, getPermutation()))
      indices[d] = i;
    return indices;
  });
}

void ExpandOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape();
  copyFrom(loops, getY().getType().getShape(), inputs[0], outputs[0], [&](ValueRange at) {
    SmallVector<Value> indices;
    for (auto [i, size] : llvm::zip(at.take_back(x.size()), x))
      indices.push_back(size == 1 ? loops.index(0) : i);
    return indices;
  });
}

void TileOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  copyFrom(loops, getY().getType().getShape(), inputs[0], outputs[0], [&](ValueRange at) {
    SmallVector<Value> indices;
    for (auto [i, size, repeats] : llvm::zip(at, getX().getType().getShape(), getRepeats()))
      indices.push_back(repeats == 1 ? i : loops.rem(i, size));
    return indices;
  });
}

void GatherOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  int64_t axis = getAxis(), length = getX().getType().getDimSize(axis);
  size_t rank = getIndices().getType().getRank();
  copyFrom(loops, getY().getType().getShape(), inputs[0], outputs[0], [&](ValueRange at) {
    Value chosen = arith::IndexCastOp::create(builder, getLoc(), builder.getIndexType(),
                                              loops.load(inputs[1], at.slice(axis, rank)));
    Value negative = arith::CmpIOp::create(builder, getLoc(), arith::CmpIPredicate::slt, chosen, loops.index(0));
    chosen = arith::SelectOp::create(builder, getLoc(), negative, loops.add(chosen, length), chosen);
    // No index reads outside of x.
    chosen = loops.min(loops.max(chosen, loops.index(0)), loops.index(length - 1));
    SmallVector<Value> indices(at.take_front(axis));
    indices.push_back(chosen);
    llvm::append_range(indices, at.drop_front(axis + rank));
    return indices;
  });
}
