// SPDX-License-Identifier: Apache-2.0
// What the machine gives at this moment, in GFLOP/s: multiply-adds alone, and a register tile that also loads. Another
// program on the same physical core leaves the first almost alone and takes up to a third of the second.
#include <chrono>
#include <cstdint>

namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16, rows = 14, chains = 24;
#elif defined(__AVX2__)
constexpr int lanes = 8, rows = 6, chains = 12;
#else
constexpr int lanes = 4, rows = 6, chains = 12;
#endif
constexpr int columns = 2, depth = 64;
constexpr int flopsOfVector = 2 * lanes;

using Vector = float __attribute__((vector_size(lanes * sizeof(float))));

alignas(64) float pixels[rows][depth];
alignas(64) Vector weights[depth][columns];

/// The rate of a loop whose body does so many FLOPs.
template <typename Body>
double rate(int64_t repeats, double flops, Body body) {
  auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < repeats; ++i)
    body();
  std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return repeats * flops / taken.count();
}

/// Keeps a value in a register, and the compiler from knowing it.
inline void opaque(Vector &value) {
#if defined(__AVX512F__)
  asm volatile("" : "+v"(value));
#else
  asm volatile("" : "+x"(value));
#endif
}

} // namespace

extern "C" double cnnc_probe_tile(int64_t repeats) {
  return rate(repeats, double(rows) * columns * depth * flopsOfVector, [] {
    Vector sums[rows][columns] = {};
    asm volatile("" : : "r"(pixels), "r"(weights) : "memory");
#pragma clang loop unroll(disable)
    for (int k = 0; k < depth; ++k)
#pragma clang loop unroll(full)
      for (int row = 0; row < rows; ++row)
#pragma clang loop unroll(full)
        for (int column = 0; column < columns; ++column)
          sums[row][column] += pixels[row][k] * weights[k][column]; // contracted
    for (auto &row : sums)
      for (Vector &sum : row)
        opaque(sum);
  });
}

extern "C" double cnnc_probe_fma(int64_t repeats) {
  Vector sums[chains] = {}, a = {}, b = {};
  opaque(a);
  opaque(b);
  return rate(repeats, double(chains) * flopsOfVector, [&] {
#pragma clang loop unroll(full)
    for (Vector &sum : sums) {
      sum = __builtin_elementwise_fma(a, b, sum);
      opaque(sum);
    }
  });
}
