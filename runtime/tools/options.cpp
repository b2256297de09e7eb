// SPDX-License-Identifier: Apache-2.0
// Arguments and their help.
#include "options.h"

#include <CLI/CLI.hpp>

using namespace cnnc;

static const char *const description = R"(Runs a network that cnnc compiled.

Inputs stand in the network's order: .npy, ONNX tensors (.pb), the bytes as they are (.raw, .bin); anything else is a
photograph (JPEG, PNG, BMP, PNM). Several files for a network of one input are the images of a batch.

A photograph is resized so that it covers 8/7 of the input's size (256 for 224), bilinearly; the centre is cut out; each
channel becomes (value / 255 - mean) / std with ImageNet's mean 0.485,0.456,0.406 and std 0.229,0.224,0.225. An input of
8-bit pixels gets them as they are. What the network's metadata say (input.resize, input.crop, input.crop_fraction,
input.interpolation, input.scale, input.mean, input.std) goes before that, and the options go before both.)";

static void add_image_options(CLI::App &app, ImageOptions &image) {
  const char *group = "Photographs";
  auto pixels = CLI::Range(1, most_pixels);
  app.add_option("--resize", image.resize, "Resize the short side to so many pixels")->check(pixels)->group(group);
  auto *crop =
      app.add_option("--crop", image.crop, "Cut a centred square of so many pixels; it is resized to the input's size");
  crop->check(pixels)->group(group);
  app.add_option("--crop-fraction", image.crop_fraction,
                 "Cut the largest centred region of the input's proportions, times this; it is "
                 "resized to the input's size")
      ->check(CLI::Range(0.0, 1.0))
      ->excludes(crop)
      ->group(group);
  app.add_option("--interpolation", image.interpolation, "bilinear or bicubic, as Pillow resizes")
      ->check(CLI::IsMember({"bilinear", "bicubic"}))
      ->group(group);
  app.add_option("--scale", image.scale, "Multiply each 8-bit value (default: 1/255)")->group(group);
  app.add_option("--mean", image.mean, "Then subtract: one number, or one a channel")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
  app.add_option("--std", image.std, "Then divide: one number, or one a channel")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group(group);
}

std::optional<Options> cnnc::parse_options(int argc, char **argv) {
  Options options;
  CLI::App app(description, "cnnc-run");
  app.add_option("model", options.model, "A shared library that cnnc wrote")->required()->type_name("MODEL.so");
  app.add_option("inputs", options.inputs, "Photographs, .npy, .pb, .raw")->type_name("INPUT");
  app.add_option("-o,--output", options.output, "Write each output as DIR/<name>.npy")->type_name("DIR");
  auto *top = app.add_option("--top", options.top, "How many labels to show (default: 5)")->check(CLI::Range(1, 1000));
  auto *labels = app.add_option("--labels", options.labels, "A file with a label on each line")->type_name("FILE");
  app.add_option("--threads", options.threads, "Default: 1; 0: as many as there are cores")->check(CLI::Range(0, 1024));
  app.add_option("--batch", options.batch, "Repeat the input until there are so many images")
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--repeat", options.repeat, "Run so often again, and show median, minimum and spread")
      ->check(CLI::Range(1, 1000000000));
  app.add_flag("--json", options.json, "Print one JSON object");
  app.add_flag("--info", options.info, "Show what the network takes, gives and needs");
  app.add_flag("--profile", options.profile, "Show the time of each phase");
  add_image_options(app, options.image);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &help) {
    app.exit(help);
    return std::nullopt;
  } catch (const CLI::ParseError &error) {
    throw Failure(std::string(error.what()) + "; see --help");
  }
  options.classify = *top || *labels;
  return options;
}
