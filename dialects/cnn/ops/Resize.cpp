// SPDX-License-Identifier: Apache-2.0
// Resampling of images.
#include "dialects/cnn/ops/ResizeAxis.h"

#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

using namespace mlir;
using namespace cnnc::cnn;

/// Checks that a word is one of those that are known.
static LogicalResult checkWord(Emit emit, StringRef name, StringRef word, ArrayRef<StringRef> known) {
  if (llvm::is_contained(known, word))
    return success();
  return emit() << name << " = \"" << word << "\" is none of " << llvm::join(known, ", ");
}

template <typename Op>
static FailureOr<RankedTensorType> resizeType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  size_t rank = x.getRank();
  if (op.getSizes().size() != rank || op.getScales().size() != rank)
    return emit() << "needs a size and a scale for each of the " << rank << " dimensions of " << text(x) << ", got "
                  << op.getSizes().size() << " and " << op.getScales().size();
  for (auto [d, size, scale] : llvm::enumerate(op.getSizes(), op.getScales()))
    if (size < 1 || size > std::numeric_limits<int32_t>::max() || !(scale > 0))
      return emit() << "dimension " << d << " has size " << size << " and scale " << std::to_string(scale)
                    << ", both must be positive";
  if (failed(checkWord(emit, "mode", op.getMode(), {"nearest", "linear"})) ||
      failed(checkWord(emit, "coordinates", op.getCoordinates(),
                       {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                        "tf_half_pixel_for_nn", "tf_crop_and_resize"})) ||
      failed(
          checkWord(emit, "rounding", op.getRounding(), {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})))
    return failure();
  if (op.getCoordinates() == "tf_crop_and_resize" && op.getRoi().size() != 2 * rank)
    return emit() << "roi must hold a start and an end for each of the " << rank << " dimensions, got "
                  << op.getRoi().size() << " numbers";
  return reshaped(x, op.getSizes());
}
CNN_INFER(ResizeOp, resizeType)

LogicalResult ResizeOp::complete(LayerCall &call) {
  ArrayRef<int64_t> shape = call.shapeOf("x");
  size_t rank = shape.size();
  SmallVector<int64_t> size(call.ints("size")), sizes(shape);
  SmallVector<double> scale(call.floats("scale")), scales(rank, 1);
  bool isWhole = call.has("sizes") && call.has("scales");
  if (isWhole + call.has("size") + call.has("scale") != 1)
    return call.error("", "needs either size or scale");
  call.take("size");
  call.take("scale");
  if (isWhole)
    return success();
  if (rank < 3)
    return call.error("x", "needs x [N, C, ...] of images, got " + std::to_string(rank) + " dimensions");
  if (scale.size() == 1)
    scale.assign(rank - 2, scale.front());
  if (size.empty() && scale.size() != rank - 2)
    return call.error("scale", "scale must be one number, or one for each of the " + Twine(rank - 2) + " dimensions");
  for (size_t d = 2; d < rank; ++d) {
    double wanted = size.empty() ? std::floor(static_cast<double>(shape[d]) * scale[d - 2]) : size[d - 2];
    if (!(wanted >= 1 && wanted <= std::numeric_limits<int32_t>::max()))
      return call.error(size.empty() ? "scale" : "size",
                        "the result must have between 1 and 2147483647 rows and columns");
    sizes[d] = static_cast<int64_t>(wanted);
    scales[d] = size.empty() ? scale[d - 2] : wanted / static_cast<double>(shape[d]);
  }
  call.set("sizes", sizes);
  call.set("scales", call.builder.getDenseF64ArrayAttr(scales));
  return success();
}
void ResizeOp::describe(NamedAttrList &arguments) {
  ArrayRef<int64_t> shape = getX().getType().getShape(), sizes = getSizes();
  ArrayRef<double> scales = getScales();
  bool ofImages = shape.size() == 4, byScale = true, bySize = true, isWhole = true;
  for (auto [d, size] : llvm::enumerate(sizes)) {
    ofImages &= d >= 2 || (size == shape[d] && scales[d] == 1);
    byScale &= size == static_cast<int64_t>(std::floor(static_cast<double>(shape[d]) * scales[d]));
    isWhole &= scales[d] == std::floor(scales[d]);
    bySize &= scales[d] == static_cast<double>(size) / static_cast<double>(shape[d]);
  }
  if (!ofImages || !(byScale || bySize))
    return;
  Builder builder(getContext());
  arguments.erase("sizes");
  arguments.erase("scales");
  if (bySize && !(byScale && isWhole))
    arguments.set("size", builder.getDenseI64ArrayAttr(sizes.drop_front(2)));
  else
    arguments.set("scale", builder.getDenseF64ArrayAttr(scales.drop_front(2)));
}

int64_t ResizeOp::getFlops() { return 10 * getY().getType().getNumElements(); }

std::array<Reach, 2> ResizeOp::getReach() {
  auto along = [&](unsigned d) {
    double stride = 1 / getScales()[d];
    return Reach{getMode() == "linear" && stride != 1 ? 2 : 1, stride};
  };
  return getScales().size() == 4 ? std::array{along(2), along(3)} : std::array<Reach, 2>();
}

ResizeAxis::ResizeAxis(Loops &loops, ResizeOp op, unsigned d)
    : loops(loops), in(op.getX().getType().getDimSize(d)), out(op.getSizes()[d]), scale(op.getScales()[d]),
      coordinates(op.getCoordinates()), rounding(op.getRounding()) {
  if (crops()) {
    start = op.getRoi()[d];
    end = op.getRoi()[op.getSizes().size() + d];
  }
}

Value ResizeAxis::isOutside(Value i) const {
  Float x = coordinate(i);
  return arith::OrIOp::create(loops.builder, loops.loc, less(x, 0), less(static_cast<double>(in - 1), x));
}

Value ResizeAxis::nearest(Value i) const {
  Float x = coordinate(i);
  if (rounding == "floor")
    return toIndex(floor(x));
  if (rounding == "ceil")
    return toIndex(ceil(x));
  return toIndex(rounding == "round_prefer_ceil" ? floor(x + 0.5) : ceil(x - 0.5));
}

std::tuple<Value, Value, Float> ResizeAxis::linear(Value i) const {
  Float x = coordinate(i), below = floor(x);
  return {toIndex(below), toIndex(below + 1), x - below};
}

Float ResizeAxis::coordinate(Value i) const {
  Float x(loops, toFloat(loops, loops.builder.getF64Type(), i));
  double length = static_cast<double>(in);
  if (coordinates == "align_corners")
    return out == 1 ? x : x * static_cast<double>(in - 1) / static_cast<double>(out - 1);
  if (crops()) {
    double last = static_cast<double>(in - 1);
    return out == 1 ? x + (start + end) / 2 * last
                    : x * ((end - start) * last / static_cast<double>(out - 1)) + start * last;
  }
  if (coordinates == "asymmetric")
    return x / scale;
  if (coordinates == "tf_half_pixel_for_nn")
    return (x + 0.5) / scale;
  if (coordinates == "pytorch_half_pixel" && out == 1)
    return x;
  Float half = (x + 0.5) / scale - 0.5;
  if (coordinates != "half_pixel_symmetric")
    return half;
  return half + length / 2 * (1 - static_cast<double>(out) / (scale * length));
}

Value ResizeAxis::toIndex(Float whole) const {
  Float inside = clamp(whole, 0, static_cast<double>(in - 1));
  Value integer = arith::FPToSIOp::create(loops.builder, loops.loc, loops.builder.getI64Type(), inside);
  return arith::IndexCastOp::create(loops.builder, loops.loc, loops.builder.getIndexType(), integer);
}

void ResizeOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  ArrayRef<int64_t> sizes = getSizes();
  Type element = getX().getType().getElementType(), type = computeType(element);
  bool linear = getMode() == "linear";
  SmallVector<Value> target, source(sizes.size());
  /// The second sources of the dimensions that interpolate, with their weights.
  struct Pair {
    unsigned dimension;
    Value second;
    Float weight;
  };
  SmallVector<Pair> pairs;
  /// Of a crop: whether a source lies beside the image.
  SmallVector<Value> outside;
  // Between the sources of dimension pairs[i] and those after it, as they stand in `source`.
  std::function<Value(ArrayRef<Pair>)> blend = [&](ArrayRef<Pair> rest) -> Value {
    if (rest.empty())
      return loadAs(loops, type, element, inputs[0], source);
    const Pair &pair = rest.front();
    Float a(loops, blend(rest.drop_front()));
    Value first = std::exchange(source[pair.dimension], pair.second);
    Float b(loops, blend(rest.drop_front()));
    source[pair.dimension] = first;
    return a * (1.0 - pair.weight) + b * pair.weight;
  };
  std::function<void()> enter = [&] {
    unsigned d = target.size();
    if (d == sizes.size()) {
      Value value = blend(pairs), beside = loops.number(type, getExtrapolation().convertToDouble());
      for (Value condition : outside)
        value = arith::SelectOp::create(builder, getLoc(), condition, beside, value);
      return storeAs(loops, element, value, outputs[0], target);
    }
    loops.loop(sizes[d], [&](Value i) {
      ResizeAxis axis(loops, *this, d);
      target.push_back(i);
      source[d] = i;
      size_t before = pairs.size(), conditions = outside.size();
      if (!axis.isIdentity()) {
        if (axis.crops())
          outside.push_back(axis.isOutside(i));
        if (!linear) {
          source[d] = axis.nearest(i);
        } else {
          auto [first, second, weight] = axis.linear(i);
          source[d] = first;
          Value narrow = weight;
          if (type != weight.type())
            narrow = arith::TruncFOp::create(builder, getLoc(), type, weight);
          pairs.push_back({d, second, Float(loops, narrow)});
        }
      }
      enter();
      pairs.truncate(before);
      outside.truncate(conditions);
      target.pop_back();
    });
  };
  enter();
}
