// SPDX-License-Identifier: Apache-2.0
// A line for each layer, and one below it for what was not chosen, with its estimate as a multiple of the chosen one.
#include "compiler/cost/PlanTable.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanText.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

static void printLayer(FusedOp op, const Target &target, llvm::raw_ostream &os) {
  PlanAttr plan = op.getPlanAttr();
  double cycles = algorithmOf(op).cycles(op, plan.getParameters(), target);
  os << layerText(op) << " | " << planText(plan) << " | " << flopsOf(op) << " flops | "
     << llvm::formatv("{0:f1} us estimated", cycles / target.core.gigahertz / 1e3) << '\n';

  // Of the chosen algorithm the next plan, and of each other one the best.
  SmallVector<Choice> choices = choicesFor(op, target), shown;
  for (const Choice &choice : choices)
    if (choice.plan() != plan &&
        llvm::none_of(shown, [&](const Choice &other) { return other.algorithm == choice.algorithm; }))
      shown.push_back(choice);
  std::string rejected;
  for (const Choice &choice : shown)
    rejected += (rejected.empty() ? "" : ", ") + planText(choice.plan()) +
                llvm::formatv(" ({0:f2}x)", choice.cycles / cycles).str();
  if (choices.size() > 1)
    os << "  rejected of " << choices.size() << ": " << rejected << '\n';
}

void cnnc::printPlans(ModuleOp scheduled, const Target &target, llvm::raw_ostream &os) {
  int64_t conversions = 0, plain = 0;
  os << "for " << target.describe() << '\n';
  scheduled.walk([&](Operation *op) {
    if (auto fused = dyn_cast<FusedOp>(op)) {
      plain += fused.getPlanAttr().getAlgorithm() == "plain";
      printLayer(fused, target, os);
    } else if (auto convert = dyn_cast<ConvertLayoutOp>(op)) {
      ++conversions;
      os << layerText(convert) << " | convert_layout " << convert.getX().getType() << " -> " << convert.getType()
         << " | for ";
      llvm::interleave(
          convert->getUsers(), os,
          [&](Operation *user) { os << (isa<func::ReturnOp>(user) ? "the output" : nodesOf(user->getLoc())); }, ", ");
      os << "\n";
    }
  });
  os << "plain lowerings: " << plain << "\nlayout conversions: " << conversions << "\n";
}
