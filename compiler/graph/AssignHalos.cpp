// SPDX-License-Identifier: Apache-2.0
// A value's halo is the union of what the algorithms of all its users need, and of those of the values that share its
// buffer. A reshaped value is a view of its source and can have none: it shows a copy.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"
#include "dialects/cnn/Views.h"

#include "llvm/ADT/MapVector.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_ASSIGNHALOS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
std::array<int64_t, 4> haloNeededBy(OpOperand &use) {
  auto fused = dyn_cast<FusedOp>(use.getOwner());
  return fused ? algorithmOf(fused).operandLayout(fused, use.getOperandNumber()).halo : std::array<int64_t, 4>{};
}

struct AssignHalos : graph::impl::AssignHalosBase<AssignHalos> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Views views(function);
      llvm::MapVector<Value, SmallVector<Value>> buffers;
      function.walk([&](Operation *op) {
        if (isa<FusedOp, ChainOp, ConvertLayoutOp, JoinOp>(op))
          for (Value value : op->getResults())
            if (layoutOf(value.getType()))
              buffers[views.of(value).buffer].push_back(value);
      });
      for (auto &[buffer, values] : buffers)
        assign(values);
      for (auto chain : function.getOps<ChainOp>())
        chain.getStages().back()->getResult(0).setType(chain.getType());
    }
  }

  /// Gives all values of a buffer their common halo.
  void assign(ArrayRef<Value> values) {
    SmallVector<int64_t> halo(4, 0);
    for (Value value : values)
      for (OpOperand &use : value.getUses())
        for (auto [width, needed] : llvm::zip(halo, haloNeededBy(use)))
          width = std::max(width, needed);
    if (llvm::all_of(halo, [](int64_t width) { return width == 0; }))
      return;
    for (Value value : values) {
      auto bare = cast<RankedTensorType>(value.getType());
      auto layout = BlockedAttr::get(bare.getContext(), layoutOf(bare).getBlock(), halo);
      value.setType(RankedTensorType::get(bare.getShape(), bare.getElementType(), layout));
      for (OpOperand &use : llvm::make_early_inc_range(value.getUses()))
        if (isa<ReshapeOp>(use.getOwner())) {
          OpBuilder builder(use.getOwner());
          use.set(ConvertLayoutOp::create(builder, value.getLoc(), bare, value));
        }
    }
  }
};
} // namespace
