// SPDX-License-Identifier: Apache-2.0
// Imports resampling of images.
#include "frontends/onnx/NodeBinder.h"

#include <cmath>

using namespace llvm;
using namespace mlir;
using namespace cnnc::cnn;

namespace cnnc::onnx {
namespace {

/// Sizes and scales of every dimension of the result, and the part of the image that it shows if that is a crop:
/// starts, then ends.
struct Target {
  SmallVector<int64_t> sizes;
  SmallVector<double> scales;
  SmallVector<double> roi = {};
};

/// What Resize says by words and numbers; the defaults are Upsample's.
struct Sampling {
  std::string mode, coordinates = "asymmetric", rounding = "floor";
  double extrapolation = 0;
};

/// ONNX multiplies in single precision before it rounds down.
FailureOr<Target> targetOfScales(NodeBinder &node, ArrayRef<double> scales) {
  Target target;
  for (auto [size, scale] : zip_equal(node.inputShape(0), scales)) {
    float scaled = std::floor(float(size) * float(scale));
    if (!(scaled >= 1 && scaled < float(maxElements)))
      return node.error("the scale " + Twine(std::to_string(scale)) + " leaves nothing, or far too much");
    target.sizes.push_back(int64_t(scaled));
    target.scales.push_back(scale);
  }
  return target;
}

Value resize(NodeBinder &node, const Target &target, const Sampling &sampling) {
  if (target.roi.empty() && llvm::equal(target.sizes, node.inputShape(0)) &&
      all_of(target.scales, [](double scale) { return scale == 1; }))
    return node.input(0);
  return node.create<ResizeOp>(node.input(0), {.coordinates = node.builder.getStringAttr(sampling.coordinates),
                                               .extrapolation = node.f64(sampling.extrapolation),
                                               .mode = node.builder.getStringAttr(sampling.mode),
                                               .roi = node.builder.getDenseF64ArrayAttr(target.roi),
                                               .rounding = node.builder.getStringAttr(sampling.rounding),
                                               .scales = node.builder.getDenseF64ArrayAttr(target.scales),
                                               .sizes = node.ints(target.sizes)});
}

/// Upsample, and Resize of opset 10: the scales are all that can be said.
LogicalResult importUpsample(NodeBinder &node) {
  std::string mode = node.text("mode", "nearest");
  FailureOr<SmallVector<double>> scales = node.opset >= 9 ? node.constantFloats(1) : node.numbers("scales");
  if (failed(scales))
    return failure();
  if (scales->size() != size_t(node.inputType(0).getRank()))
    return node.error("has " + Twine(scales->size()) + " scales for a tensor of rank " +
                      Twine(node.inputType(0).getRank()));
  if (mode != "nearest" && mode != "linear")
    return node.error("mode '" + mode + "' is not supported");
  // Runtimes disagree on the rounding of these where a smaller image does not divide the larger
  // one.
  for (double scale : *scales)
    if (mode == "nearest" && scale < 1 && std::floor(1 / scale) != 1 / scale)
      return node.error("nearest sampling to a smaller image is ambiguous before opset 11");
  FailureOr<Target> target = targetOfScales(node, *scales);
  if (failed(target))
    return failure();
  return node.output(resize(node, *target, {mode}));
}

/// From opset 18 on the sizes may be bounds, which the image fits into or covers.
LogicalResult keepAspect(NodeBinder &node, Target &target, ArrayRef<int64_t> axes, StringRef policy) {
  if (policy == "stretch")
    return success();
  if (policy != "not_larger" && policy != "not_smaller")
    return node.error("keep_aspect_ratio_policy '" + policy + "' is not known");
  double scale = target.scales[axes.front()];
  for (int64_t axis : axes)
    scale = policy == "not_larger" ? std::min(scale, target.scales[axis]) : std::max(scale, target.scales[axis]);
  for (int64_t axis : axes) {
    target.scales[axis] = scale;
    target.sizes[axis] = std::max<int64_t>(1, std::llround(scale * double(node.inputShape(0)[axis])));
  }
  return success();
}

/// The dimensions that scales, sizes and the crop are given for.
FailureOr<SmallVector<int64_t>> resizedAxes(NodeBinder &node) {
  int64_t rank = node.inputType(0).getRank();
  SmallVector<int64_t> axes = node.opset >= 18 ? node.integers("axes") : SmallVector<int64_t>();
  if (axes.empty())
    return to_vector(seq<int64_t>(rank));
  for (int64_t &each : axes) {
    FailureOr<int64_t> axis = node.axis(each, rank);
    if (failed(axis))
      return failure();
    each = *axis;
  }
  return axes;
}

FailureOr<Target> targetOf(NodeBinder &node, ArrayRef<double> scales, ArrayRef<int64_t> sizes, ArrayRef<int64_t> axes,
                           StringRef policy) {
  int64_t rank = node.inputType(0).getRank();
  if (axes.empty() || (scales.empty() ? sizes.size() : scales.size()) != axes.size() || scales.empty() == sizes.empty())
    return node.error("needs either scales or sizes, one for each of " + Twine(axes.size()) + " dimensions");
  if (sizes.empty()) {
    SmallVector<double> all(rank, 1.0);
    for (auto [axis, scale] : zip_equal(axes, scales))
      all[axis] = scale;
    return targetOfScales(node, all);
  }
  Target target{SmallVector<int64_t>(node.inputShape(0)), SmallVector<double>(rank, 1.0)};
  for (auto [axis, size] : zip_equal(axes, sizes)) {
    if (size < 1 || size > maxElements)
      return node.error("size " + Twine(size) + " is not positive, or too large");
    target.sizes[axis] = size;
    target.scales[axis] = double(size) / double(node.inputShape(0)[axis]);
  }
  if (failed(keepAspect(node, target, axes, policy)))
    return failure();
  return target;
}

/// The crop that input 1 tells, for all dimensions.
FailureOr<SmallVector<double>> cropOf(NodeBinder &node, ArrayRef<int64_t> axes) {
  FailureOr<SmallVector<double>> given = node.constantFloats(1);
  if (failed(given))
    return failure();
  if (given->size() != 2 * axes.size())
    return node.error("roi has " + Twine(given->size()) + " numbers for " + Twine(axes.size()) + " dimensions");
  int64_t rank = node.inputType(0).getRank();
  SmallVector<double> roi(2 * rank, 0.0);
  std::fill(roi.begin() + rank, roi.end(), 1.0);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    roi[axis] = (*given)[i];
    roi[rank + axis] = (*given)[axes.size() + i];
  }
  return roi;
}

LogicalResult importResize(NodeBinder &node) {
  Sampling sampling;
  sampling.mode = node.text("mode", "nearest");
  sampling.rounding = node.text("nearest_mode", "round_prefer_floor");
  sampling.coordinates = node.text("coordinate_transformation_mode", "half_pixel");
  sampling.extrapolation = node.number("extrapolation_value", 0);
  std::string policy = node.opset >= 18 ? node.text("keep_aspect_ratio_policy", "stretch") : "stretch";
  node.ignore({"cubic_coeff_a"});
  bool excludeOutside = node.flag("exclude_outside", false);
  bool crops = sampling.coordinates == "tf_crop_and_resize";
  if (node.opset >= 18 && node.flag("antialias", false))
    return node.error("antialias is not supported");
  if (sampling.mode != "nearest" && sampling.mode != "linear")
    return node.error("mode '" + sampling.mode + "' is not supported");
  if (excludeOutside && sampling.mode != "nearest")
    return node.error("exclude_outside is not supported");
  FailureOr<SmallVector<double>> scales = node.constantFloats(2);
  FailureOr<SmallVector<int64_t>> sizes = node.constantInts(3), axes = resizedAxes(node);
  if (failed(scales) || failed(sizes) || failed(axes))
    return failure();
  if (crops && !scales->empty())
    return node.error("tf_crop_and_resize by scales is not supported: give sizes");
  FailureOr<Target> target = targetOf(node, *scales, *sizes, *axes, policy);
  if (failed(target))
    return failure();
  if (crops) {
    FailureOr<SmallVector<double>> roi = cropOf(node, *axes);
    if (failed(roi))
      return failure();
    target->roi = std::move(*roi);
  }
  // The corners of an image that ends within a pixel: the standard's tests and runtimes disagree.
  for (auto [from, to, scale] : zip_equal(node.inputShape(0), target->sizes, target->scales))
    if (sampling.coordinates == "align_corners" && std::abs(scale * double(from) - double(to)) > 1e-4)
      return node.error("align_corners with a scale of " + Twine(std::to_string(scale)) +
                        ", which gives no whole size, is ambiguous: give sizes");
  return node.output(resize(node, *target, sampling));
}

} // namespace

void registerResize(ImporterTable &table) {
  table.onOp("Upsample", 7, {1, 1}, importUpsample);
  table.onOp("Upsample", 9, {2, 2}, importUpsample);
  table.onOp("Resize", 10, {2, 2}, importUpsample);
  table.onOp("Resize", 11, {1, 4}, importResize);
}

} // namespace cnnc::onnx
