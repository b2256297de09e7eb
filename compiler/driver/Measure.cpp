// SPDX-License-Identifier: Apache-2.0
// Runs libraries through the runtime's interface, on one thread.
#include "compiler/driver/Measure.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

using namespace cnnc;

static uint64_t nanoseconds() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

llvm::Expected<std::unique_ptr<MeasuredLibrary>> MeasuredLibrary::open(const std::string &path) {
  auto measured = std::make_unique<MeasuredLibrary>();
  auto failed = [] { return llvm::createStringError(cnnc_last_error()); };
  if (cnnc_library_open(path.c_str(), &measured->library) != CNNC_OK)
    return failed();
  const cnnc_network *network = measured->network = cnnc_library_network(measured->library);
  if (cnnc_network_check(network) != CNNC_OK || cnnc_arena_create(network, &measured->arena) != CNNC_OK)
    return failed();
  auto buffer = [&](const cnnc_tensor &tensor) { return measured->buffers.emplace_back(tensor.bytes).data(); };
  for (uint32_t i = 0; i < network->input_count; ++i)
    measured->inputs.push_back(buffer(network->inputs[i]));
  for (uint32_t i = 0; i < network->output_count; ++i)
    measured->outputs.push_back(buffer(network->outputs[i]));
  measured->times.resize(network->phase_count);
  return measured;
}

MeasuredLibrary::~MeasuredLibrary() {
  cnnc_arena_destroy(arena);
  cnnc_library_close(library);
}

void MeasuredLibrary::run(int counted) {
  for (int turn = 0; turn <= counted; ++turn) {
    std::vector<uint64_t> clocks(network->phase_count, 0);
    cnnc_call call = {sizeof call, 1, inputs.data(), outputs.data(), arena, nullptr, nanoseconds, clocks.data()};
    network->run(network, &call);
    for (size_t i = 0; turn && i < clocks.size(); ++i)
      times[i].push_back(clocks[i] / 1e3);
  }
}

std::vector<MeasuredLibrary::Layer> MeasuredLibrary::takeLayers() {
  std::vector<Layer> layers;
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < times.size(); ++i) {
    const cnnc_phase &phase = network->phases[i];
    std::vector<double> sorted = std::exchange(times[i], {});
    llvm::sort(sorted);
    double low = sorted.empty() ? 0 : sorted[sorted.size() * 8 / 100];
    std::string name = std::string(phase.nodes) + " | " + phase.shapes;
    auto [place, isNew] = known.try_emplace(name, layers.size());
    if (isNew)
      layers.push_back({name, phase.plan, 0});
    layers[place->second].microseconds += low;
  }
  return layers;
}
