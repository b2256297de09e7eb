// SPDX-License-Identifier: Apache-2.0
// The command line of cnnc-run.
#pragma once

#include "image.h"

namespace cnnc {

struct Options {
  std::string model;
  std::vector<std::string> inputs;
  std::string output, labels;
  int top = 5, repeat = 1;
  int32_t threads = 1, batch = 0;
  bool json = false, info = false, profile = false;
  bool classify = false; ///< asked for by --top or --labels
  ImageOptions image;
};

/// Nothing after --help; a Failure if the command line is wrong.
std::optional<Options> parse_options(int argc, char **argv);

} // namespace cnnc
