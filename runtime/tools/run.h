// SPDX-License-Identifier: Apache-2.0
// Runs a network on inputs, and measures.
#pragma once

#include "inputs.h"

#include <cnnc/host.h>

namespace cnnc {

/// Nanoseconds of a clock that never goes back.
uint64_t now_ns();
/// The most memory that the process ever held, in 10^6 bytes.
double peak_rss_mb();

/// A status that is not CNNC_OK becomes a Failure with the message of the runtime.
void check(cnnc_status status);

struct Measurement {
  std::vector<Tensor> outputs;
  int32_t threads = 1, batch = 1;
  double first_ms = 0;
  std::vector<double> times_ms;          ///< of the repeated runs, in ascending order
  std::vector<double> phase_ms;          ///< the mean of the runs, with `profile`
  double quantile_ms(double part) const; ///< 0.5: the median
};

/// Runs once, and if `repeat` is above 1 so often again, on `threads` workers.
Measurement run(const cnnc_network &network, const Inputs &inputs, int32_t threads, int repeat, bool profile);

} // namespace cnnc
