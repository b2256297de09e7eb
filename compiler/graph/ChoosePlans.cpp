// SPDX-License-Identifier: Apache-2.0
// Fills in the parameters of each region's plan, now that all layouts are known.
#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanText.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnDialect.h"

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

  /// The wanted plan, if it is one of the candidates, or the cheapest.
  static PlanAttr planFor(FusedOp fused, const Target &target) {
    SmallVector<Choice> choices = choicesOf(algorithmOf(fused), fused, target);
    auto wanted = cast_or_null<StringAttr>(fused->removeAttr(CnnDialect::kWantedPlan));
    if (!wanted)
      return choices.front().plan();
    auto named = llvm::find_if(choices, [&](const Choice &choice) { return planText(choice.plan()) == wanted; });
    if (named != choices.end())
      return named->plan();
    PlanAttr instead = choices.front().plan();
    emitWarning(fused.getLoc()) << "plan '" << wanted.getValue() << "' is none for this layer here; it gets '"
                                << planText(instead) << "'";
    return instead;
  }

  void runOnOperation() override {
    auto target = Target::get(cpu, triple);
    if (!target) {
      emitError(getOperation().getLoc()) << llvm::toString(target.takeError());
      return signalPassFailure();
    }
    target->strict = strict;
    getOperation().walk([&](FusedOp fused) { fused.setPlanAttr(planFor(fused, *target)); });
  }
};
} // namespace
