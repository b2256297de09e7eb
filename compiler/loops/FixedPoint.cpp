// SPDX-License-Identifier: Apache-2.0
// Fixed-point weights: their scales, and their bits.
#include "compiler/loops/FixedPoint.h"

#include "dialects/cnn/Constants.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace cnnc;
using namespace cnnc::loops;

/// The largest number: rounding to 24 bits adds up to 128, and must not leave 32.
static constexpr double kMost = 2147483647 - 511;

/// The largest of a unit's weights, and the sum of all, without signs.
static std::pair<float, double> sizesOf(ArrayRef<char> unit) {
  float most = 0;
  double sum = 0;
  for (size_t i = 0; i < unit.size(); i += sizeof(float)) {
    float weight; // in a mapped file it may be unaligned
    std::memcpy(&weight, unit.data() + i, sizeof weight);
    most = std::max(most, std::abs(weight));
    sum += std::abs(weight);
  }
  return {most, sum};
}

bool fixed::suits(ArrayRef<char> weight, int64_t units) {
  // Of what activations of some size make of the other weights, 2^-24 times this is lost.
  constexpr double kMostRatio = 128;
  // Sums of numbers up to 2^31 stay finite, and scales normal.
  constexpr float kLeast = 1e-20f, kLargest = 1e20f;
  size_t bytes = weight.size() / units;
  for (int64_t unit = 0; unit < units; ++unit) {
    auto [most, sum] = sizesOf(weight.slice(unit * bytes, bytes));
    // The comparisons are false of what is no number.
    if (most != 0 && !(most >= kLeast && most <= kLargest && most * (bytes / sizeof(float)) <= kMostRatio * sum))
      return false;
  }
  return true;
}

float fixed::scaleOf(ArrayRef<char> unit) {
  float most = sizesOf(unit).first;
  return most == 0 ? 1 : static_cast<float>(most / kMost);
}

ElementsAttr fixed::scalesOf(ElementsAttr weight) {
  ArrayRef<char> bytes = cnn::rawBytes(weight);
  int64_t units = weight.getShapedType().getDimSize(0), size = bytes.size() / units;
  std::vector<float> scales;
  for (int64_t unit = 0; unit < units; ++unit)
    scales.push_back(scaleOf(bytes.slice(unit * size, size)));
  return cnn::makeFloats(weight.getContext(), {units}, std::move(scales));
}

Packing fixed::packing(MLIRContext *context, int64_t units, int64_t channels) {
  auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
  AffineExpr unit = dim(0) * kGroup + dim(1) * Target::kBlock + dim(3);
  Packing packing{{llvm::divideCeilSigned(units, kGroup), kStored, channels, Target::kBlock},
                  AffineMap::get(4, 0, {unit, dim(2)}, context)};
  packing.isFixed = true;
  return packing;
}

/// The nearest integer; without a call, since there are hundreds of millions.
static int32_t nearest(double value) { return static_cast<int32_t>(value + (value < 0 ? -0.5 : 0.5)); }

void fixed::encode(ArrayRef<float> own, ArrayRef<double> ownFactors, ArrayRef<float> fourth,
                   ArrayRef<double> fourthFactors, int64_t v, MutableArrayRef<int32_t> out) {
  for (size_t i = 0; i < out.size(); ++i) {
    int32_t last = nearest(fourth[i] * fourthFactors[i] / 256);
    int32_t byte = last >> (16 - 8 * v) & 255;
    // The upper bits are the nearest to the number with this byte below them.
    out[i] = nearest((own[i] * ownFactors[i] - byte) / 256) * 256 + byte;
  }
}
