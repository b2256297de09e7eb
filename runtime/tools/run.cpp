// SPDX-License-Identifier: Apache-2.0
// Memory and threads are had before the first run, so that only the network is timed.
#include "run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sys/resource.h>

using namespace cnnc;

uint64_t cnnc::now_ns() {
  return uint64_t(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

double cnnc::peak_rss_mb() {
  // getrusage() would count what the parent held before exec.
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.rfind("VmHWM:", 0) == 0)
      return std::stod(line.substr(6)) * 1024 / 1e6;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024 / 1e6;
}

void cnnc::check(cnnc_status status) {
  if (status != CNNC_OK)
    throw Failure(cnnc_last_error());
}

double Measurement::quantile_ms(double part) const {
  double at = part * double(times_ms.size() - 1);
  size_t below = size_t(at), above = std::min(below + 1, times_ms.size() - 1);
  return times_ms[below] + (times_ms[above] - times_ms[below]) * (at - double(below));
}

static Tensor make_output(const cnnc_network &network, const cnnc_tensor &output, int32_t batch) {
  Tensor tensor{output.type, {output.shape, output.shape + output.rank}, {}};
  if (network.free_batch && output.rank)
    tensor.shape[0] *= batch;
  if (output.bytes > UINT64_MAX / uint64_t(batch))
    throw Failure("out of memory");
  tensor.data.resize(output.bytes * uint64_t(batch));
  return tensor;
}

Measurement cnnc::run(const cnnc_network &network, const Inputs &inputs, int32_t threads, int repeat, bool profile) {
  cnnc_pool *created = nullptr;
  check(cnnc_pool_create(threads, &created));
  std::unique_ptr<cnnc_pool, decltype(&cnnc_pool_destroy)> pool(created, cnnc_pool_destroy);
  void *memory = nullptr;
  check(cnnc_arena_create(&network, &memory));
  std::unique_ptr<void, decltype(&cnnc_arena_destroy)> arena(memory, cnnc_arena_destroy);

  Measurement measured;
  measured.batch = inputs.batch;
  measured.threads = cnnc_pool_threads(created)->count;
  std::vector<const void *> in;
  std::vector<void *> out;
  for (const Tensor &tensor : inputs.tensors)
    in.push_back(tensor.data.data());
  for (uint32_t i = 0; i < network.output_count; ++i)
    measured.outputs.push_back(make_output(network, network.outputs[i], inputs.batch));
  for (Tensor &tensor : measured.outputs)
    out.push_back(tensor.data.data());

  std::vector<uint64_t> phase_ns(network.phase_count + 1);
  cnnc_call call{};
  call.struct_size = sizeof call;
  call.batch = inputs.batch;
  call.inputs = in.data();
  call.outputs = out.data();
  call.arena = memory;
  call.threads = measured.threads > 1 ? cnnc_pool_threads(created) : nullptr;
  call.clock = profile ? now_ns : nullptr;
  call.phase_ns = profile ? phase_ns.data() : nullptr;

  auto time_ms = [&] {
    uint64_t start = now_ns();
    cnnc_status status = network.run(&network, &call);
    uint64_t end = now_ns();
    if (status != CNNC_OK)
      throw Failure(std::string("the network cannot be run: ") + cnnc_status_text(status));
    return double(end - start) / 1e6;
  };
  measured.first_ms = time_ms();
  if (repeat > 1) {
    std::fill(phase_ns.begin(), phase_ns.end(), 0);
    for (int i = 0; i < repeat; ++i)
      measured.times_ms.push_back(time_ms());
    std::sort(measured.times_ms.begin(), measured.times_ms.end());
  } else {
    measured.times_ms.push_back(measured.first_ms);
  }
  if (profile)
    for (uint32_t i = 0; i < network.phase_count; ++i)
      measured.phase_ms.push_back(double(phase_ns[i]) / 1e6 / double(measured.times_ms.size()));
  return measured;
}
