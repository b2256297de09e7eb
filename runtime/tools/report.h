// SPDX-License-Identifier: Apache-2.0
// What cnnc-run prints, as text and as JSON.
#pragma once

#include "classify.h"
#include "run.h"

#include <nlohmann/json_fwd.hpp>
#include <ostream>

namespace cnnc {

struct Report {
  const cnnc_network &network;
  const Measurement &measurement;
  const std::vector<std::string> &files; ///< of the outputs; empty if none were written
  const std::vector<std::vector<Guess>> &top;
  double open_ms;
  int repeat;
};

void print_info(const cnnc_network &network, std::ostream &out);
void print_report(const Report &report, std::ostream &out);

nlohmann::ordered_json info_json(const cnnc_network &network);
nlohmann::ordered_json report_json(const Report &report);

} // namespace cnnc
