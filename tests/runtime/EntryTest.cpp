// SPDX-License-Identifier: Apache-2.0
// The code in every network: what it refuses, and that it computes each image with each number of
// threads.
#include <cnnc/host.h>

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

extern "C" {
const cnnc_network *first_model(void);
const cnnc_network *fixed_model(void);
const cnnc_network *foreign_model(void);
}

namespace {
/// A valid call of the fake network, to be spoiled by a test.
struct Call {
  explicit Call(int32_t batch = 1)
      : x(24 * batch), y(24 * batch, -1), sums(2 * batch, -1), in{x.data()}, out{y.data(), sums.data()} {
    std::iota(x.begin(), x.end(), -5.0f);
    call.struct_size = sizeof call;
    call.batch = batch;
    call.inputs = in;
    call.outputs = out;
    call.arena = arena;
  }
  cnnc_status run(const cnnc_network *network = first_model()) { return network->run(network, &call); }

  std::vector<float> x, y, sums;
  const void *in[1];
  void *out[2];
  alignas(64) float arena[32];
  cnnc_call call{};
};

void expectResult(const Call &call) {
  for (size_t i = 0; i < call.x.size(); ++i)
    EXPECT_EQ(call.y[i], call.x[i] > 0 ? 2 * call.x[i] : 0) << i;
  for (size_t channel = 0; channel < call.sums.size(); ++channel)
    EXPECT_EQ(call.sums[channel], std::accumulate(&call.y[12 * channel], &call.y[12 * channel] + 12, 0.0f) / 2);
}

uint64_t ticks() {
  static uint64_t now;
  return now += 3;
}
} // namespace

TEST(Entry, RunsWithoutThreads) {
  Call call;
  EXPECT_EQ(call.run(), CNNC_OK);
  expectResult(call);
}

TEST(Entry, RunsEachImageOfABatch) {
  for (int32_t threads : {1, 3}) {
    cnnc_pool *pool = nullptr;
    ASSERT_EQ(cnnc_pool_create(threads, &pool), CNNC_OK);
    Call call(5);
    call.call.threads = cnnc_pool_threads(pool);
    EXPECT_EQ(call.run(), CNNC_OK);
    expectResult(call);
    cnnc_pool_destroy(pool);
  }
}

TEST(Entry, AddsTheTimeOfEachPhase) {
  Call call(2);
  uint64_t ns[3] = {100, 0, 0};
  call.call.clock = ticks;
  call.call.phase_ns = ns;
  EXPECT_EQ(call.run(), CNNC_OK);
  EXPECT_EQ(ns[0], 106u);
  EXPECT_EQ(ns[1], 6u);
  EXPECT_EQ(ns[2], 6u);
}

TEST(Entry, RefusesNullPointers) {
  EXPECT_EQ(first_model()->run(nullptr, nullptr), CNNC_INVALID_ARGUMENT);
  EXPECT_EQ(first_model()->run(first_model(), nullptr), CNNC_INVALID_ARGUMENT);
  auto refuses = [](void (*spoil)(Call &)) {
    Call call;
    spoil(call);
    EXPECT_EQ(call.run(), CNNC_INVALID_ARGUMENT);
    EXPECT_EQ(call.y[0], -1) << "nothing is written";
  };
  refuses([](Call &call) { call.call.inputs = nullptr; });
  refuses([](Call &call) { call.call.outputs = nullptr; });
  refuses([](Call &call) { call.call.arena = nullptr; });
  refuses([](Call &call) { call.in[0] = nullptr; });
  refuses([](Call &call) { call.out[1] = nullptr; });
  refuses([](Call &call) { call.call.clock = ticks; });
  refuses([](Call &call) { call.call.struct_size = 8; });
  refuses([](Call &call) { call.call.arena = call.arena + 1; });
}

TEST(Entry, RefusesBatches) {
  Call none;
  none.call.batch = 0;
  EXPECT_EQ(none.run(), CNNC_INVALID_ARGUMENT);
  Call two(2);
  EXPECT_EQ(two.run(fixed_model()), CNNC_INVALID_BATCH);
  Call one(1);
  EXPECT_EQ(one.run(fixed_model()), CNNC_OK);
}

TEST(Entry, RefusesMachinesWithoutTheInstructions) {
  Call call;
  EXPECT_EQ(call.run(foreign_model()), CNNC_UNSUPPORTED_CPU);
  EXPECT_EQ(call.y[0], -1);
  EXPECT_EQ(cnnc_network_check(foreign_model()), CNNC_UNSUPPORTED_CPU);
}

#if defined(__x86_64__)
TEST(Entry, FindsTheInstructionsThatTheCompilerFinds) {
  uint64_t features = cnnc_cpu_features();
  EXPECT_EQ((features & CNNC_CPU_SSE4_2) != 0, __builtin_cpu_supports("sse4.2") != 0);
  EXPECT_EQ((features & CNNC_CPU_POPCNT) != 0, __builtin_cpu_supports("popcnt") != 0);
  EXPECT_EQ((features & CNNC_CPU_AVX) != 0, __builtin_cpu_supports("avx") != 0);
  EXPECT_EQ((features & CNNC_CPU_AVX2) != 0, __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ((features & CNNC_CPU_FMA) != 0, __builtin_cpu_supports("fma") != 0);
  EXPECT_EQ((features & CNNC_CPU_BMI) != 0, __builtin_cpu_supports("bmi") != 0);
  EXPECT_EQ((features & CNNC_CPU_BMI2) != 0, __builtin_cpu_supports("bmi2") != 0);
  EXPECT_EQ((features & CNNC_CPU_AVX512F) != 0, __builtin_cpu_supports("avx512f") != 0);
  EXPECT_EQ((features & CNNC_CPU_AVX512BW) != 0, __builtin_cpu_supports("avx512bw") != 0);
  EXPECT_EQ((features & CNNC_CPU_AVX512VL) != 0, __builtin_cpu_supports("avx512vl") != 0);
}
#endif
