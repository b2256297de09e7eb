// SPDX-License-Identifier: Apache-2.0
// Whether a network fits this program and this machine, and memory to run it in.
#include "status.h"

#include <cstdlib>

using cnnc::fail;

static constexpr struct {
  uint64_t bit;
  const char *name;
} instruction_sets[] = {
    {CNNC_CPU_SSE4_2, "sse4.2"},     {CNNC_CPU_POPCNT, "popcnt"},     {CNNC_CPU_AVX, "avx"},
    {CNNC_CPU_AVX2, "avx2"},         {CNNC_CPU_FMA, "fma"},           {CNNC_CPU_F16C, "f16c"},
    {CNNC_CPU_BMI, "bmi"},           {CNNC_CPU_BMI2, "bmi2"},         {CNNC_CPU_LZCNT, "lzcnt"},
    {CNNC_CPU_MOVBE, "movbe"},       {CNNC_CPU_AVX512F, "avx512f"},   {CNNC_CPU_AVX512BW, "avx512bw"},
    {CNNC_CPU_AVX512CD, "avx512cd"}, {CNNC_CPU_AVX512DQ, "avx512dq"}, {CNNC_CPU_AVX512VL, "avx512vl"},
    {CNNC_CPU_NEON, "neon"}};

cnnc_status cnnc_network_check(const cnnc_network *network) {
  if (!network)
    return fail(CNNC_INVALID_ARGUMENT, "the network is NULL");
  if (network->abi_version != CNNC_ABI_VERSION)
    return fail(CNNC_INCOMPATIBLE, "the network speaks version %u of the C interface, this program version %u",
                network->abi_version, CNNC_ABI_VERSION);
  if (network->struct_size < sizeof(cnnc_network))
    return fail(CNNC_INCOMPATIBLE, "the network's descriptor has %u bytes, this program needs %zu",
                network->struct_size, sizeof(cnnc_network));
  uint64_t missing = network->cpu_features & ~cnnc_cpu_features();
  for (const auto &set : instruction_sets)
    if (missing & set.bit)
      return fail(CNNC_UNSUPPORTED_CPU, "this machine has no %s; the network was compiled for %s", set.name,
                  network->cpu);
  if (missing)
    return fail(CNNC_UNSUPPORTED_CPU, "this machine lacks instructions; the network was compiled for %s", network->cpu);
  return CNNC_OK;
}

cnnc_status cnnc_arena_create(const cnnc_network *network, void **arena) {
  if (!network || !arena)
    return fail(CNNC_INVALID_ARGUMENT, "the network or the arena is NULL");
  if (!network->arena_bytes) {
    *arena = nullptr;
    return CNNC_OK;
  }
  void *memory = nullptr;
  if (posix_memalign(&memory, network->arena_alignment, network->arena_bytes))
    return fail(CNNC_OUT_OF_MEMORY, "no %llu bytes for the arena", (unsigned long long)network->arena_bytes);
  *arena = memory;
  return CNNC_OK;
}

void cnnc_arena_destroy(void *arena) { free(arena); }
