// SPDX-License-Identifier: Apache-2.0
// The machine that code is made for. All widths, blocks and register tiles come from here, and all estimates of time.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace cnnc {

/// What a core does in a cycle, and how far away its memory is. Rates are those that kernels reach.
struct Core {
  llvm::StringRef name;
  double multiplyAdds; ///< full vectors a cycle
  double loads;        ///< full vectors a cycle
  double broadcasts;   ///< of one element, a cycle
  double folded;       ///< the same as an operand of a multiply-add
  double sums;         ///< that do not depend on each other and keep its units busy
  int64_t l1Bytes, l2Bytes, l3Bytes;
  double l2Rate, l3Rate, memoryRate; ///< bytes a cycle
  double gigahertz;                  ///< under such load, to say estimates as times
};

struct Target {
  std::string name;        ///< as asked for: native, x86-64-v3, cortex-a76
  std::string triple;      ///< LLVM's, such as x86_64-unknown-linux-gnu
  std::string cpu;         ///< LLVM's name of the instruction set or core, such as x86-64-v3
  std::string features;    ///< LLVM's, such as +avx2,+fma; may be empty
  std::string cpuFeatures; ///< what the library asks of the machine at load, such as avx2,fma

  int64_t vectorBits = 128;
  int64_t registers = 16; ///< vector registers
  bool hasFma = false;
  Core core;

  bool strict = false; ///< plain sums only: no algorithm that rounds more than they do

  /// Channels of a block: the same for all instruction sets, so that they can share packed weights.
  static constexpr int64_t kBlock = 16;

  int64_t lanes(int64_t elementBits = 32) const { return vectorBits / elementBits; }
  /// The instruction set and the core, such as `x86-64-v4 on zen4`: measured plans are for one of them.
  std::string describe() const { return cpu + " on " + core.name.str(); }

  /// From --mcpu (`native`, an x86-64 level, or a core that LLVM knows) and --mtriple (empty: this machine's).
  /// `native` asks CPUID, never the name of the machine's model, which virtual machines mask.
  static llvm::Expected<Target> get(llvm::StringRef cpu, llvm::StringRef triple);
};

} // namespace cnnc
