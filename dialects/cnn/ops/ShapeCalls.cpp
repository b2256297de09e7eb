// SPDX-License-Identifier: Apache-2.0
// How the operators that move elements are called: axes from the end, parts by number, sizes to be found.
#include "dialects/cnn/ops/Infer.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace cnnc::cnn;

static constexpr int64_t kMostSize = std::numeric_limits<int32_t>::max();

LogicalResult ConcatOp::complete(LayerCall &call) {
  SmallVector<Value> parts = call.tensors();
  if (parts.empty())
    return call.error("parts", "needs at least one tensor");
  if (failed(completeAxis(call, "axis", call.typeOf("parts").getRank())))
    return failure();
  int64_t axis = call.integer("axis");
  ArrayRef<int64_t> first = call.shapeOf("parts");
  for (Value part : llvm::drop_begin(parts)) {
    ArrayRef<int64_t> shape = tensorOf(part).getShape();
    bool fits = shape.size() == first.size();
    for (int64_t d = 0, rank = first.size(); fits && d < rank; ++d)
      fits = d == axis || shape[d] == first[d];
    if (!fits)
      return call.error("parts", "sizes must agree outside axis " + Twine(axis) + ", got " +
                                     text(call.typeOf("parts")) + " and " + text(tensorOf(part)));
  }
  return success();
}
void ConcatOp::describe(NamedAttrList &) {}

LogicalResult GatherOp::complete(LayerCall &call) { return completeAxis(call, "axis", call.typeOf("x").getRank()); }
void GatherOp::describe(NamedAttrList &) {}

LogicalResult SplitOp::complete(LayerCall &call) {
  if (failed(completeAxis(call, "axis", call.typeOf("x").getRank())))
    return failure();
  int64_t length = call.shapeOf("x")[call.integer("axis")];
  SmallVector<int64_t> sizes(call.ints("parts"));
  call.take("parts");
  if (sizes.size() == 1) {
    int64_t parts = sizes.front();
    if (parts < 1 || length % parts)
      return call.error("parts", "parts = " + Twine(parts) + " must divide the " + Twine(length) + " of axis " +
                                     Twine(call.integer("axis")));
    sizes.assign(parts, length / parts);
  }
  call.set("sizes", sizes);
  return success();
}
void SplitOp::describe(NamedAttrList &arguments) {
  bool isEven = llvm::all_equal(getSizes());
  arguments.set("parts", isEven ? DenseI64ArrayAttr::get(getContext(), {static_cast<int64_t>(getSizes().size())})
                                : getSizesAttr());
  arguments.erase("sizes");
}

/// A list with a number for each of `count` axes; one number counts for all.
static LogicalResult forEachAxis(LayerCall &call, StringRef name, size_t count, SmallVectorImpl<int64_t> &numbers) {
  ArrayRef<int64_t> given = call.ints(name);
  if (given.size() != 1 && given.size() != count)
    return call.error(name, name + " must be one number, or one for each of the " + Twine(count) + " axes");
  numbers.assign(given.begin(), given.end());
  if (given.size() == 1)
    numbers.assign(count, given.front());
  return success();
}

LogicalResult SliceOp::complete(LayerCall &call) {
  ArrayRef<int64_t> shape = call.shapeOf("x");
  int64_t rank = shape.size();
  SmallVector<int64_t> axes(call.ints("axis")), start, end, step;
  for (StringRef name : {"start", "end", "step"})
    if (call.has(name) && failed(forEachAxis(call, name, axes.size(),
                                             name == "start" ? start
                                             : name == "end" ? end
                                                             : step)))
      return failure();
  SmallVector<int64_t> starts(rank, 0), sizes(shape), steps(rank, 1);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (axis < -rank || axis >= rank)
      return call.error("axis", "axis = " + Twine(axis) + " is none of the " + Twine(rank) + " dimensions");
    int64_t d = axis < 0 ? axis + rank : axis, length = shape[d], by = step[i];
    if (by == 0 || by < -kMostSize || by > kMostSize)
      return call.error("step", "step = " + Twine(by) + " must not be zero");
    // Places count from the end if negative; beyond the ends they stand at the ends.
    auto place = [&](int64_t at, int64_t least, int64_t most) {
      return std::clamp(at < 0 ? std::max(at, -kMostSize) + length : at, least, most);
    };
    int64_t first = by > 0 ? 0 : length - 1, behind = by > 0 ? length : -1;
    if (!start.empty())
      first = by > 0 ? place(start[i], 0, length) : place(start[i], -1, length - 1);
    if (!end.empty())
      behind = by > 0 ? place(end[i], 0, length) : place(end[i], -1, length - 1);
    steps[d] = by;
    sizes[d] = std::max<int64_t>(0, llvm::divideCeilSigned(behind - first, by));
    starts[d] = sizes[d] ? first : 0;
  }
  for (StringRef name : {"axis", "start", "end", "step"})
    call.take(name);
  call.set("starts", starts);
  call.set("sizes", sizes);
  call.set("steps", steps);
  return success();
}
void SliceOp::describe(NamedAttrList &arguments) {
  SmallVector<int64_t> axes, start, end, step;
  for (int64_t d = 0, rank = getX().getType().getRank(); d < rank; ++d) {
    int64_t length = getX().getType().getDimSize(d);
    bool isWhole = getStarts()[d] == 0 && getSizes()[d] == length && getSteps()[d] == 1;
    if (isWhole && (d + 1 < rank || !axes.empty()))
      continue;
    int64_t behind = getStarts()[d] + getSizes()[d] * getSteps()[d];
    axes.push_back(d);
    start.push_back(getStarts()[d]);
    // Before the first element there is no place but this.
    end.push_back(behind < 0 ? -length - 1 : behind);
    step.push_back(getSteps()[d]);
  }
  Builder builder(getContext());
  for (StringRef name : {"starts", "sizes", "steps"})
    arguments.erase(name);
  arguments.set("axis", builder.getDenseI64ArrayAttr(axes));
  arguments.set("start", builder.getDenseI64ArrayAttr(start));
  arguments.set("end", builder.getDenseI64ArrayAttr(end));
  arguments.set("step", builder.getDenseI64ArrayAttr(step));
}

LogicalResult PadOp::complete(LayerCall &call) {
  int64_t rank = call.typeOf("x").getRank();
  bool isWhole = call.has("low") && call.has("high");
  if (!isWhole && (call.has("low") || call.has("high")))
    return call.error(call.has("low") ? "low" : "high", "needs low and high together");
  if (!call.word("pad").empty())
    return call.error("pad", "takes pad as numbers: there is no window here");
  SmallVector<int64_t> pad(call.ints("pad"));
  call.take("pad");
  if (isWhole)
    return success();
  if (rank < 3)
    return call.error("x", "needs x [N, C, H, W], got " + text(call.typeOf("x")));
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (int64_t d = 2, half = pad.size() / 2; d < rank && d - 2 < half; ++d) {
    low[d] = pad[d - 2];
    high[d] = pad[d - 2 + half];
  }
  call.set("low", low);
  call.set("high", high);
  return success();
}
void PadOp::describe(NamedAttrList &arguments) {
  ArrayRef<int64_t> low = getLow(), high = getHigh();
  auto isZero = [](int64_t size) { return size == 0; };
  if (low.size() != 4 || !llvm::all_of(low.take_front(2), isZero) || !llvm::all_of(high.take_front(2), isZero))
    return;
  arguments.erase("low");
  arguments.erase("high");
  arguments.set("pad", DenseI64ArrayAttr::get(getContext(), {low[2], low[3], high[2], high[3]}));
}

LogicalResult ReshapeOp::complete(LayerCall &call) {
  SmallVector<int64_t> shape(call.ints("shape"));
  int64_t elements = 1, known = 1;
  for (int64_t size : call.shapeOf("x"))
    elements *= size;
  auto found = llvm::find(shape, -1);
  if (found == shape.end())
    return success();
  for (int64_t size : shape)
    if (size != -1 && (size < 0 || llvm::MulOverflow(known, size, known)))
      return call.error("shape", "sizes must not be negative, but for one -1");
  if (llvm::count(shape, -1) > 1 || known == 0 || elements % known)
    return call.error("shape",
                      "cannot find the size -1 of [" +
                          llvm::join(llvm::map_range(shape, [](int64_t n) { return std::to_string(n); }), ", ") +
                          "] for the " + Twine(elements) + " elements of " + text(call.typeOf("x")));
  *found = elements / known;
  call.set("shape", shape);
  return success();
}
void ReshapeOp::describe(NamedAttrList &) {}
