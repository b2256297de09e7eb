// SPDX-License-Identifier: Apache-2.0
// Regions that need more weights than arithmetic (fully connected layers, gates of squeeze and excitation) wait for
// memory, while it has little to do before, where convolutions compute. This pass lets those ask for the weights:
//   1. weights lie in the order of execution, so that each region has a stretch of them;
//   2. from the last region to the first, one that will wait leaves its stretch, and one that computes takes of the
//      latest stretch left what it has room for;
//   3. what would have to wait in the cache for too long is left out, and so is all where the cache holds the network.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnDialect.h"

#include <deque>

namespace cnnc::graph {
#define GEN_PASS_DEF_PREFETCHWEIGHTS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
/// Bytes of all weights.
struct Stretch {
  int64_t begin, end;
};
/// A shorter stretch is not worth the trouble.
constexpr int64_t kLeast = 32 << 10;

struct PrefetchWeights : graph::impl::PrefetchWeightsBase<PrefetchWeights> {
  using PrefetchWeightsBase::PrefetchWeightsBase;

  void runOnOperation() override {
    auto target = Target::get(cpu, triple);
    if (!target) {
      emitError(getOperation().getLoc()) << llvm::toString(target.takeError());
      return signalPassFailure();
    }
    for (auto function : getOperation().getOps<func::FuncOp>())
      share(function, *target);
  }

  void share(func::FuncOp function, const Target &target) {
    SmallVector<std::pair<FusedOp, Stretch>> regions;
    int64_t total = 0;
    function.walk([&](FusedOp region) {
      int64_t begin = total;
      total += algorithmOf(region).weightBytes(region);
      regions.push_back({region, {begin, total}});
    });
    if (total < target.core.l3Bytes / 4)
      return;

    std::deque<Stretch> wanted; // by falling place
    for (auto &[region, own] : llvm::reverse(regions)) {
      if (waits(region, own, target)) {
        if (!wanted.empty() && wanted.back().begin == own.end)
          wanted.back().begin = own.begin;
        else
          wanted.push_back(own);
        continue;
      }
      int64_t furthest = own.end + target.core.l3Bytes / 3;
      while (!wanted.empty() && isLost(wanted.front(), furthest))
        wanted.pop_front();
      int64_t room = wanted.empty() ? 0 : algorithmOf(region).prefetchRoom(region, target);
      if (room < kLeast)
        continue;
      Stretch &latest = wanted.front();
      int64_t first = std::max(latest.begin, latest.end - room);
      region->setAttr(CnnDialect::kAhead, DenseI64ArrayAttr::get(&getContext(), {first - own.end, latest.end - first}));
      latest.end = first;
    }
  }

  /// Whether the weights come from memory more slowly than the region computes.
  static bool waits(FusedOp region, const Stretch &own, const Target &target) {
    double computing = flopsOf(region) / (2 * target.core.multiplyAdds * target.lanes());
    return (own.end - own.begin) / target.core.memoryRate > computing;
  }

  /// Leaves of a stretch what lies before `furthest`.
  static bool isLost(Stretch &stretch, int64_t furthest) {
    stretch.end = std::min(stretch.end, furthest);
    return stretch.end - stretch.begin < kLeast;
  }
};
} // namespace
