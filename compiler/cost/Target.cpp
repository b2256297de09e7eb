// SPDX-License-Identifier: Apache-2.0
// Target descriptions of the instruction sets, and CPUID for this machine's.
#include "compiler/cost/Target.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace cnnc;
using namespace llvm;

namespace {
constexpr int64_t KiB = 1 << 10, MiB = 1 << 20;

/// Cores that differ in what kernels should do, told apart by their features.
constexpr Core kNeon = {"neon", 2, 2, 2, 2, 8, 64 * KiB, 1 * MiB, 8 * MiB, 32, 12, 6, 2.8};
constexpr Core kSse = {"sse", 1, 2, 2, 2, 4, 32 * KiB, 512 * KiB, 8 * MiB, 24, 10, 5, 3.5};
constexpr Core kAvx2 = {"avx2", 2, 2, 2, 2, 8, 32 * KiB, 512 * KiB, 16 * MiB, 32, 12, 6, 3.5};
/// Intel's servers: two 512-bit units, and a third cache that is large, shared and slow.
constexpr Core kAvx512 = {"avx512", 2, 2, 3, 1.9, 20, 48 * KiB, 2 * MiB, 32 * MiB, 48, 9, 4.5, 3.0};
/// 512-bit instructions on 256-bit units.
constexpr Core kZen4 = {"zen4", 1, 1, 2, 2, 4, 32 * KiB, 1 * MiB, 32 * MiB, 32, 16, 7, 3.7};
constexpr Core kZen5 = {"zen5", 2, 2, 2, 2, 20, 48 * KiB, 1 * MiB, 32 * MiB, 48, 16, 8, 4.0};

/// What an x86-64 level offers (x86-64 psABI, table of micro-architecture levels).
struct Level {
  StringLiteral name;
  int64_t vectorBits, registers;
  bool fma;
  StringLiteral cpuFeatures;
};
constexpr Level kLevels[] = {
    {"x86-64-v2", 128, 16, false, "sse4_2,popcnt"},
    {"x86-64-v3", 256, 16, true, "avx,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe,popcnt"},
    {"x86-64-v4", 512, 32, true,
     "avx,avx2,fma,f16c,bmi,bmi2,lzcnt,movbe,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl"},
};

using HasFeature = function_ref<bool(StringRef)>;

void fillIn(Target &target, HasFeature has) {
  // They imply AVX512F, which lists of features leave out.
  bool isV4 = has("avx512bw") && has("avx512dq") && has("avx512vl");
  const Level &level = kLevels[isV4 ? 2 : has("avx2") && has("fma") ? 1 : 0];
  target.vectorBits = level.vectorBits;
  target.registers = level.registers;
  target.hasFma = level.fma;
  target.cpuFeatures = level.cpuFeatures.str();
  // AMD's cores have SSE4a, and the fifth generation of Zen was the first with this one more.
  const Core &wide = !has("sse4a") ? kAvx512 : has("avx512vp2intersect") ? kZen5 : kZen4;
  target.core = isV4 ? wide : level.fma ? kAvx2 : kSse;
  if (target.cpu.empty())
    target.cpu = level.name.str();
}

Error unknownCpu(StringRef cpu, const Triple &triple) {
  return createStringError("unknown processor '" + cpu + "' for " + triple.str() +
                           "; use native, x86-64-v2, x86-64-v3, x86-64-v4, or a core's name such as cortex-a76");
}
} // namespace

Expected<Target> Target::get(StringRef cpu, StringRef tripleName) {
  Triple host(sys::getDefaultTargetTriple());
  Triple triple(tripleName.empty() ? host.str() : Triple::normalize(tripleName));
  Target target;
  target.name = cpu.str();
  target.triple = triple.str();

  if (triple.getArch() == Triple::aarch64) {
    target.cpu = cpu.empty() || cpu == "native" ? "generic" : cpu.str();
    if (target.cpu != "generic" && !AArch64::parseCpu(target.cpu))
      return unknownCpu(cpu, triple);
    target.cpuFeatures = "neon";
    target.registers = 32;
    target.hasFma = true;
    target.core = kNeon;
    return target;
  }
  if (triple.getArch() != Triple::x86_64)
    return createStringError("no kernels for " + triple.str() + "; cnnc knows x86_64 and aarch64");

  if (cpu.empty() || cpu == "native") {
    if (host.getArch() != Triple::x86_64)
      return createStringError("'native' is not an x86_64 machine here; name the processor with --mcpu");
    StringMap<bool> features = sys::getHostCPUFeatures();
    fillIn(target, [&](StringRef feature) { return features.lookup(feature); });
    return target;
  }
  SmallVector<StringRef> known, features;
  X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  if (!is_contained(known, cpu))
    return unknownCpu(cpu, triple);
  X86::getFeaturesForCPU(cpu, features);
  StringSet<> set;
  for (StringRef feature : features)
    set.insert(feature.ltrim('+'));
  target.cpu = cpu.str();
  fillIn(target, [&](StringRef feature) { return set.contains(feature); });
  return target;
}
