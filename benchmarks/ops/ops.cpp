// SPDX-License-Identifier: Apache-2.0
// Times single layers beside oneDNN, in GFLOP/s of direct convolution and as a share of the multiply-adds that the core
// gives in the same run: cnnc-ops FOLDER [options of Google Benchmark], with what layers.py wrote into FOLDER.
#include "benchmarks/ops/layer.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cnnc/host.h>
#include <fstream>
#include <iostream>
#include <numeric>
#include <stdexcept>
#include <vector>

extern "C" double cnnc_probe_fma(int64_t repeats);

static uint64_t now() { return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1); }

namespace {

/// A compiled layer. Conversions of its input and output, which a network does once, are not counted.
class Compiled {
public:
  explicit Compiled(const std::string &path) {
    if (cnnc_library_open(path.c_str(), &library) != CNNC_OK || cnnc_network_check(network()) != CNNC_OK ||
        cnnc_arena_create(network(), &arena) != CNNC_OK)
      throw std::runtime_error(path + ": " + cnnc_last_error());
    input.resize(network()->inputs[0].bytes / sizeof(float), 0.5f);
    output.resize(network()->outputs[0].bytes / sizeof(float));
    spent.resize(network()->phase_count);
  }
  ~Compiled() {
    cnnc_arena_destroy(arena);
    cnnc_library_close(library);
  }
  Compiled(const Compiled &) = delete;

  /// Seconds of the phases that compute.
  double run() {
    const void *inputs[] = {input.data()};
    void *outputs[] = {output.data()};
    std::fill(spent.begin(), spent.end(), 0);
    cnnc_call call = {sizeof call, 1, inputs, outputs, arena, nullptr, now, spent.data()};
    network()->run(network(), &call);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < network()->phase_count; ++i)
      if (network()->phases[i].flops > 0)
        sum += spent[i];
    return sum * 1e-9;
  }

  std::string plan() const {
    for (uint32_t i = 0; i < network()->phase_count; ++i)
      if (network()->phases[i].flops > 0)
        return network()->phases[i].plan;
    return "";
  }

private:
  const cnnc_network *network() const { return cnnc_library_network(library); }

  cnnc_library *library = nullptr;
  void *arena = nullptr;
  std::vector<float> input, output;
  std::vector<uint64_t> spent;
};

} // namespace

/// Weights come from the last cache in a network, since other layers ran in between.
static void evict() {
  static std::vector<char> other(6 << 20, 1);
  benchmark::DoNotOptimize(std::accumulate(other.begin(), other.end(), 0));
}

/// Times what returns the seconds it took.
template <typename Run>
static void measure(benchmark::State &state, const Layer &layer, Run run) {
  static double peak = 0; // the best of the whole run: a single probe may be disturbed
  peak = std::max(peak, cnnc_probe_fma(1000000));
  double least = run();
  for (auto _ : state) {
    evict();
    double taken = run();
    state.SetIterationTime(taken);
    least = std::min(least, taken);
  }
  double rate = layer.flops() / least * 1e-9;
  state.counters["GFLOPs"] = rate;
  state.counters["% peak"] = 100 * rate / peak;
}

static std::vector<Layer> layersIn(const std::string &folder) {
  std::ifstream file(folder + "/layers.txt");
  std::vector<Layer> layers;
  for (Layer l; file >> l.name >> l.channels >> l.size >> l.filters >> l.kernel >> l.stride >> l.padding >> l.groups >>
                l.library;)
    layers.push_back(l);
  return layers;
}

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<Layer> layers = argc == 2 ? layersIn(argv[1]) : std::vector<Layer>();
  if (layers.empty()) {
    std::cerr << "cnnc-ops FOLDER: a folder that layers.py wrote\n";
    return 1;
  }
  for (const Layer &layer : layers) {
    benchmark::RegisterBenchmark((layer.name + "/cnnc").c_str(), [layer](benchmark::State &state) {
      Compiled compiled(layer.library);
      measure(state, layer, [&] { return compiled.run(); });
      state.SetLabel(compiled.plan());
    })->UseManualTime();
    benchmark::RegisterBenchmark((layer.name + "/oneDNN").c_str(), [layer](benchmark::State &state) {
      std::function<void()> run = onednnLayer(layer);
      measure(state, layer, [&] {
        uint64_t start = now();
        run();
        return (now() - start) * 1e-9;
      });
    })->UseManualTime();
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
