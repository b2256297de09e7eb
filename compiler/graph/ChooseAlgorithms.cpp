// SPDX-License-Identifier: Apache-2.0
// Gives each region the wanted algorithm, or that of the cheapest plan, which decides the layouts of its operands and
// results, and inserts a conversion where a value comes in another block size, unless its phase can write any. Values
// enter and leave the network in plain NCHW.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/Constants.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_CHOOSEALGORITHMS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
int64_t blockOf(Value value) {
  BlockedAttr layout = layoutOf(value.getType());
  return layout ? layout.getBlock() : 0;
}

RankedTensorType withBlock(RankedTensorType type, int64_t block) {
  if (block == 0)
    return withoutLayout(type);
  return RankedTensorType::get(type.getShape(), type.getElementType(),
                               BlockedAttr::get(type.getContext(), block, {0, 0, 0, 0}));
}

/// The channels of a blocked 1x1 image lie as in a plain matrix; those of several, if they fill their blocks.
bool isViewOfBlocked(ReshapeOp reshape) {
  auto from = cast<RankedTensorType>(reshape.getX().getType()), to = cast<RankedTensorType>(reshape.getType());
  return from.getRank() == 4 && from.getDimSize(2) == 1 && from.getDimSize(3) == 1 && to.getRank() == 2 &&
         to.getDimSize(0) == from.getDimSize(0) &&
         (from.getDimSize(0) == 1 || from.getDimSize(1) % Target::kBlock == 0);
}

struct ChooseAlgorithms : graph::impl::ChooseAlgorithmsBase<ChooseAlgorithms> {
  using ChooseAlgorithmsBase::ChooseAlgorithmsBase;

  void runOnOperation() override {
    auto target = Target::get(cpu, triple);
    if (!target) {
      emitError(getOperation().getLoc()) << llvm::toString(target.takeError());
      return signalPassFailure();
    }
    target->strict = strict;
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Operation &op : llvm::make_early_inc_range(function.getBody().front())) {
        if (auto fused = dyn_cast<FusedOp>(op))
          choose(fused, *target);
        else if (auto reshape = dyn_cast<ReshapeOp>(op); reshape && !isViewOfBlocked(reshape))
          convert(reshape.getXMutable(), 0);
        else if (isa<func::ReturnOp>(op))
          for (OpOperand &operand : op.getOpOperands())
            convert(operand, 0);
      }
  }

  /// The wanted algorithm, or the one with the cheapest plan.
  const Algorithm &algorithmFor(FusedOp fused, const Target &target) {
    if (auto wanted = fused->getAttrOfType<StringAttr>(CnnDialect::kWantedPlan)) {
      const Algorithm *named = findAlgorithm(wanted.getValue().split(' ').first);
      if (named && named->accepts(fused, target))
        return *named;
    }
    return *choicesFor(fused, target).front().algorithm;
  }

  void choose(FusedOp fused, const Target &target) {
    const Algorithm &algorithm = algorithmFor(fused, target);
    auto name = StringAttr::get(&getContext(), algorithm.name());
    fused.setPlanAttr(PlanAttr::get(&getContext(), name, DictionaryAttr::get(&getContext())));
    for (OpOperand &operand : fused->getOpOperands())
      if (!constantOf(operand.get())) {
        LayoutNeed need = algorithm.operandLayout(fused, operand.getOperandNumber());
        if (need.block != LayoutNeed::kAny)
          convert(operand, need.block);
      }
    for (OpResult result : fused->getResults()) {
      int64_t block = algorithm.resultLayout(fused, result.getResultNumber()).block;
      if (block == LayoutNeed::kAny)
        open.insert(result);
      else
        result.setType(withBlock(cast<RankedTensorType>(result.getType()), block));
    }
  }

  void convert(OpOperand &operand, int64_t block) {
    Value value = operand.get();
    if (open.erase(value))
      value.setType(withBlock(cast<RankedTensorType>(value.getType()), block));
    if (blockOf(value) == block)
      return;
    Value &converted = conversions[{value, block}];
    if (!converted) {
      OpBuilder builder(operand.getOwner());
      auto type = withBlock(cast<RankedTensorType>(value.getType()), block);
      converted = ConvertLayoutOp::create(builder, value.getLoc(), type, value);
    }
    operand.set(converted);
  }

  llvm::DenseMap<std::pair<Value, int64_t>, Value> conversions;
  /// Results whose phases write any layout, and that no reader has asked for one yet.
  llvm::DenseSet<Value> open;
};
} // namespace
