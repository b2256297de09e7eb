// SPDX-License-Identifier: Apache-2.0
// Imports what moves elements and computes nothing.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/NodeBinder.h"

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

/// 0 keeps a dimension (unless allowzero), -1 takes what is left.
LogicalResult importReshape(NodeBinder &node) {
  FailureOr<SmallVector<int64_t>> shape = node.constantInts(1);
  bool allowZero = node.opset >= 14 && node.flag("allowzero", false);
  if (failed(shape))
    return failure();
  ArrayRef<int64_t> from = node.inputShape(0);
  int64_t known = 1, unknown = -1, total = node.inputType(0).getNumElements();
  for (auto [d, size] : llvm::enumerate(*shape)) {
    if (size == 0 && !allowZero) {
      if (d >= from.size())
        return node.error("dimension " + Twine(d) + " of the new shape is 0, but the input has only " +
                          Twine(from.size()));
      size = from[d];
    }
    if (size == -1 && unknown < 0)
      unknown = d;
    else if (size < 0)
      return node.error("dimension " + Twine(d) + " of the new shape is " + Twine(size));
    else if (MulOverflow(known, size, known) || known > maxElements)
      return node.error("the new shape is too large");
  }
  if (unknown >= 0 && known)
    (*shape)[unknown] = total / known;
  if (unknown >= 0 ? !known || total % known : total != known)
    return node.error(Twine(total) + " elements do not fit the new shape");
  return node.output(node.reshape(node.input(0), *shape));
}

LogicalResult importFlatten(NodeBinder &node) {
  ArrayRef<int64_t> shape = node.inputShape(0);
  int64_t rank = shape.size(), axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return node.error("axis " + Twine(axis) + " does not exist in a tensor of rank " + Twine(rank));
  axis += axis < 0 ? rank : 0;
  return node.output(node.reshape(node.input(0), {product(shape.take_front(axis)), product(shape.drop_front(axis))}));
}

LogicalResult importSqueeze(NodeBinder &node) {
  ArrayRef<int64_t> from = node.inputShape(0);
  FailureOr<SmallVector<int64_t>> given = node.intsSince(13, "axes", 1);
  if (failed(given))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.axes(*given, from.size());
  if (failed(axes))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(from)) {
    bool isGone = given->empty() ? size == 1 : is_contained(*axes, int64_t(d));
    if (isGone && size != 1)
      return node.error("dimension " + Twine(d) + " has " + Twine(size) + " elements and cannot be squeezed");
    if (!isGone)
      shape.push_back(size);
  }
  return node.output(node.reshape(node.input(0), shape));
}

LogicalResult importUnsqueeze(NodeBinder &node) {
  FailureOr<SmallVector<int64_t>> given = node.intsSince(13, "axes", 1);
  if (failed(given))
    return failure();
  SmallVector<int64_t> shape(node.inputShape(0));
  FailureOr<SmallVector<int64_t>> axes = node.axes(*given, shape.size() + given->size());
  if (failed(axes))
    return failure();
  for (int64_t axis : *axes)
    shape.insert(shape.begin() + axis, 1);
  return node.output(node.reshape(node.input(0), shape));
}

LogicalResult importTranspose(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  SmallVector<int64_t> permutation = node.integers("perm", to_vector(llvm::reverse(seq<int64_t>(rank))));
  SmallVector<int64_t> sorted = permutation;
  llvm::sort(sorted);
  if (!llvm::equal(sorted, seq<int64_t>(rank)))
    return node.error("perm is not a permutation of its input's " + Twine(rank) + " dimensions");
  return node.output(node.transpose(node.input(0), permutation));
}

LogicalResult importConcat(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis"), node.inputType(0).getRank());
  if (failed(axis))
    return failure();
  // Parts without elements are legal, and say nothing.
  SmallVector<Value> parts = to_vector(
      make_filter_range(node.allInputs(), [&](Value part) { return node.typeOf(part).getNumElements() != 0; }));
  if (parts.size() <= 1)
    return node.output(parts.empty() ? node.input(0) : parts.front());
  return node.output(node.create<ConcatOp>(parts, {.axis = node.i64(*axis)}));
}

LogicalResult importSplit(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), node.inputType(0).getRank());
  FailureOr<SmallVector<int64_t>> sizes = node.intsSince(13, "split", 1);
  if (failed(axis) || failed(sizes))
    return failure();
  int64_t total = node.inputShape(0)[*axis], count = node.allOutputs().size();
  if (sizes->empty()) {
    if (node.opset >= 18)
      count = node.integer("num_outputs", count);
    if (count < 1 || count > total || size_t(count) != node.allOutputs().size())
      return node.error("cannot split " + Twine(total) + " elements into " + Twine(count) + " outputs");
    int64_t size = divideCeil(total, count);
    sizes->assign(count, size);
    sizes->back() = total - size * (count - 1);
    if (sizes->back() < 1 || (node.opset < 18 && sizes->back() != size))
      return node.error("cannot split " + Twine(total) + " elements evenly into " + Twine(count));
  }
  if (sizes->size() != node.allOutputs().size())
    return node.error("has " + Twine(node.allOutputs().size()) + " outputs, but " + Twine(sizes->size()) + " sizes");
  // Parts without elements are constants.
  SmallVector<int64_t> filled(make_filter_range(*sizes, [](int64_t size) { return size != 0; })),
      nothing(node.inputShape(0));
  nothing[*axis] = 0;
  auto type = RankedTensorType::get(nothing, node.inputType(0).getElementType());
  SmallVector<Value> parts;
  if (!filled.empty())
    parts = node.createAll<SplitOp>(node.input(0), {.axis = node.i64(*axis), .sizes = node.ints(filled)});
  if (parts.size() != filled.size())
    return failure();
  auto part = parts.begin();
  for (auto [index, size] : llvm::enumerate(*sizes))
    if (failed(node.output(size == 0 ? node.splat(type, 0) : *part++, index)))
      return failure();
  return success();
}

/// One dimension of a slice in numpy's sense, as first element, number of elements and step.
struct Range {
  int64_t start, size, step;
};

Range sliceRange(int64_t start, int64_t end, int64_t step, int64_t size) {
  auto clamp = [&](int64_t at) {
    at = at < 0 ? at + size : at;
    return step > 0 ? std::clamp<int64_t>(at, 0, size) : std::clamp<int64_t>(at, -1, size - 1);
  };
  // An end far below zero means "to the beginning" of a backward slice, and must not be counted
  // from the end again.
  start = clamp(start);
  end = clamp(std::max(end, -size - 1));
  int64_t span = step > 0 ? end - start : start - end;
  return {start, span > 0 ? divideCeilSigned(span, std::abs(step)) : 0, step};
}

LogicalResult importSlice(NodeBinder &node) {
  ArrayRef<int64_t> shape = node.inputShape(0);
  FailureOr<SmallVector<int64_t>> first = node.intsSince(10, "starts", 1), last = node.intsSince(10, "ends", 2);
  FailureOr<SmallVector<int64_t>> along = node.intsSince(10, "axes", 3);
  FailureOr<SmallVector<int64_t>> by = node.opset >= 10 ? node.constantInts(4) : SmallVector<int64_t>();
  if (failed(first) || failed(last) || failed(along) || failed(by))
    return failure();
  if (along->empty())
    along->append(to_vector(seq<int64_t>(first->size())));
  if (by->empty())
    by->assign(first->size(), 1);
  if (last->size() != first->size() || along->size() != first->size() || by->size() != first->size())
    return node.error("starts, ends, axes and steps differ in length");
  SmallVector<int64_t> starts(shape.size(), 0), sizes(shape), steps(shape.size(), 1);
  for (auto [start, end, given, step] : zip_equal(*first, *last, *along, *by)) {
    FailureOr<int64_t> axis = node.axis(given, shape.size());
    if (failed(axis))
      return failure();
    if (step == 0 || step == INT64_MIN)
      return node.error("a step of " + Twine(step) + " is not allowed");
    Range range = sliceRange(start, end, step, shape[*axis]);
    starts[*axis] = range.start;
    sizes[*axis] = range.size;
    steps[*axis] = range.size > 1 ? range.step : 1;
  }
  return node.output(node.create<SliceOp>(
      node.input(0), {.sizes = node.ints(sizes), .starts = node.ints(starts), .steps = node.ints(steps)}));
}

LogicalResult importPad(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  std::string mode = node.text("mode", "constant");
  FailureOr<SmallVector<int64_t>> pads = node.intsSince(11, "pads", 1);
  FailureOr<SmallVector<int64_t>> given = node.opset >= 18 ? node.constantInts(3) : SmallVector<int64_t>();
  FailureOr<SmallVector<double>> constant = node.opset >= 11 ? node.constantFloats(2) : SmallVector<double>();
  double value = node.opset < 11 ? node.number("value", 0.0) : 0;
  if (failed(pads) || failed(given) || failed(constant))
    return failure();
  if (!constant->empty())
    value = constant->front();
  if (given->empty())
    given->append(to_vector(seq<int64_t>(rank)));
  if (pads->size() != 2 * given->size())
    return node.error("has " + Twine(pads->size()) + " pads for " + Twine(given->size()) + " dimensions");
  SmallVector<int64_t> low(rank, 0), high(rank, 0);
  for (auto [i, each] : llvm::enumerate(*given)) {
    FailureOr<int64_t> axis = node.axis(each, rank);
    if (failed(axis))
      return failure();
    low[*axis] = (*pads)[i];
    high[*axis] = (*pads)[given->size() + i];
    if (std::max(std::abs(low[*axis]), std::abs(high[*axis])) > maxElements)
      return node.error("the padding is too large");
  }
  return node.output(node.create<PadOp>(node.input(0), {.high = node.ints(high),
                                                        .low = node.ints(low),
                                                        .mode = node.builder.getStringAttr(mode),
                                                        .value = node.f64(value)}));
}

/// The result's shape is what numpy's broadcasting makes of both.
LogicalResult importExpand(NodeBinder &node) {
  FailureOr<SmallVector<int64_t>> shape = node.constantInts(1);
  if (failed(shape))
    return failure();
  SmallVector<int64_t> from(node.inputShape(0));
  if (shape->size() < from.size())
    shape->insert(shape->begin(), from.size() - shape->size(), 1);
  from.insert(from.begin(), shape->size() - from.size(), 1);
  for (auto [size, own] : zip_equal(*shape, from))
    if (size == 1)
      size = own;
    else if (size != own && own != 1)
      return node.error("a dimension of " + Twine(own) + " cannot be expanded to " + Twine(size));
  if (auto type = tensorType(*shape, node.inputType(0).getElementType()); !type)
    return node.error(toString(type.takeError()));
  if (ArrayRef(*shape) == node.inputShape(0))
    return node.output(node.input(0));
  return node.output(node.create<ExpandOp>(node.input(0), {.shape = node.ints(*shape)}));
}

LogicalResult importTile(NodeBinder &node) {
  FailureOr<SmallVector<int64_t>> repeats = node.constantInts(1);
  if (failed(repeats))
    return failure();
  if (any_of(*repeats, [](int64_t times) { return times < 1 || times > maxElements; }))
    return node.error("repeats must be positive");
  return node.output(node.create<TileOp>(node.input(0), {.repeats = node.ints(*repeats)}));
}

LogicalResult importGather(NodeBinder &node) {
  FailureOr<int64_t> axis = node.axis(node.integer("axis", 0), node.inputType(0).getRank());
  if (failed(axis))
    return failure();
  if (ElementsAttr indices = node.constantOf(node.input(1)); indices && isa<IntegerType>(indices.getElementType()))
    for (int64_t size = node.inputShape(0)[*axis]; int64_t index : toInts(indices))
      if (index < -size || index >= size)
        return node.error("index " + Twine(index) + " does not exist in a dimension of " + Twine(size));
  return node.output(node.create<GatherOp>({node.input(0), node.input(1)}, {.axis = node.i64(*axis)}));
}

/// A new dimension of `depth` elements, which hold the second of `values` where the index points
/// and the first elsewhere.
LogicalResult importOneHot(NodeBinder &node) {
  RankedTensorType indices = node.inputType(0), values = node.inputType(2);
  FailureOr<int64_t> axis = node.axis(node.integer("axis", -1), indices.getRank() + 1);
  FailureOr<SmallVector<double>> given = node.constantFloats(1);
  if (failed(axis) || failed(given))
    return failure();
  int64_t depth = given->size() == 1 ? int64_t(given->front()) : 0;
  if (depth < 1 || depth > INT32_MAX || values.getNumElements() != 2)
    return node.error("needs one positive depth and two values");
  SmallVector<int64_t> shape(indices.getShape()), line(indices.getRank() + 1, 1);
  shape.insert(shape.begin() + *axis, 1);
  line[*axis] = depth;
  Value chosen = node.reshape(node.cast(node.input(0), node.builder.getIntegerType(64, /*isSigned=*/true)), shape);
  auto scalar = RankedTensorType::get({}, node.builder.getIntegerType(64, /*isSigned=*/true));
  Value fromEnd = node.create<AddOp>({chosen, node.splat(scalar, double(depth))});
  Value places = node.constantInts(to_vector(seq<int64_t>(depth)), line);
  Value hit = node.create<OrOp>({node.create<EqualOp>({places, chosen}), node.create<EqualOp>({places, fromEnd})});
  auto value = [&](int64_t index) {
    Value one =
        node.create<SliceOp>(node.input(2), {.sizes = node.ints(1), .starts = node.ints(index), .steps = node.ints(1)});
    return node.reshape(one, {});
  };
  return node.output(node.create<WhereOp>({hit, value(1), value(0)}));
}

/// Both move blocks of pixels by a reshape, a transposition and a reshape.
LogicalResult importDepthToSpace(NodeBinder &node) {
  int64_t block = node.integer("blocksize");
  std::string mode = node.opset >= 11 ? node.text("mode", "DCR") : "DCR";
  if (node.inputType(0).getRank() != 4)
    return node.error("its input must be an image [N, C, H, W]");
  ArrayRef<int64_t> x = node.inputShape(0);
  if (block < 1 || block > INT32_MAX || x[1] % (block * block) || (mode != "DCR" && mode != "CRD"))
    return node.error("mode '" + mode + "' with blocks of " + Twine(block) + " does not fit " + Twine(x[1]) +
                      " channels");
  int64_t depth = x[1] / (block * block);
  bool depthFirst = mode == "CRD";
  Value y = depthFirst ? node.reshape(node.input(0), {x[0], depth, block, block, x[2], x[3]})
                       : node.reshape(node.input(0), {x[0], block, block, depth, x[2], x[3]});
  y = depthFirst ? node.transpose(y, {0, 1, 4, 2, 5, 3}) : node.transpose(y, {0, 3, 4, 1, 5, 2});
  return node.output(node.reshape(y, {x[0], depth, x[2] * block, x[3] * block}));
}

LogicalResult importSpaceToDepth(NodeBinder &node) {
  int64_t block = node.integer("blocksize");
  if (node.inputType(0).getRank() != 4)
    return node.error("its input must be an image [N, C, H, W]");
  ArrayRef<int64_t> x = node.inputShape(0);
  if (block < 1 || x[2] % block || x[3] % block)
    return node.error("blocks of " + Twine(block) + " do not divide the image");
  Value y = node.reshape(node.input(0), {x[0], x[1], x[2] / block, block, x[3] / block, block});
  y = node.transpose(y, {0, 3, 5, 1, 2, 4});
  return node.output(node.reshape(y, {x[0], x[1] * block * block, x[2] / block, x[3] / block}));
}

} // namespace

void registerShape(ImporterTable &table) {
  table.onOp("Reshape", 5, {2, 2}, importReshape);
  table.onOp("Flatten", 1, {1, 1}, importFlatten);
  table.onOp("Squeeze", 1, {1, 2}, importSqueeze);
  table.onOp("Unsqueeze", 1, {1, 2}, importUnsqueeze);
  table.onOp("Transpose", 1, {1, 1}, importTranspose);
  table.onOp("Concat", 4, {1, anyNumber}, importConcat);
  table.onOp("Split", 2, {1, 2}, importSplit);
  table.onOp("Slice", 1, {1, 1}, importSlice);
  table.onOp("Slice", 10, {3, 5}, importSlice);
  table.onOp("Pad", 2, {1, 1}, importPad);
  table.onOp("Pad", 11, {2, 4}, importPad);
  table.onOp("Expand", 8, {2, 2}, importExpand);
  table.onOp("Tile", 6, {2, 2}, importTile);
  table.onOp("Gather", 1, {2, 2}, importGather);
  table.onOp("OneHot", 9, {3, 3}, importOneHot);
  table.onOp("DepthToSpace", 1, {1, 1}, importDepthToSpace);
  table.onOp("SpaceToDepth", 1, {1, 1}, importSpaceToDepth);
}

} // namespace cnnc::onnx
