// SPDX-License-Identifier: Apache-2.0
// A layer that both sides compute.
#ifndef CNNC_BENCHMARKS_OPS_LAYER_H
#define CNNC_BENCHMARKS_OPS_LAYER_H

#include <functional>
#include <string>

struct Layer {
  std::string name;
  int channels, size, filters, kernel, stride, padding, groups; // kernel 0: fully connected
  std::string library;

  int extent() const { return kernel ? (size + 2 * padding - kernel) / stride + 1 : 1; }
  double flops() const {
    return 2.0 * filters * extent() * extent() * (channels / groups) * (kernel ? kernel * kernel : 1);
  }
};

/// The layer as oneDNN computes it in the layouts that it likes best.
std::function<void()> onednnLayer(const Layer &layer);

#endif
