// SPDX-License-Identifier: Apache-2.0
// Geometry follows torchvision's: the short side is resized, then a centred region is cut out, then
// normalised.
#include "image.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#define STBI_MAX_DIMENSIONS 32768 // cnnc::most_pixels
#define STB_IMAGE_STATIC
// What photographs come in: each further decoder is one more that hostile files can reach.
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_ONLY_BMP
#define STBI_ONLY_PNM
#define STB_IMAGE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb_image.h>
#pragma GCC diagnostic pop

using namespace cnnc;

static std::vector<double> parse_numbers(const std::string &key, const std::string &text) {
  std::vector<double> numbers;
  const char *at = text.c_str();
  for (char *end;; at = end + 1) {
    numbers.push_back(strtod(at, &end));
    if (end == at || !std::isfinite(numbers.back()) || (*end && *end != ','))
      throw Failure("the network's metadata say " + key + " = '" + text + "', which is no number");
    if (!*end)
      return numbers;
  }
}

ImageOptions cnnc::with_metadata(ImageOptions options, const cnnc_network &network) {
  bool normalises = options.scale || !options.mean.empty() || !options.std.empty();
  auto takes_floats = [](const cnnc_tensor &input) { return input.type != CNNC_U8; };
  if (normalises && network.input_count &&
      std::none_of(network.inputs, network.inputs + network.input_count, takes_floats))
    throw Failure("--scale, --mean and --std: the network takes bytes as they are");
  // Of several ways to cut, a given one rules out the others.
  bool cut = options.crop || options.crop_fraction;
  for (uint32_t i = 0; i < network.metadata_count; ++i) {
    std::string key = network.metadata[i].key, value = network.metadata[i].value;
    auto number = [&] { return parse_numbers(key, value).front(); };
    auto within = [&](double least, double most) {
      if (!(number() >= least && number() <= most))
        throw Failure("the network's metadata say " + key + " = '" + value + "', which is out of range");
      return number();
    };
    if (key == "input.resize" && !options.resize && !cut)
      options.resize = int(within(1, most_pixels));
    else if (key == "input.crop" && !cut)
      options.crop = int(within(1, most_pixels));
    else if (key == "input.crop_fraction" && !cut)
      options.crop_fraction = within(0, 1);
    else if (key == "input.interpolation" && !options.interpolation)
      options.interpolation = value;
    else if (key == "input.scale" && !options.scale)
      options.scale = number();
    else if (key == "input.mean" && options.mean.empty())
      options.mean = parse_numbers(key, value);
    else if (key == "input.std" && options.std.empty())
      options.std = parse_numbers(key, value);
  }
  return options;
}

Image cnnc::decode_image(const std::vector<uint8_t> &file, int channels) {
  if (file.size() > size_t(INT32_MAX))
    throw Failure("is too large for a photograph");
  Image image;
  int found;
  std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> pixels(
      stbi_load_from_memory(file.data(), int(file.size()), &image.width, &image.height, &found, channels),
      stbi_image_free);
  if (!pixels)
    throw Failure(std::string("is no photograph that can be decoded (") + stbi_failure_reason() + ")");
  image.channels = channels;
  image.pixels.assign(pixels.get(), pixels.get() + size_t(image.width) * image.height * channels);
  return image;
}

static Image crop_centre(const Image &image, int width, int height) {
  if (width > image.width || height > image.height)
    throw Failure("is only " + std::to_string(image.width) + "x" + std::to_string(image.height) +
                  " pixels: cannot cut " + std::to_string(width) + "x" + std::to_string(height) +
                  " out of it; see --resize");
  size_t left = size_t(std::nearbyint((image.width - width) / 2.0)),
         top = size_t(std::nearbyint((image.height - height) / 2.0));
  size_t row = size_t(width) * image.channels;
  Image cropped{width, height, image.channels, std::vector<uint8_t>(row * height)};
  for (int y = 0; y < height; ++y)
    memcpy(&cropped.pixels[y * row], &image.pixels[((top + y) * image.width + left) * image.channels], row);
  return cropped;
}

/// Resizes and cuts to width x height.
static Image fit(Image image, int width, int height, const ImageOptions &options) {
  bool bicubic = options.interpolation == "bicubic";
  if (options.interpolation && !bicubic && options.interpolation != "bilinear")
    throw Failure("cannot be resized: the interpolation '" + *options.interpolation +
                  "' is neither bilinear nor bicubic");
  auto resize_by = [&](double factor) {
    image =
        resize_image(image, std::max(1, int(image.width * factor)), std::max(1, int(image.height * factor)), bicubic);
  };
  int shorter = std::min(image.width, image.height);
  double cover = std::max(double(width) / image.width, double(height) / image.height);
  const double tiny = 1e-9; // so that the side that decides does not lose a pixel to rounding
  if (options.resize)
    resize_by((*options.resize + tiny) / shorter);
  else if (!options.crop && !options.crop_fraction)
    resize_by(cover * 8 / 7 + tiny);

  if (options.crop)
    image = crop_centre(image, *options.crop, *options.crop);
  else if (options.crop_fraction) {
    double largest =
        std::min(double(image.width) / width, double(image.height) / height) * *options.crop_fraction + tiny;
    image = crop_centre(image, std::max(1, int(width * largest)), std::max(1, int(height * largest)));
  } else {
    image = crop_centre(image, width, height);
  }
  return resize_image(image, width, height, bicubic);
}

static double channel_value(const std::vector<double> &values, int channel) {
  return values.size() == 1 ? values[0] : values[channel];
}

Tensor cnnc::image_input(const std::vector<uint8_t> &file, const cnnc_tensor &input, const ImageOptions &options) {
  std::vector<int64_t> shape(input.shape, input.shape + input.rank);
  auto is_channels = [](int64_t extent) { return extent == 1 || extent == 3; };
  bool last = input.rank == 4 && is_channels(shape[3]) && (input.type == CNNC_U8 || !is_channels(shape[1]));
  bool first = input.rank == 4 && is_channels(shape[1]) && !last && input.type == CNNC_F32;
  if (!(first || (last && (input.type == CNNC_F32 || input.type == CNNC_U8))))
    throw Failure("cannot be input '" + std::string(input.name) +
                  "', which is no photograph: " + type_name(input.type) + " " + shape_text(shape));
  shape[0] = 1;
  int channels = int(shape[first ? 1 : 3]), height = int(shape[first ? 2 : 1]), width = int(shape[first ? 3 : 2]);
  Image image = fit(decode_image(file, channels), width, height, options);
  if (input.type == CNNC_U8)
    return {CNNC_U8, shape, std::move(image.pixels)};

  std::vector<double> mean = options.mean, deviation = options.std;
  if (mean.empty())
    mean = channels == 3 ? std::vector<double>{0.485, 0.456, 0.406} : std::vector<double>{0};
  if (deviation.empty())
    deviation = channels == 3 ? std::vector<double>{0.229, 0.224, 0.225} : std::vector<double>{1};
  for (const auto *values : {&mean, &deviation})
    if (values->size() != 1 && values->size() != size_t(channels))
      throw Failure("has " + std::to_string(channels) + " channels, mean or std " + std::to_string(values->size()));

  Tensor tensor{CNNC_F32, shape, std::vector<uint8_t>(shape_bytes(shape, CNNC_F32))};
  size_t pixels = size_t(width) * height;
  for (size_t pixel = 0; pixel < pixels; ++pixel)
    for (int channel = 0; channel < channels; ++channel) {
      double level = image.pixels[pixel * channels + channel] * options.scale.value_or(1.0 / 255);
      float value = float((level - channel_value(mean, channel)) / channel_value(deviation, channel));
      size_t index = first ? channel * pixels + pixel : pixel * channels + channel;
      memcpy(&tensor.data[index * sizeof value], &value, sizeof value);
    }
  return tensor;
}
