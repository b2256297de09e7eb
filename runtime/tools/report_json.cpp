// SPDX-License-Identifier: Apache-2.0
// The JSON: the same facts for programs.
#include "report.h"

#include <nlohmann/json.hpp>

using namespace cnnc;
using Json = nlohmann::ordered_json;

static Json tensors_json(const cnnc_tensor *tensors, uint32_t count) {
  Json list = Json::array();
  for (uint32_t i = 0; i < count; ++i)
    list.push_back({{"name", tensors[i].name},
                    {"shape", std::vector<int64_t>(tensors[i].shape, tensors[i].shape + tensors[i].rank)},
                    {"dtype", type_name(tensors[i].type)}});
  return list;
}

Json cnnc::info_json(const cnnc_network &network) {
  Json metadata = Json::object();
  for (uint32_t i = 0; i < network.metadata_count; ++i)
    metadata[network.metadata[i].key] = network.metadata[i].value;
  return {{"name", network.name},
          {"inputs", tensors_json(network.inputs, network.input_count)},
          {"outputs", tensors_json(network.outputs, network.output_count)},
          {"free_batch", network.free_batch != 0},
          {"weight_bytes", network.weight_bytes},
          {"arena_bytes", network.arena_bytes},
          {"cpu", network.cpu},
          {"phases", network.phase_count},
          {"metadata", metadata}};
}

static Json profile_json(const Report &report) {
  Json list = Json::array();
  double total = 0;
  for (double ms : report.measurement.phase_ms)
    total += ms;
  const Measurement &measured = report.measurement;
  for (size_t i = 0; i < measured.phase_ms.size(); ++i) {
    const cnnc_phase &phase = report.network.phases[i];
    double ms = measured.phase_ms[i];
    list.push_back({{"name", phase.name},
                    {"nodes", phase.nodes},
                    {"kernel", phase.kernel},
                    {"shapes", phase.shapes},
                    {"plan", phase.plan},
                    {"flops", phase.flops},
                    {"bytes", phase.bytes},
                    {"ms", ms},
                    {"gflop_s", ms > 0 ? double(phase.flops) * measured.batch / ms / 1e6 : 0},
                    {"share", total > 0 ? ms / total : 0}});
  }
  return list;
}

Json cnnc::report_json(const Report &report) {
  const Measurement &measured = report.measurement;
  Json outputs = Json::array(), top = Json::array();
  for (size_t i = 0; i < measured.outputs.size(); ++i) {
    Json output = {{"name", report.network.outputs[i].name}};
    if (!report.files.empty())
      output["file"] = report.files[i];
    output["shape"] = measured.outputs[i].shape;
    output["dtype"] = type_name(measured.outputs[i].type);
    outputs.push_back(output);
  }
  for (const auto &guesses : report.top) {
    Json list = Json::array();
    for (const Guess &guess : guesses)
      list.push_back(
          {{"index", guess.index}, {"label", guess.label}, {"probability", guess.probability}, {"score", guess.score}});
    top.push_back(list);
  }
  Json json = {{"outputs", outputs},
               {"top", top},
               {"threads", measured.threads},
               {"repeat", report.repeat},
               {"median_ms", measured.quantile_ms(0.5)},
               {"min_ms", measured.quantile_ms(0)},
               {"spread_ms", measured.quantile_ms(0.75) - measured.quantile_ms(0.25)},
               {"open_ms", report.open_ms},
               {"first_ms", measured.first_ms},
               {"peak_rss_mb", peak_rss_mb()}};
  if (!measured.phase_ms.empty())
    json["profile"] = profile_json(report);
  return json;
}
