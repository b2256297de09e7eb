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

const Level &levelOf(function_ref<bool(StringRef)> has) {
  if (has("avx512f") && has("avx512bw") && has("avx512dq") && has("avx512vl"))
    return kLevels[2];
  return has("avx2") && has("fma") ? kLevels[1] : kLevels[0];
}

Error unknownCpu(StringRef cpu, const Triple &triple) {
  return createStringError("unknown processor '" + cpu + "' for " + triple.str() +
                           "; use native, x86-64-v2, x86-64-v3, x86-64-v4, or a core's name such as cortex-a76");
}

Expected<const Level *> findLevel(StringRef cpu, const Triple &triple) {
  for (const Level &level : kLevels)
    if (level.name == cpu)
      return &level;
  SmallVector<StringRef> known;
  X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  if (!is_contained(known, cpu))
    return unknownCpu(cpu, triple);
  SmallVector<StringRef> features;
  X86::getFeaturesForCPU(cpu, features);
  StringSet<> set;
  for (StringRef feature : features)
    set.insert(feature.ltrim('+'));
  return &levelOf([&](StringRef feature) { return set.contains(feature); });
}
} // namespace

Expected<Target> Target::get(StringRef cpu, StringRef tripleName) {
  Triple host(sys::getDefaultTargetTriple());
  Triple triple(tripleName.empty() ? host.str() : Triple::normalize(tripleName));
  Target target;
  target.triple = triple.str();

  if (triple.getArch() == Triple::aarch64) {
    target.cpu = cpu.empty() || cpu == "native" ? "generic" : cpu.str();
    if (target.cpu != "generic" && !AArch64::parseCpu(target.cpu))
      return unknownCpu(cpu, triple);
    target.cpuFeatures = "neon";
    target.registers = 32;
    target.hasFma = true;
    return target;
  }
  if (triple.getArch() != Triple::x86_64)
    return createStringError("no kernels for " + triple.str() + "; cnnc knows x86_64 and aarch64");

  const Level *level = nullptr;
  if (cpu.empty() || cpu == "native") {
    if (host.getArch() != Triple::x86_64)
      return createStringError("'native' is not an x86_64 machine here; name the processor with --mcpu");
    StringMap<bool> features = sys::getHostCPUFeatures();
    level = &levelOf([&](StringRef feature) { return features.lookup(feature); });
    target.cpu = level->name.str();
  } else {
    Expected<const Level *> found = findLevel(cpu, triple);
    if (!found)
      return found.takeError();
    level = *found;
    target.cpu = cpu.str();
  }
  target.vectorBits = level->vectorBits;
  target.registers = level->registers;
  target.hasFma = level->fma;
  target.cpuFeatures = level->cpuFeatures.str();
  if (level->vectorBits == 512) {
    target.l1Bytes = 48 << 10;
    target.l2Bytes = 2 << 20;
  }
  return target;
}
