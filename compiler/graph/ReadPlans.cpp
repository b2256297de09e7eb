// SPDX-License-Identifier: Apache-2.0
// Marks regions with the plans that a file wants for them. Layers that the network does not have are named in a
// warning: the file may be for an older version of it.
#include "compiler/cost/PlanFile.h"
#include "compiler/cost/PlanText.h"
#include "compiler/cost/Target.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnDialect.h"

#include "llvm/ADT/MapVector.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_READPLANS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
struct ReadPlans : graph::impl::ReadPlansBase<ReadPlans> {
  using ReadPlansBase::ReadPlansBase;

  Location at(unsigned line) { return FileLineColLoc::get(&getContext(), file, line, line ? 1 : 0); }

  void runOnOperation() override {
    if (file.empty())
      return;
    auto target = Target::get(cpu, triple);
    if (!target) {
      emitError(getOperation().getLoc()) << llvm::toString(target.takeError());
      return signalPassFailure();
    }
    llvm::Expected<PlanFile> plans = PlanFile::read(file);
    if (!plans) {
      llvm::handleAllErrors(plans.takeError(),
                            [&](const PlanFileError &error) { emitError(at(error.line)) << error.reason; });
      return signalPassFailure();
    }
    if (plans->target != target->describe())
      emitWarning(at(0)) << "measured for " << plans->target << ", and this is " << target->describe();

    llvm::MapVector<StringRef, StringRef> wanted;
    for (const PlanFile::Entry &entry : plans->entries)
      wanted[entry.layer] = entry.plan;
    getOperation().walk([&](FusedOp fused) {
      std::string layer = layerText(fused);
      if (auto found = wanted.find(layer); found != wanted.end()) {
        fused->setAttr(CnnDialect::kWantedPlan, StringAttr::get(&getContext(), found->second));
        wanted.erase(found);
      }
    });
    if (!wanted.empty())
      emitWarning(at(0)) << "the network has no layer '" << llvm::join(llvm::make_first_range(wanted), "', '") << "'";
  }
};
} // namespace
