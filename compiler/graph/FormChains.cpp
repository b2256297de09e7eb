// SPDX-License-Identifier: Apache-2.0
// Chains regions whose results would have to come back from beyond the second cache: expand, depthwise and project of a
// mobile block, a stem and its pool, a bottleneck of 1x1, 3x3 and 1x1.
//   1. decide for each bottleneck as a whole, as the user wants or as the estimates say, with a remark either way;
//   2. decide for all other pairs of a region and its only reader;
//   3. wrap what was decided, longest chains first; a stage whose algorithm cannot compute rows alone gets one that
//   can.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/Constants.h"

#include "llvm/Support/FormatVariadic.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_FORMCHAINS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
constexpr int64_t kMostRows = 8;

int64_t weightBytes(FusedOp op) {
  int64_t bytes = 0;
  for (Value operand : op.getInputs())
    if (constantOf(operand))
      bytes += bytesOf(operand.getType());
  return bytes;
}

/// The region that alone reads the result of `stage`, as its anchor's first operand.
FusedOp onlyReader(FusedOp stage) {
  if (stage->getNumResults() != 1 || !layoutOf(stage->getResult(0).getType()) || !stage->getResult(0).hasOneUse())
    return {};
  auto next = dyn_cast<FusedOp>(*stage->getResult(0).getUsers().begin());
  return next && next.getAnchorInput(0) == stage->getResult(0) ? next : FusedOp();
}

ConvOp convOf(FusedOp op) { return dyn_cast<ConvOp>(op.getAnchor()); }
ArrayRef<int64_t> windowOf(ConvOp conv) {
  return cast<RankedTensorType>(conv.getWeight().getType()).getShape().take_back(2);
}
bool isPointwise(FusedOp op) {
  ConvOp conv = convOf(op);
  return conv && windowOf(conv) == ArrayRef<int64_t>{1, 1} && conv.getGroups() == 1;
}

double cheapest(const Algorithm &algorithm, FusedOp op, const Target &target) {
  return choicesOf(algorithm, op, target).front().cycles;
}

/// The algorithm of a stage: the region's own, or the cheapest that can compute rows alone and takes the same layout.
const Algorithm *stageAlgorithm(FusedOp op, const Target &target) {
  const Algorithm &own = algorithmOf(op);
  if (own.rowWindow(op))
    return &own;
  const Algorithm *best = nullptr;
  for (const Algorithm *other : algorithms())
    if (other->accepts(op, target) && other->rowWindow(op) &&
        other->operandLayout(op, 0).block == own.operandLayout(op, 0).block &&
        (!best || cheapest(*other, op, target) < cheapest(*best, op, target)))
      best = other;
  return best;
}

/// What a chain saves and what it costs, in cycles.
struct Estimate {
  double saved = 0, spent = 0;
  /// Much of what is saved would have been hidden; what is spent is certain.
  bool pays() const { return saved > 1.3 * spent; }
};

struct FormChains : graph::impl::FormChainsBase<FormChains> {
  using FormChainsBase::FormChainsBase;

  void runOnOperation() override {
    auto known = Target::get(cpu, triple);
    if (!known) {
      emitError(getOperation().getLoc()) << llvm::toString(known.takeError());
      return signalPassFailure();
    }
    target = &*known;
    target->strict = strict;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      auto regions = llvm::to_vector(function.getBody().front().getOps<FusedOp>());
      for (FusedOp region : regions)
        decideBottleneck(region);
      for (FusedOp region : regions)
        if (FusedOp next = onlyReader(region); next && !links.contains(region))
          if (stageAlgorithm(region, *target) && stageAlgorithm(next, *target) && estimate({region, next}).pays())
            links[region] = next;
      for (FusedOp region : regions)
        if (region->getParentOp() == function) // no stage yet
          wrap(region);
    }
  }

private:
  /// A 1x1 convolution, one with a larger window, and a 1x1 again.
  void decideBottleneck(FusedOp first) {
    FusedOp middle = isPointwise(first) ? onlyReader(first) : FusedOp();
    FusedOp last = middle ? onlyReader(middle) : FusedOp();
    if (!last || !convOf(middle) || isPointwise(middle) || !isPointwise(last))
      return;
    SmallVector<FusedOp> stages = {first, middle, last};
    bool possible = llvm::all_of(stages, [&](FusedOp stage) { return stageAlgorithm(stage, *target); });
    Estimate cost = estimate(stages);
    bool fuse = possible && (bottleneck == "always" || (bottleneck == "auto" && cost.pays()));
    links[first] = fuse ? middle : FusedOp();
    links[middle] = fuse ? last : FusedOp();
    std::string why = "a convolution cannot be computed row by row";
    if (possible)
      why = llvm::formatv("{0:f0} thousand cycles of cache traffic saved, {1:f0} thousand spent", cost.saved / 1000,
                          cost.spent / 1000);
    emitRemark(middle.getLoc()) << "bottleneck " << (fuse ? "fused" : "left in three phases")
                                << " (--bottleneck=" << bottleneck << "): " << why;
  }

  /// Saved is the way of the results between the stages to beyond the second cache and back, if they do not stay there;
  /// their lines are also fetched before they are written.
  /// Spent are weights that each band reads again, and algorithms that are slower.
  Estimate estimate(ArrayRef<FusedOp> stages) {
    Estimate cost;
    int64_t weights = 0;
    for (size_t i = 0; i != stages.size(); ++i) {
      FusedOp stage = stages[i];
      weights += weightBytes(stage);
      const Algorithm *algorithm = stageAlgorithm(stage, *target);
      if (algorithm && algorithm != &algorithmOf(stage))
        cost.spent += cheapest(*algorithm, stage, *target) - cheapest(algorithmOf(stage), stage, *target);
      if (i + 1 == stages.size())
        break;
      FusedOp next = stages[i + 1];
      int64_t between = bytesOf(stage->getResultTypes());
      int64_t beside = std::max(bytesOf(stage.getAnchorInput(0).getType()), bytesOf(next->getResultTypes()));
      if (between + beside > target->core.l2Bytes)
        cost.saved += between * (3 / target->core.l3Rate - 2 / target->core.l2Rate);
    }
    int64_t height = cast<RankedTensorType>(stages.back()->getResult(0).getType()).getDimSize(2);
    int64_t bands = llvm::divideCeilSigned(height, rowsFor(weights));
    if (weights > target->core.l1Bytes / 2)
      cost.spent += static_cast<double>(bands) * weights /
                    (weights > target->core.l2Bytes / 2 ? target->core.l3Rate : target->core.l2Rate);
    return cost;
  }

  /// Rows of a band: as few as possible, so that the rings are small, but more where the weights of all stages leave
  /// the first cache.
  int64_t rowsFor(int64_t weights) {
    return std::clamp<int64_t>(llvm::divideCeilSigned(weights, target->core.l1Bytes), 1, kMostRows);
  }

  void wrap(FusedOp first) {
    SmallVector<FusedOp> stages = {first};
    int64_t weights = weightBytes(first);
    while (FusedOp next = links.lookup(stages.back())) {
      stages.push_back(next);
      weights += weightBytes(next);
    }
    if (stages.size() < 2)
      return;
    FusedOp last = stages.back();
    OpBuilder builder(last);
    auto locations = llvm::map_to_vector(stages, [](FusedOp stage) { return stage.getLoc(); });
    auto chain = ChainOp::create(builder, builder.getFusedLoc(locations), last->getResult(0).getType(),
                                 builder.getI64IntegerAttr(rowsFor(weights)));
    Block &body = chain.getBody().emplaceBlock();
    last->getResult(0).replaceAllUsesWith(chain.getY());
    for (FusedOp stage : stages) {
      auto name = builder.getStringAttr(stageAlgorithm(stage, *target)->name());
      stage.setPlanAttr(PlanAttr::get(&getContext(), name, builder.getDictionaryAttr({})));
      stage->moveBefore(&body, body.end());
    }
    builder.setInsertionPointToEnd(&body);
    YieldOp::create(builder, last.getLoc(), last->getResults());
  }

  Target *target = nullptr;
  /// The stage after each region for which this was decided; null if it is to stay alone.
  llvm::DenseMap<Operation *, FusedOp> links;
};
} // namespace
