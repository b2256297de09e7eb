// SPDX-License-Identifier: Apache-2.0
// Ways from a module to numbers: emitter, instruction set, compiler, machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cnnc::numeric {

/// The bytes of tensors.
using Buffers = std::vector<std::vector<char>>;

struct Target {
  std::string name;     ///< of the test
  std::string options;  ///< of cnnc
  std::string compiler; ///< with flags, that builds what cnnc wrote; empty: cnnc makes a library itself
  std::string emulator; ///< runs programs for another machine; empty: this one does
  unsigned every;       ///< how many cases there are for one that is tried

  /// Why this machine cannot run it, or nothing.
  std::optional<std::string> unavailable() const;
  /// Builds `module` in `folder`; the error is what the tools printed.
  std::optional<std::string> build(const std::string &module, const std::string &folder) const;
  /// Runs what was built there. `outputs` have their sizes.
  std::optional<std::string> run(const std::string &folder, const Buffers &inputs, Buffers &outputs, int threads) const;
};

const std::vector<Target> &targets();

} // namespace cnnc::numeric
