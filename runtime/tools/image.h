// SPDX-License-Identifier: Apache-2.0
// From photographs to the input of a network.
#pragma once

#include "tensor.h"

#include <optional>

namespace cnnc {

/// The longest side of an image.
constexpr int most_pixels = 32768;

/// How a photograph becomes an input. What is not given comes from the network's metadata (host.h),
/// else from the way in which networks are trained on ImageNet.
struct ImageOptions {
  std::optional<int> resize, crop;
  std::optional<double> crop_fraction, scale;
  std::optional<std::string> interpolation;
  std::vector<double> mean, std;
};

/// Fills what `options` leaves open from the metadata; a Failure on a value that is none.
ImageOptions with_metadata(ImageOptions options, const cnnc_network &network);

/// Eight bits a channel, channels last.
struct Image {
  int width = 0, height = 0, channels = 0;
  std::vector<uint8_t> pixels;
};

/// Decodes JPEG, PNG, BMP and PNM to 1 or 3 channels; a Failure without the file's name.
Image decode_image(const std::vector<uint8_t> &file, int channels);

/// Resizes as Pillow and torchvision do: the filter grows with the reduction, so that no pixel is
/// skipped.
Image resize_image(const Image &image, int width, int height, bool bicubic);

/// The input of one image: f32 in 1xCxHxW or 1xHxWxC, normalised, or u8 in 1xHxWxC, the pixels as
/// they are.
Tensor image_input(const std::vector<uint8_t> &file, const cnnc_tensor &input, const ImageOptions &options);

} // namespace cnnc
