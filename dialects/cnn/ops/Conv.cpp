// SPDX-License-Identifier: Apache-2.0
// Convolution and transposed convolution.
#include "dialects/cnn/ops/Window.h"

using namespace mlir;
using namespace cnnc::cnn;

/// What both convolutions ask of their operands. `filters` is the number of filters, known from the
/// weight.
template <typename Op>
static LogicalResult checkOperands(Op op, int64_t filters, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), weight = tensorOf(op.getWeight());
  int64_t groups = op.getGroups(), channels = x.getDimSize(1);
  if (groups < 1 || channels % groups || filters % groups)
    return emit() << "groups = " << groups << " must divide the " << channels << " input channels and the " << filters
                  << " filters";
  if (weight.getElementType() != x.getElementType())
    return emit() << "weight is " << weight.getElementType() << ", but x is " << x.getElementType();
  if (op.getBias()) {
    RankedTensorType bias = tensorOf(op.getBias());
    if (withoutLayout(bias) != reshaped(x, filters))
      return emit() << "bias must be " << reshaped(x, filters) << ", got " << bias;
  }
  return success();
}

template <typename Op>
static LogicalResult checkRanks(Op op, StringRef weight, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), w = tensorOf(op.getWeight());
  if (x.getRank() == 4 && w.getRank() == 4)
    return success();
  return emit() << "needs x [N, C, H, W] and weight " << weight << ", got " << text(x) << " and " << text(w);
}

template <typename Op>
static FailureOr<RankedTensorType> convType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), weight = tensorOf(op.getWeight());
  if (failed(checkRanks(op, "[filters, C / groups, kh, kw]", emit)))
    return failure();
  ArrayRef<int64_t> in = x.getShape(), kernel = weight.getShape();
  if (failed(checkOperands(op, kernel[0], emit)) ||
      failed(checkWindows(emit, kernel.take_back(2), op.getStride(), op.getDilation(), op.getPad())))
    return failure();
  int64_t groups = op.getGroups();
  if (kernel[1] != in[1] / groups)
    return emit() << "weight " << text(weight) << " is for " << kernel[1] * groups << " input channels in " << groups
                  << " groups, but x has " << in[1];
  auto [rows, columns] = windowsOf(op, kernel.take_back(2));
  int64_t height = rows.count(in[2]), width = columns.count(in[3]);
  if (height < 1 || width < 1)
    return emit() << doesNotFit(x, {rows, columns});
  return reshaped(x, {in[0], kernel[0], height, width});
}
CNN_INFER(ConvOp, convType)

template <typename Op>
static FailureOr<RankedTensorType> convTransposeType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX()), weight = tensorOf(op.getWeight());
  if (failed(checkRanks(op, "[C, filters / groups, kh, kw]", emit)))
    return failure();
  ArrayRef<int64_t> in = x.getShape(), kernel = weight.getShape();
  int64_t filters = kernel[1] * static_cast<int64_t>(op.getGroups());
  if (failed(checkOperands(op, filters, emit)) ||
      failed(checkWindows(emit, kernel.take_back(2), op.getStride(), op.getDilation(), op.getPad())) ||
      failed(checkNumbers(emit, "output_pad", op.getOutputPad(), 2, 0)))
    return failure();
  if (kernel[0] != in[1])
    return emit() << "weight " << text(weight) << " is for " << kernel[0] << " input channels, but x has " << in[1];
  auto windows = windowsOf(op, kernel.take_back(2));
  auto length = [&](int d) {
    const Window &window = windows[d];
    return (in[2 + d] - 1) * window.stride + window.extent() - window.low - window.high + op.getOutputPad()[d];
  };
  if (length(0) < 1 || length(1) < 1)
    return emit() << "pad [" << op.getPad() << "] leaves nothing of a result of " << text(x) << " by a window of "
                  << windows[0].extent() << "x" << windows[1].extent();
  return reshaped(x, {in[0], filters, length(0), length(1)});
}
CNN_INFER(ConvTransposeOp, convTransposeType)

/// Each element of the result (of the operand, where transposed) meets the weights of its channel.
static int64_t multiplyAdds(RankedTensorType image, RankedTensorType weight) {
  return image.getNumElements() * weight.getNumElements() / weight.getDimSize(0);
}
int64_t ConvOp::getMultiplyAdds() { return multiplyAdds(getY().getType(), getWeight().getType()); }
int64_t ConvTransposeOp::getMultiplyAdds() { return multiplyAdds(getX().getType(), getWeight().getType()); }
int64_t ConvOp::getFlops() { return 2 * getMultiplyAdds(); }
int64_t ConvTransposeOp::getFlops() { return 2 * getMultiplyAdds(); }

std::array<Reach, 2> ConvOp::getReach() {
  return reachOf(windowsOf(*this, getWeight().getType().getShape().take_back(2)));
}

/// What both convolutions make of a call: the padding, and filters of `shape(filters, kernel)`.
static LogicalResult completeConv(LayerCall &call, bool transposed) {
  SmallVector<int64_t> kernel(call.ints("kernel"));
  bool isSame = !call.word("pad").empty();
  if (failed(completeWindows(call, kernel)))
    return failure();
  int64_t filters = call.integer("filters"), groups = call.integer("groups"), channels = call.shapeOf("x")[1];
  if (transposed && isSame)
    return call.error("pad", "takes pad as numbers: 'same' is said of what windows read");
  if (filters < 1 || filters > std::numeric_limits<int32_t>::max())
    return call.error("filters", "filters = " + Twine(filters) + " must be positive");
  if (groups < 1 || channels % groups || filters % groups)
    return call.error("groups", "groups = " + Twine(groups) + " must divide the " + Twine(channels) +
                                    " input channels and the " + Twine(filters) + " filters");
  int64_t first = transposed ? channels : filters, second = (transposed ? filters : channels) / groups;
  call.addWeight("weight", "x", {first, second, kernel[0], kernel[1]}, call.get("init"));
  if (call.flag("bias"))
    call.addWeight("bias", "x", {filters}, call.get("bias_init"));
  for (StringRef name : {"filters", "kernel", "bias", "init", "bias_init"})
    call.take(name);
  return success();
}
LogicalResult ConvOp::complete(LayerCall &call) { return completeConv(call, /*transposed=*/false); }
LogicalResult ConvTransposeOp::complete(LayerCall &call) { return completeConv(call, /*transposed=*/true); }

template <typename Op>
static void describeConv(Op op, NamedAttrList &arguments, int64_t filters) {
  Builder builder(op.getContext());
  arguments.set("filters", builder.getI64IntegerAttr(filters));
  arguments.set("kernel", builder.getDenseI64ArrayAttr(op.getWeight().getType().getShape().take_back(2)));
  arguments.set("bias", builder.getBoolAttr(static_cast<bool>(op.getBias())));
}
void ConvOp::describe(NamedAttrList &arguments) { describeConv(*this, arguments, getY().getType().getDimSize(1)); }
void ConvTransposeOp::describe(NamedAttrList &arguments) {
  describeConv(*this, arguments, getY().getType().getDimSize(1));
}

std::array<Reach, 2> ConvTransposeOp::getReach() {
  auto [rows, columns] = windowsOf(*this, getWeight().getType().getShape().take_back(2));
  auto along = [](const Window &window) {
    return Reach{llvm::divideCeilSigned(window.extent(), window.stride), 1.0 / static_cast<double>(window.stride)};
  };
  return {along(rows), along(columns)};
}

void ConvOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getY().getType().getShape();
  ArrayRef<int64_t> weight = getWeight().getType().getShape();
  Type element = getY().getType().getElementType(), type = computeType(element);
  auto [rows, columns] = windowsOf(*this, weight.take_back(2));
  int64_t perGroup = y[1] / static_cast<int64_t>(getGroups());
  loops.nest(y, [&, &rows = rows, &columns = columns](ValueRange at) {
    Value image = at[0], filter = at[1];
    Value first = loops.mul(loops.div(filter, perGroup), weight[1]);
    Span box[] = {upTo(loops, weight[1], "channel"), rows.taps(loops, at[2], x[2], y[2], "kh"),
                  columns.taps(loops, at[3], x[3], y[3], "kw")};
    Value result = sum(loops, box, type, [&](ValueRange i) {
      Value pixel = loadAs(
          loops, type, element, inputs[0],
          {image, loops.add(first, i[0]), rows.position(loops, at[2], i[1]), columns.position(loops, at[3], i[2])});
      return times(loops, pixel, loadAs(loops, type, element, inputs[1], {filter, i[0], i[1], i[2]}));
    });
    if (getBias())
      result = plus(loops, result, loadAs(loops, type, element, inputs[2], filter));
    storeAs(loops, element, result, outputs[0], at);
  });
}

/// The rows (or columns) of x that reach row `out` of the result of a transposed convolution: those
/// `in` with 0 <= out + low - in * stride < extent.
static Span sources(Loops &loops, const Window &window, Value out, int64_t length, StringRef name) {
  Span range = upTo(loops, length, name);
  Value reach = loops.add(out, window.low);
  Value before = loops.max(loops.add(reach, window.stride - window.extent()), loops.index(0));
  range.low = loops.min(loops.div(before, window.stride), range.high);
  range.high = loops.min(loops.add(loops.div(reach, window.stride), 1), range.high);
  return range;
}

void ConvTransposeOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> x = getX().getType().getShape(), y = getY().getType().getShape();
  ArrayRef<int64_t> weight = getWeight().getType().getShape();
  Type element = getY().getType().getElementType(), type = computeType(element);
  auto [rows, columns] = windowsOf(*this, weight.take_back(2));
  int64_t perGroup = x[1] / static_cast<int64_t>(getGroups());
  loops.nest(y, [&, &rows = rows, &columns = columns](ValueRange at) {
    Value image = at[0], first = loops.mul(loops.div(at[1], weight[1]), perGroup);
    Value filter = loops.rem(at[1], weight[1]);
    Span box[] = {upTo(loops, perGroup, "channel"), sources(loops, rows, at[2], x[2], "row"),
                  sources(loops, columns, at[3], x[3], "column")};
    Value zero = loops.number(type, 0);
    Value result = sum(loops, box, type, [&](ValueRange i) {
      // How far the result lies behind the source, in elements: a tap if dilation divides it.
      Value down = loops.sub(loops.add(at[2], rows.low), loops.mul(i[1], rows.stride));
      Value right = loops.sub(loops.add(at[3], columns.low), loops.mul(i[2], columns.stride));
      auto product = [&]() -> Value {
        Value channel = loops.add(first, i[0]);
        Value pixel = loadAs(loops, type, element, inputs[0], {image, channel, i[1], i[2]});
        Value factor = loadAs(loops, type, element, inputs[1],
                              {channel, filter, loops.div(down, rows.dilation), loops.div(right, columns.dilation)});
        return times(loops, pixel, factor);
      };
      if (rows.dilation == 1 && columns.dilation == 1)
        return product();
      Value hits = loops.both(loops.within(loops.rem(down, rows.dilation), 0, 1),
                              loops.within(loops.rem(right, columns.dilation), 0, 1));
      return loops.when(hits, product, zero);
    });
    if (getBias())
      result = plus(loops, result, loadAs(loops, type, element, inputs[2], at[1]));
    storeAs(loops, element, result, outputs[0], at);
  });
}
