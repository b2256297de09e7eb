// SPDX-License-Identifier: Apache-2.0
// The end of a file's name tells how it is read.
#include "inputs.h"

#include "npy.h"
#include "tensor_proto.h"

#include <algorithm>
#include <cctype>

using namespace cnnc;

static std::string extension(const std::string &path) {
  size_t dot = path.find_last_of("./");
  std::string text = dot == std::string::npos || path[dot] == '/' ? "" : path.substr(dot + 1);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return text;
}

static std::vector<int64_t> shape_of(const cnnc_tensor &tensor) { return {tensor.shape, tensor.shape + tensor.rank}; }

/// Bytes in the network's type, for as many images as there are.
static Tensor raw_input(std::vector<uint8_t> data, const cnnc_tensor &input, bool free_batch) {
  Tensor tensor{input.type, shape_of(input), std::move(data)};
  size_t bytes = tensor.data.size();
  bool fits = free_batch && input.rank && input.bytes ? bytes && bytes % input.bytes == 0 : bytes == input.bytes;
  if (!fits)
    throw Failure("holds " + std::to_string(bytes) + " bytes, input '" + input.name + "' takes " +
                  std::to_string(input.bytes) + (free_batch ? " an image" : ""));
  if (free_batch && input.rank && input.bytes)
    tensor.shape[0] = int64_t(bytes / input.bytes);
  return tensor;
}

static void check_input(const Tensor &tensor, const cnnc_tensor &input, bool free_leading) {
  std::vector<int64_t> shape = shape_of(input);
  bool fits = tensor.shape.size() == shape.size() && tensor.type == input.type;
  for (size_t i = 0; fits && i < shape.size(); ++i)
    fits = tensor.shape[i] == shape[i] || (i == 0 && free_leading && tensor.shape[i] > 0);
  if (!fits)
    throw Failure("holds " + std::string(type_name(tensor.type)) + " " + shape_text(tensor.shape) + ", input '" +
                  input.name + "' is " + type_name(input.type) + " " + shape_text(shape));
}

/// One file; its leading extent may be any number of images if `free_leading`.
static Tensor read_input(const std::string &path, const cnnc_tensor &input, bool free_leading,
                         const ImageOptions &options, bool &photographs) {
  std::vector<uint8_t> file = read_file(path);
  std::string kind = extension(path);
  try {
    Tensor tensor;
    if (kind == "npy")
      tensor = parse_npy(file);
    else if (kind == "pb")
      tensor = parse_tensor_proto(file);
    else if (kind == "raw" || kind == "bin")
      return raw_input(std::move(file), input, free_leading);
    else {
      tensor = image_input(file, input, options);
      photographs = true;
      free_leading |= input.rank == 4 && input.shape[0] > 1;
    }
    check_input(tensor, input, free_leading);
    return tensor;
  } catch (const Failure &failure) {
    throw Failure(path + ": " + failure.what());
  }
}

/// The images of all files, as one tensor.
static Tensor read_batch(const std::vector<std::string> &files, const cnnc_tensor &input, const ImageOptions &options,
                         bool &photographs) {
  Tensor all;
  for (const std::string &path : files) {
    Tensor tensor = read_input(path, input, input.rank > 0, options, photographs);
    if (all.shape.empty()) {
      all = std::move(tensor);
      continue;
    }
    all.shape[0] += tensor.shape[0];
    all.data.insert(all.data.end(), tensor.data.begin(), tensor.data.end());
  }
  return all;
}

static void repeat(Tensor &tensor, int64_t times) {
  size_t size = tensor.data.size();
  tensor.data.reserve(size * times);
  for (int64_t i = 1; i < times; ++i)
    tensor.data.insert(tensor.data.end(), tensor.data.begin(), tensor.data.begin() + size);
  if (!tensor.shape.empty())
    tensor.shape[0] *= times;
}

/// How many images the tensor is for a network whose batch is free.
static int64_t images(const Tensor &tensor) { return tensor.shape.empty() ? 1 : tensor.shape[0]; }

static std::string expected(const cnnc_network &network) {
  std::string text =
      "the network takes " + std::to_string(network.input_count) + " input" + (network.input_count == 1 ? "" : "s");
  for (uint32_t i = 0; i < network.input_count; ++i)
    text += (i ? ", '" : " ('") + std::string(network.inputs[i].name) + "' " + type_name(network.inputs[i].type) + " " +
            shape_text(shape_of(network.inputs[i]));
  return text + (network.input_count ? ")" : "");
}

Inputs cnnc::read_inputs(const cnnc_network &network, const std::vector<std::string> &files,
                         const ImageOptions &options, int32_t batch) {
  Inputs inputs;
  if (network.input_count == 1 && files.size() > 1) {
    inputs.tensors.push_back(read_batch(files, network.inputs[0], options, inputs.photographs));
    if (!network.free_batch && inputs.tensors[0].data.size() != network.inputs[0].bytes)
      throw Failure(expected(network) + "; its batch is fixed, the " + std::to_string(files.size()) + " files are " +
                    shape_text(inputs.tensors[0].shape));
  } else {
    if (files.size() != network.input_count)
      throw Failure(expected(network) + "; " + std::to_string(files.size()) + " files were given");
    for (uint32_t i = 0; i < network.input_count; ++i) {
      inputs.tensors.push_back(
          read_input(files[i], network.inputs[i], network.free_batch != 0, options, inputs.photographs));
      if (!network.free_batch && inputs.tensors.back().data.size() != network.inputs[i].bytes)
        throw Failure(files[i] + ": is one image; input '" + network.inputs[i].name + "' takes " +
                      std::to_string(network.inputs[i].shape[0]));
    }
  }
  if (!network.free_batch) {
    if (batch)
      throw Failure("--batch: the network's batch is fixed");
    return inputs;
  }

  int64_t count = inputs.tensors.empty() ? 1 : images(inputs.tensors[0]);
  for (const Tensor &tensor : inputs.tensors)
    if (images(tensor) != count)
      throw Failure("the inputs hold different numbers of images: " + std::to_string(count) + " and " +
                    std::to_string(images(tensor)));
  if (batch) {
    if (batch % count)
      throw Failure("--batch " + std::to_string(batch) + " is no multiple of the " + std::to_string(count) + " images");
    for (Tensor &tensor : inputs.tensors)
      repeat(tensor, batch / count);
    count = batch;
  }
  if (count > INT32_MAX)
    throw Failure("too many images");
  inputs.batch = int32_t(count);
  return inputs;
}
