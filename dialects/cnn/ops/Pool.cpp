// SPDX-License-Identifier: Apache-2.0
// Pooling over windows and over whole images.
#include "dialects/cnn/VectorMath.h"
#include "dialects/cnn/ops/Window.h"

using namespace mlir;
using namespace cnnc::cnn;

/// The result of a pool over windows, which holds at least one element of the image in each.
template <typename Op>
static FailureOr<RankedTensorType> poolType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (x.getRank() != 4)
    return emit() << "needs x [N, C, H, W], got " << text(x);
  if (failed(checkWindows(emit, op.getKernel(), op.getStride(), op.getDilation(), op.getPad())))
    return failure();
  auto [rows, columns] = windowsOf(op, op.getKernel());
  if (std::max(rows.low, rows.high) >= rows.extent() || std::max(columns.low, columns.high) >= columns.extent())
    return emit() << "pad [" << op.getPad() << "] must be less than the window " << rows.extent() << "x"
                  << columns.extent();
  int64_t height = rows.count(x.getDimSize(2), op.getCeil());
  int64_t width = columns.count(x.getDimSize(3), op.getCeil());
  if (height < 1 || width < 1)
    return emit() << doesNotFit(x, {rows, columns});
  return reshaped(x, {x.getDimSize(0), x.getDimSize(1), height, width});
}
CNN_INFER(MaxPoolOp, poolType)

template <typename Op>
static LogicalResult checkFloats(Op op, Emit emit) {
  Type element = tensorOf(op.getX()).getElementType();
  if (isa<FloatType>(element))
    return success();
  return emit() << "averages floats only, got " << element;
}

template <typename Op>
static FailureOr<RankedTensorType> avgPoolType(Op op, Emit emit) {
  if (failed(checkFloats(op, emit)))
    return failure();
  return poolType(op, emit);
}
CNN_INFER(AvgPoolOp, avgPoolType)

/// A window that does not fit is the kernel's fault.
static LogicalResult completePool(LayerCall &call) {
  SmallVector<int64_t> kernel(call.ints("kernel"));
  if (failed(completeWindows(call, kernel)))
    return failure();
  ArrayRef<int64_t> stride = call.ints("stride"), pad = call.ints("pad"), dilation = call.ints("dilation");
  auto along = [&](int d) { return Window{kernel[d], stride[d], dilation[d], pad[d], pad[d + 2]}; };
  std::array<Window, 2> windows{along(0), along(1)};
  RankedTensorType x = call.typeOf("x");
  if (windows[0].count(x.getDimSize(2), call.flag("ceil")) < 1 ||
      windows[1].count(x.getDimSize(3), call.flag("ceil")) < 1)
    return call.error("kernel", doesNotFit(x, windows));
  return success();
}
LogicalResult MaxPoolOp::complete(LayerCall &call) { return completePool(call); }
LogicalResult AvgPoolOp::complete(LayerCall &call) { return completePool(call); }
void MaxPoolOp::describe(NamedAttrList &) {}
void AvgPoolOp::describe(NamedAttrList &) {}

template <typename Op>
static FailureOr<RankedTensorType> globalPoolType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  if (x.getRank() < 2)
    return emit() << "needs x [N, C, ...], got " << text(x);
  SmallVector<int64_t> shape(x.getRank(), 1);
  llvm::copy(x.getShape().take_front(2), shape.begin());
  return reshaped(x, shape);
}
CNN_INFER(GlobalMaxPoolOp, globalPoolType)

template <typename Op>
static FailureOr<RankedTensorType> globalAvgPoolType(Op op, Emit emit) {
  if (failed(checkFloats(op, emit)))
    return failure();
  return globalPoolType(op, emit);
}
CNN_INFER(GlobalAvgPoolOp, globalAvgPoolType)

/// One operation for each element of each window.
template <typename Op>
static int64_t windowFlops(Op op) {
  return op.getY().getType().getNumElements() * op.getKernel()[0] * op.getKernel()[1];
}
int64_t MaxPoolOp::getFlops() { return windowFlops(*this); }
int64_t AvgPoolOp::getFlops() { return windowFlops(*this); }
std::array<Reach, 2> MaxPoolOp::getReach() { return reachOf(windowsOf(*this, getKernel())); }
std::array<Reach, 2> AvgPoolOp::getReach() { return reachOf(windowsOf(*this, getKernel())); }
int64_t GlobalMaxPoolOp::getFlops() { return getX().getType().getNumElements(); }
int64_t GlobalAvgPoolOp::getFlops() { return getX().getType().getNumElements(); }

void MaxPoolOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getY().getType().getShape();
  Type element = getX().getType().getElementType(), type = computeType(element);
  auto [rows, columns] = windowsOf(*this, getKernel());
  loops.nest(y, [&, &rows = rows, &columns = columns](ValueRange at) {
    Span box[] = {rows.taps(loops, at[2], x[2], y[2], "kh"), columns.taps(loops, at[3], x[3], y[3], "kw")};
    Value result = fold(
        loops, box, lowest(loops, element), [&](Value a, Value b) { return greater(loops, element, a, b); },
        [&](ValueRange i) {
          return loadAs(loops, type, element, inputs[0],
                        {at[0], at[1], rows.position(loops, at[2], i[0]), columns.position(loops, at[3], i[1])});
        });
    storeAs(loops, element, result, outputs[0], at);
  });
}

/// How many taps of window `i` count in a mean: those in the image, or those in its padding too;
/// none that only `ceil` let hang over the end.
static Value counted(Loops &loops, Window window, Value i, int64_t length, int64_t count, bool padding) {
  if (padding) {
    length += window.low + window.high;
    window.low = window.high = 0;
  }
  Span taps = window.taps(loops, i, length, count, "tap");
  return loops.sub(taps.high, taps.low);
}

void AvgPoolOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getY().getType().getShape();
  Type element = getX().getType().getElementType(), type = computeType(element);
  auto [rows, columns] = windowsOf(*this, getKernel());
  loops.nest(y, [&, &rows = rows, &columns = columns](ValueRange at) {
    Span box[] = {rows.taps(loops, at[2], x[2], y[2], "kh"), columns.taps(loops, at[3], x[3], y[3], "kw")};
    Value total = sum(loops, box, type, [&](ValueRange i) {
      return loadAs(loops, type, element, inputs[0],
                    {at[0], at[1], rows.position(loops, at[2], i[0]), columns.position(loops, at[3], i[1])});
    });
    bool padding = getCountIncludePad();
    Float height(loops, toFloat(loops, type, counted(loops, rows, at[2], x[2], y[2], padding)));
    Float width(loops, toFloat(loops, type, counted(loops, columns, at[3], x[3], y[3], padding)));
    storeAs(loops, element, Float(loops, total) / (height * width), outputs[0], at);
  });
}

/// Writes one value for each channel, from the box of its elements.
template <typename Op>
static void lowerGlobal(Op op, OpBuilder &builder, Value input, Value output,
                        function_ref<Value(Loops &, ArrayRef<Span>, Body)> value) {
  Loops loops(builder, op.getLoc());
  ArrayRef<int64_t> x = op.getX().getType().getShape();
  Type element = op.getX().getType().getElementType(), type = computeType(element);
  loops.nest(op.getY().getType().getShape(), [&](ValueRange at) {
    auto box = llvm::map_to_vector(x.drop_front(2), [&](int64_t size) { return upTo(loops, size); });
    Value result = value(loops, box, [&](ValueRange i) {
      SmallVector<Value> indices{at[0], at[1]};
      llvm::append_range(indices, i);
      return loadAs(loops, type, element, input, indices);
    });
    storeAs(loops, element, result, output, at);
  });
}

void GlobalMaxPoolOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Type element = getX().getType().getElementType();
  lowerGlobal(*this, builder, inputs[0], outputs[0], [&](Loops &loops, ArrayRef<Span> box, Body body) {
    auto combine = [&](Value a, Value b) { return greater(loops, element, a, b); };
    return fold(loops, box, lowest(loops, element), combine, body);
  });
}

void GlobalAvgPoolOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  RankedTensorType x = getX().getType();
  Type type = computeType(x.getElementType());
  double count = ShapedType::getNumElements(x.getShape().drop_front(2));
  lowerGlobal(*this, builder, inputs[0], outputs[0], [&](Loops &loops, ArrayRef<Span> box, Body body) {
    return Float(loops, sum(loops, box, type, body)) / count;
  });
}
