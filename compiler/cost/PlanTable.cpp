// SPDX-License-Identifier: Apache-2.0
// A line for each layer, and one below it for what was not chosen, with its estimate as a multiple of the chosen one.
#include "compiler/cost/PlanTable.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanText.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
class Table {
public:
  Table(const Target &target, llvm::raw_ostream &os, MeasuredTime measured)
      : target(target), os(os), measured(measured) {}
  void print(ModuleOp scheduled);

private:
  void printLayer(FusedOp op);
  void printConversion(ConvertLayoutOp convert);
  std::optional<double> timeOf(Operation *op, StringRef plan) {
    return measured ? measured(layerText(op), plan) : std::nullopt;
  }
  std::string timeText(std::optional<double> time) {
    return time ? llvm::formatv(" | {0:f1} us measured", *time).str() : "";
  }

  const Target &target;
  llvm::raw_ostream &os;
  MeasuredTime measured;
};

void Table::printLayer(FusedOp op) {
  PlanAttr plan = op.getPlanAttr();
  double cycles = algorithmOf(op).cycles(op, plan.getParameters(), target);
  std::optional<double> time = timeOf(op, planText(plan));
  os << layerText(op) << " | " << planText(plan) << " | " << flopsOf(op) << " flops | "
     << llvm::formatv("{0:f1} us estimated", cycles / target.core.gigahertz / 1e3) << timeText(time) << '\n';

  // Of the chosen algorithm the next plan, of each other one the best, and all that were measured.
  SmallVector<Choice> choices = choicesFor(op, target), shown;
  std::string rejected;
  for (const Choice &choice : choices) {
    if (choice.plan() == plan)
      continue;
    std::optional<double> own = timeOf(op, planText(choice.plan()));
    if (!own && llvm::any_of(shown, [&](const Choice &other) { return other.algorithm == choice.algorithm; }))
      continue;
    shown.push_back(choice);
    rejected +=
        llvm::formatv("{0}{1} ({2:f2}x", rejected.empty() ? "" : ", ", planText(choice.plan()), choice.cycles / cycles);
    rejected += own && time ? llvm::formatv(", measured {0:f2}x)", *own / *time).str() : ")";
  }
  if (choices.size() > 1)
    os << "  rejected of " << choices.size() << ": " << rejected << '\n';
}

void Table::printConversion(ConvertLayoutOp convert) {
  os << layerText(convert) << " | convert_layout " << convert.getX().getType() << " -> " << convert.getType()
     << " | for ";
  llvm::interleave(
      convert->getUsers(), os,
      [&](Operation *user) { os << (isa<func::ReturnOp>(user) ? "the output" : nodesOf(user->getLoc())); }, ", ");
  os << timeText(timeOf(convert, "")) << '\n';
}

void Table::print(ModuleOp scheduled) {
  int64_t conversions = 0, plain = 0;
  os << "for " << target.describe() << '\n';
  scheduled.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (auto chain = dyn_cast<ChainOp>(op)) {
      os << layerText(chain) << " | chain rows=" << chain.getRows() << " of the stages that follow"
         << timeText(timeOf(chain, planText(chain))) << '\n';
    } else if (auto fused = dyn_cast<FusedOp>(op)) {
      plain += fused.getPlanAttr().getAlgorithm() == "plain";
      printLayer(fused);
    } else if (auto convert = dyn_cast<ConvertLayoutOp>(op)) {
      ++conversions;
      printConversion(convert);
    }
  });
  os << "plain lowerings: " << plain << "\nlayout conversions: " << conversions << "\n";
}
} // namespace

void cnnc::printPlans(ModuleOp scheduled, const Target &target, llvm::raw_ostream &os, MeasuredTime measured) {
  Table(target, os, measured).print(scheduled);
}
