// SPDX-License-Identifier: Apache-2.0
// Times the layers of compiled networks on this machine.
#pragma once

#include "runtime/include/cnnc/host.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace cnnc {

/// A library with its memory, and a clock for each phase.
class MeasuredLibrary {
public:
  static llvm::Expected<std::unique_ptr<MeasuredLibrary>> open(const std::string &path);
  ~MeasuredLibrary();

  /// One run to have the weights at hand as in steady use, and some that count.
  void run(int counted);

  struct Layer {
    std::string name, plan; ///< nodes | shapes, and what --emit=plans prints
    double microseconds;
  };
  /// A low quantile of each layer's times since the last call, phases of one layer together: disturbances only add.
  std::vector<Layer> takeLayers();

private:
  cnnc_library *library = nullptr;
  const cnnc_network *network = nullptr;
  void *arena = nullptr;
  std::vector<std::vector<char>> buffers;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  std::vector<std::vector<double>> times; ///< of each phase
};

} // namespace cnnc
