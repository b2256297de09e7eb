// SPDX-License-Identifier: Apache-2.0
// Resizing by a separable filter: along rows, then along columns, with 8 bits a channel in between.
#include "image.h"

#include <algorithm>
#include <cmath>

using namespace cnnc;

static double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

/// Keys' cubic with a = -1/2.
static double cubic(double x) {
  x = std::abs(x);
  if (x < 1)
    return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/// The pixels from which one pixel is made.
struct Taps {
  int first;
  std::vector<float> weights;
};

static std::vector<Taps> filter_taps(int from, int to, bool bicubic) {
  double ratio = double(from) / to, widen = std::max(1.0, ratio), radius = widen * (bicubic ? 2 : 1);
  std::vector<Taps> all(to);
  for (int i = 0; i < to; ++i) {
    double centre = (i + 0.5) * ratio, sum = 0;
    int first = std::max(0, int(centre - radius + 0.5)), end = std::min(from, int(centre + radius + 0.5));
    std::vector<double> weights;
    for (int at = first; at < end; ++at) {
      double x = (at + 0.5 - centre) / widen;
      weights.push_back(bicubic ? cubic(x) : triangle(x));
      sum += weights.back();
    }
    all[i].first = first;
    for (double weight : weights)
      all[i].weights.push_back(float(weight / sum));
  }
  return all;
}

/// Filters the middle axis of `outer` x extent x `inner` bytes.
static std::vector<uint8_t> filter_axis(const std::vector<uint8_t> &from, int outer, int extent, size_t inner, int to,
                                        bool bicubic) {
  std::vector<Taps> taps = filter_taps(extent, to, bicubic);
  std::vector<uint8_t> result(size_t(outer) * to * inner);
  std::vector<float> sums(inner);
  uint8_t *out = result.data();
  for (int o = 0; o < outer; ++o)
    for (const Taps &tap : taps) {
      std::fill(sums.begin(), sums.end(), 0.5f);
      const uint8_t *in = &from[(size_t(o) * extent + tap.first) * inner];
      for (float weight : tap.weights)
        for (size_t i = 0; i < inner; ++i)
          sums[i] += weight * *in++;
      for (float sum : sums)
        *out++ = uint8_t(std::clamp(sum, 0.0f, 255.0f));
    }
  return result;
}

Image cnnc::resize_image(const Image &image, int width, int height, bool bicubic) {
  if (width > most_pixels || height > most_pixels)
    throw Failure("cannot be resized to " + std::to_string(width) + "x" + std::to_string(height) + " pixels");
  Image resized = image;
  if (width != image.width)
    resized.pixels = filter_axis(image.pixels, image.height, image.width, image.channels, width, bicubic);
  if (height != image.height)
    resized.pixels = filter_axis(resized.pixels, 1, image.height, size_t(width) * image.channels, height, bicubic);
  resized.width = width;
  resized.height = height;
  return resized;
}
