// SPDX-License-Identifier: Apache-2.0
// Random numbers that are functions of a seed, a name and a place: the same bits on every machine, in any order.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <array>
#include <cstdint>

namespace cnnc::weights {

/// Philox 4x32-10 (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, 2011).
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// One stream for each pair of seed and name. Arithmetic is IEEE's alone: no library function decides a bit.
class Random {
public:
  Random(uint64_t seed, llvm::StringRef name);

  /// Numbers 4 * block to 4 * block + 3: above 0 and below 1.
  std::array<double, 4> uniform(uint64_t block, uint32_t attempt = 0) const;
  /// Of mean 0 and deviation 1.
  std::array<double, 4> normal(uint64_t block, uint32_t attempt = 0) const;
  /// The same, each drawn again until it is at most 2 from 0.
  std::array<double, 4> truncatedNormal(uint64_t block) const;

private:
  std::array<uint32_t, 2> key;
};

} // namespace cnnc::weights
