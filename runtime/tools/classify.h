// SPDX-License-Identifier: Apache-2.0
// The best labels of a classifier's output.
#pragma once

#include "tensor.h"

namespace cnnc {

struct Guess {
  size_t index;
  std::string label; ///< empty without labels
  double probability, score;
};

/// One label a line.
std::vector<std::string> read_labels(const std::string &path);

/// Whether the tensor gives a number to each of several classes: floats in NxC, NxCx1x1, or C.
bool is_classification(const Tensor &output);

/// For each image, the `count` best classes, best first. Scores that are no probabilities yet go
/// through softmax.
std::vector<std::vector<Guess>> classify(const Tensor &output, size_t count, const std::vector<std::string> &labels);

} // namespace cnnc
