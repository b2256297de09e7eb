// SPDX-License-Identifier: Apache-2.0
// Fills in the parameters of each region's plan, now that all layouts are known.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_CHOOSEPLANS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
struct ChoosePlans : graph::impl::ChoosePlansBase<ChoosePlans> {
  using ChoosePlansBase::ChoosePlansBase;

  void runOnOperation() override {
    auto target = Target::get(cpu, triple);
    if (!target) {
      emitError(getOperation().getLoc()) << llvm::toString(target.takeError());
      return signalPassFailure();
    }
    target->strict = strict;
    getOperation().walk([&](FusedOp fused) {
      auto algorithm = fused.getPlanAttr().getAlgorithm();
      fused.setPlanAttr(PlanAttr::get(&getContext(), algorithm, algorithmOf(fused).plan(fused, *target)));
    });
  }
};
} // namespace
