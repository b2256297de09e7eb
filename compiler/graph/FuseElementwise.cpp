// SPDX-License-Identifier: Apache-2.0
// Groups each operator with the elementwise operators that only continue its result, and wraps each group in a
// `cnn.fused` region:
//   1. walk in program order; an operator begins a group, unless it is elementwise and may continue one;
//   2. it may continue a group if it alone uses the group's last value, and keeps its shape and element type (behind
//      an operator that only moves elements, a type may become f32); of two such groups (a residual addition) it joins
//      the one that ends later, when the other's result is already there;
//   3. wrap the groups, each at the place of its last operator.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/SetVector.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
using Group = SmallVector<Operation *>;

/// Constants, views and ends of functions are no phases.
bool isPhase(Operation *op) {
  return isa<CnnDialect>(op->getDialect()) && isa<LowerableOpInterface>(op) && !isa<ReshapeOp>(op);
}

bool isF32(Value value) { return cast<RankedTensorType>(value.getType()).getElementType().isF32(); }

bool mayContinue(Operation *op, Value last, Operation *anchor) {
  return isa<ElementwiseOpInterface>(op) && last.hasOneUse() && op->getNumResults() == 1 &&
         cast<RankedTensorType>(op->getResult(0).getType()).getShape() ==
             cast<RankedTensorType>(last.getType()).getShape() &&
         (isF32(last) || anchor->hasTrait<MovesElements>()) && isF32(op->getResult(0)) &&
         llvm::all_of(op->getOperands(), [&](Value value) { return value == last || isF32(value); });
}

bool takesEpilogue(Operation *anchor) {
  return anchor->hasTrait<TakesEpilogue>() || isa<ElementwiseOpInterface>(anchor);
}

void wrap(const Group &group) {
  Operation *last = group.back();
  llvm::SetVector<Value> inputs;
  llvm::SmallPtrSet<Operation *, 8> members(group.begin(), group.end());
  for (Operation *op : group)
    for (Value operand : op->getOperands())
      if (!members.contains(operand.getDefiningOp()))
        inputs.insert(operand);

  OpBuilder builder(last);
  SmallVector<Location> locations = llvm::map_to_vector(group, [](Operation *op) { return op->getLoc(); });
  auto fused = FusedOp::create(builder, builder.getFusedLoc(locations), last->getResultTypes(), inputs.getArrayRef(),
                               PlanAttr());
  Block &block = fused.getBody().emplaceBlock();
  IRMapping mapping;
  for (Value input : inputs)
    mapping.map(input, block.addArgument(input.getType(), input.getLoc()));
  builder.setInsertionPointToStart(&block);
  for (Operation *op : group)
    builder.clone(*op, mapping);
  auto results = llvm::map_to_vector(last->getResults(), [&](Value value) { return mapping.lookup(value); });
  YieldOp::create(builder, last->getLoc(), results);
  last->replaceAllUsesWith(fused);
  for (Operation *op : llvm::reverse(group))
    op->erase();
}

struct FuseElementwise : graph::impl::FuseElementwiseBase<FuseElementwise> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (Block &block : function.getBody())
        fuse(block);
  }

  void fuse(Block &block) {
    std::vector<Group> groups;
    llvm::DenseMap<Value, size_t> groupEndingIn;
    for (Operation &op : block) {
      if (!isPhase(&op))
        continue;
      std::optional<size_t> joined;
      for (Value operand : op.getOperands())
        if (auto it = groupEndingIn.find(operand); it != groupEndingIn.end())
          if (mayContinue(&op, operand, groups[it->second].front()) && takesEpilogue(groups[it->second].front()))
            joined = std::max(joined.value_or(0), it->second);
      if (!joined) {
        joined = groups.size();
        groups.emplace_back();
      }
      groups[*joined].push_back(&op);
      if (op.getNumResults() == 1)
        groupEndingIn[op.getResult(0)] = *joined;
    }
    for (const Group &group : groups)
      wrap(group);
  }
};
} // namespace
