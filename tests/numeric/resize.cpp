// SPDX-License-Identifier: Apache-2.0
// Resampling: every coordinate mode and rounding.
#include "tests/numeric/Numeric.h"

#include <algorithm>
#include <cmath>

using namespace cnnc::numeric;

namespace {
/// What crops show beside the image.
constexpr double kBeside = 0.75;

struct Resize {
  Shape x, sizes;
  std::vector<double> scales;
  std::string mode, coordinates, rounding = "round_prefer_floor";
  std::vector<double> roi = {}; ///< of crops: starts, then ends

  double source(size_t d, double i) const {
    double in = static_cast<double>(x[d]), out = static_cast<double>(sizes[d]);
    if (coordinates == "align_corners")
      return out == 1 ? 0 : i * (in - 1) / (out - 1);
    if (!roi.empty()) {
      double start = roi[d], end = roi[x.size() + d];
      return (in - 1) * (out == 1 ? (start + end) / 2 : start + i * (end - start) / (out - 1));
    }
    if (coordinates == "asymmetric")
      return i / scales[d];
    if (coordinates == "tf_half_pixel_for_nn")
      return (i + 0.5) / scales[d];
    if (coordinates == "pytorch_half_pixel" && out == 1)
      return 0;
    double shift = coordinates == "half_pixel_symmetric" ? in / 2 * (1 - out / (scales[d] * in)) : 0;
    return shift + (i + 0.5) / scales[d] - 0.5;
  }
  double rounded(double position) const {
    if (rounding == "floor")
      return std::floor(position);
    if (rounding == "ceil")
      return std::ceil(position);
    return rounding == "round_prefer_floor" ? std::ceil(position - 0.5) : std::floor(position + 0.5);
  }
  int64_t inside(size_t d, double position) const {
    return static_cast<int64_t>(std::clamp(position, 0.0, static_cast<double>(x[d] - 1)));
  }
  /// The value for the rest of the result's index from dimension d on; `at` holds the sources so far.
  double sample(const Tensor &in, const Shape &index, Shape &at, size_t d) const {
    if (d == x.size())
      return in.at(at);
    if (roi.empty() && x[d] == sizes[d] && scales[d] == 1) {
      at[d] = index[d];
      return sample(in, index, at, d + 1);
    }
    double position = source(d, static_cast<double>(index[d]));
    if (!roi.empty() && (position < 0 || position > static_cast<double>(x[d] - 1)))
      return kBeside;
    if (mode == "nearest") {
      at[d] = inside(d, rounded(position));
      return sample(in, index, at, d + 1);
    }
    double below = std::floor(position);
    at[d] = inside(d, below);
    double first = sample(in, index, at, d + 1);
    at[d] = inside(d, below + 1);
    double second = sample(in, index, at, d + 1);
    return first * (1 - (position - below)) + second * (position - below);
  }
};
} // namespace

static std::string reals(const std::vector<double> &values) {
  std::string list = "array<f64";
  for (size_t d = 0; d < values.size(); ++d) {
    char text[32];
    snprintf(text, sizeof text, "%s%.17e", d ? ", " : ": ", values[d]);
    list += text;
  }
  return list + ">";
}

static Case resize(const Resize &p) {
  std::string crop = p.roi.empty() ? "" : ", roi = " + reals(p.roi) + ", extrapolation = " + std::to_string(kBeside);
  return {"resize",
          "sizes = " + numbers(p.sizes) + ", scales = " + reals(p.scales) + ", mode = \"" + p.mode +
              "\", coordinates = \"" + p.coordinates + "\", rounding = \"" + p.rounding + "\"" + crop,
          {{p.x}},
          p.sizes,
          [=](const std::vector<Tensor> &in) {
            Expected result(p.sizes);
            result.value.each([&](const Shape &index) {
              Shape at(index.size());
              result.set(index, p.sample(in[0], index, at, 0), p.mode == "nearest" ? 0 : 1);
            });
            return result;
          }};
}

static std::vector<Case> cases() {
  std::vector<Case> all;
  const char *coordinates[] = {"half_pixel",    "half_pixel_symmetric", "pytorch_half_pixel",
                               "align_corners", "asymmetric",           "tf_half_pixel_for_nn"};
  const char *roundings[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
  Resize twice{{1, 3, 5, 7}, {1, 3, 10, 14}, {1, 1, 2, 2}, "", ""};
  Resize down{{1, 3, 9, 13}, {1, 3, 5, 7}, {1, 1, 5.0 / 9, 7.0 / 13}, "", ""};
  Resize cut{{2, 17, 4, 4}, {2, 17, 7, 3}, {1, 1, 1.9, 0.8}, "", ""};
  Resize single{{1, 2, 5, 1}, {1, 2, 1, 3}, {1, 1, 0.2, 3}, "", ""};
  for (Resize p : {twice, down, cut, single})
    for (const char *mode : coordinates) {
      p.coordinates = mode;
      p.mode = "linear";
      all.push_back(resize(p));
      p.mode = "nearest";
      for (const char *rounding : roundings) {
        p.rounding = rounding;
        all.push_back(resize(p));
      }
    }
  all.push_back(resize({{1, 2, 3}, {1, 2, 7}, {1, 1, 7.0 / 3}, "linear", "half_pixel"}));
  all.push_back(resize({{1, 2, 3, 4, 2}, {1, 2, 6, 4, 3}, {1, 1, 2, 1, 1.5}, "linear", "half_pixel"}));
  // Within the image and beyond it, and to a single row.
  for (const char *mode : {"linear", "nearest"}) {
    const char *crop = "tf_crop_and_resize", *rounding = "round_prefer_floor";
    all.push_back(resize(
        {{1, 3, 5, 7}, {1, 3, 4, 9}, {1, 1, 0.8, 9.0 / 7}, mode, crop, rounding, {0, 0, 0.3, 0.1, 1, 1, 0.8, 0.7}}));
    all.push_back(resize(
        {{1, 3, 5, 7}, {1, 3, 1, 9}, {1, 1, 0.2, 9.0 / 7}, mode, crop, rounding, {0, 0, 0.3, -0.4, 1, 1, 0.8, 1.3}}));
  }
  for (const char *type : {"f64", "f16", "bf16"})
    all.push_back(resize({{1, 2, 3, 4}, {1, 2, 6, 8}, {1, 1, 2, 2}, "linear", "half_pixel"}).withType(type));
  return all;
}

static Family family("resize", cases);
