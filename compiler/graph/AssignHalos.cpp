// SPDX-License-Identifier: Apache-2.0
// A value's halo is the union of what the algorithms of all its users need. A reshaped value is a view of its source
// and can have none: users that need a halo of such a source read a copy.
#include "compiler/cost/Algorithm.h"
#include "compiler/graph/Passes.h"

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
    SmallVector<Value> blocked;
    getOperation().walk([&](Operation *op) {
      if (isa<FusedOp, ConvertLayoutOp>(op))
        llvm::copy_if(op->getResults(), std::back_inserter(blocked), [](Value value) { return layoutOf(value.getType()); });
    });
    for (Value value : blocked)
      assign(value);
  }

  void assign(Value value) {
    SmallVector<int64_t> halo(4, 0);
    for (OpOperand &use : value.getUses())
      for (auto [width, needed] : llvm::zip(halo, haloNeededBy(use)))
        width = std::max(width, needed);
    if (llvm::all_of(halo, [](int64_t width) { return width == 0; }))
      return;
    auto type = cast<RankedTensorType>(value.getType());
    auto withHalo = RankedTensorType::get(type.getShape(), type.getElementType(),
                                          BlockedAttr::get(type.getContext(), layoutOf(type).getBlock(), halo));
    if (llvm::none_of(value.getUsers(), [](Operation *user) { return isa<ReshapeOp>(user); }))
      return value.setType(withHalo);

    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    auto copy = ConvertLayoutOp::create(builder, value.getLoc(), withHalo, value);
    value.replaceUsesWithIf(copy.getY(), [](OpOperand &use) {
      return llvm::any_of(haloNeededBy(use), [](int64_t width) { return width > 0; });
    });
  }
};
} // namespace
