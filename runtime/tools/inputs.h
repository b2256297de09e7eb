// SPDX-License-Identifier: Apache-2.0
// From the files on the command line to what a call of the network gets.
#pragma once

#include "image.h"

namespace cnnc {

struct Inputs {
  std::vector<Tensor> tensors; ///< in the network's order, each of the whole batch
  int32_t batch = 1;           ///< images in a call
  bool photographs = false;
};

/// Reads the files in the order of the inputs; several files for a network of one input are the
/// images of a batch. `batch` repeats them until there are so many images; 0: as many as there are.
Inputs read_inputs(const cnnc_network &network, const std::vector<std::string> &files, const ImageOptions &options,
                   int32_t batch);

} // namespace cnnc
