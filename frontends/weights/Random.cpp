// SPDX-License-Identifier: Apache-2.0
// Philox, and the functions that turn its numbers into normal ones.
#include "frontends/weights/Random.h"

#include <bit>
#include <cmath>

using namespace cnnc::weights;

std::array<uint32_t, 4> cnnc::weights::philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr unsigned kRounds = 10;
  for (unsigned round = 0; round != kRounds; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * counter[0], b = uint64_t(0xCD9E8D57) * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key = {key[0] + 0x9E3779B9, key[1] + 0xBB67AE85};
  }
  return counter;
}

/// By the series of 2 artanh((m - 1) / (m + 1)), m within a factor of sqrt(2) from 1.
static double logarithm(double x) {
  constexpr double kLog2 = 0.693147180559945309417, kSqrt2 = 1.41421356237309504880;
  auto bits = std::bit_cast<uint64_t>(x);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  auto m = std::bit_cast<double>((bits & (uint64_t(-1) >> 12)) | uint64_t(1023) << 52);
  if (m > kSqrt2)
    m /= 2, ++exponent;
  double t = (m - 1) / (m + 1), square = t * t, sum = 0;
  for (int k = 23; k > 0; k -= 2)
    sum = sum * square + 1.0 / k;
  return exponent * kLog2 + 2 * t * sum;
}

/// cos(2 pi x) for x from 0 to 1, by the Taylor series within an eighth of a turn.
static double cosineOfTurns(double x) {
  constexpr double kTurn = 6.28318530717958647693;
  int quarter = static_cast<int>(x * 4 + 0.5);
  double angle = (x - quarter / 4.0) * kTurn, square = angle * angle;
  bool isSine = quarter % 2;
  double sum = 0;
  for (int k = isSine ? 17 : 16; k > 1; k -= 2)
    sum = (sum + 1) * -square / (k * (k - 1));
  double value = isSine ? -angle * (sum + 1) : sum + 1;
  return quarter % 4 >= 2 ? -value : value;
}

/// FNV-1a over the seed and the name.
Random::Random(uint64_t seed, llvm::StringRef name) {
  uint64_t hash = 0xCBF29CE484222325;
  auto add = [&](uint8_t byte) { hash = (hash ^ byte) * 0x100000001B3; };
  for (unsigned i = 0; i != 64; i += 8)
    add(static_cast<uint8_t>(seed >> i));
  for (char c : name)
    add(static_cast<uint8_t>(c));
  key = {static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32)};
}

std::array<double, 4> Random::uniform(uint64_t block, uint32_t attempt) const {
  auto words = philox({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), attempt, 0}, key);
  std::array<double, 4> values;
  for (unsigned i = 0; i != 4; ++i)
    values[i] = (words[i] + 0.5) * 0x1p-32;
  return values;
}

/// Box and Muller: two uniform numbers make two normal ones, as a cosine and a sine.
std::array<double, 4> Random::normal(uint64_t block, uint32_t attempt) const {
  std::array<double, 4> values = uniform(block, attempt);
  for (unsigned i = 0; i != 4; i += 2) {
    double radius = std::sqrt(-2 * logarithm(values[i])), turns = values[i + 1];
    values[i] = radius * cosineOfTurns(turns);
    values[i + 1] = radius * cosineOfTurns(turns < 0.25 ? turns + 0.75 : turns - 0.25);
  }
  return values;
}

std::array<double, 4> Random::truncatedNormal(uint64_t block) const {
  // Five of a hundred are drawn again.
  constexpr uint32_t kAttempts = 64;
  std::array<double, 4> values = normal(block);
  for (uint32_t attempt = 1; attempt != kAttempts; ++attempt) {
    std::array<double, 4> others = normal(block, attempt);
    bool isDone = true;
    for (unsigned i = 0; i != 4; ++i)
      if (std::abs(values[i]) > 2)
        values[i] = others[i], isDone = false;
    if (isDone)
      break;
  }
  return values;
}
