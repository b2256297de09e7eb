// SPDX-License-Identifier: Apache-2.0
// A concatenation of blocked values needs no copy if their makers write them side by side. From the last to the first,
// so that the biggest of nested concatenations owns the buffer.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/Views.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_JOINCONCATS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
/// Whether a region is nothing but a concatenation whose parts may be written where they are read.
bool isJoin(FusedOp fused) {
  auto concat = dyn_cast<ConcatOp>(fused.getAnchor());
  BlockedAttr layout = layoutOf(fused->getResult(0).getType());
  if (!concat || concat.getAxis() != 1 || !layout || fused.getBody().front().getOperations().size() != 2)
    return false;
  for (unsigned i = 0; i != concat->getNumOperands(); ++i) {
    Value part = fused.getAnchorInput(i);
    auto type = cast<RankedTensorType>(part.getType());
    bool fillsBlocks = type.getDimSize(1) % layout.getBlock() == 0 || i + 1 == concat->getNumOperands();
    // Of several images, the parts lie apart, which a reshape cannot show.
    bool isSeen =
        type.getDimSize(0) > 1 && llvm::any_of(part.getUsers(), [](Operation *user) { return isa<ReshapeOp>(user); });
    if (layoutOf(type) != layout || !fillsBlocks || isSeen ||
        !isa_and_nonnull<FusedOp, ConvertLayoutOp>(part.getDefiningOp()))
      return false;
  }
  return true;
}

SmallVector<Value> partsOf(FusedOp fused) {
  SmallVector<Value> parts;
  for (unsigned i = 0; i != fused.getAnchor()->getNumOperands(); ++i)
    parts.push_back(fused.getAnchorInput(i));
  return parts;
}

struct JoinConcats : graph::impl::JoinConcatsBase<JoinConcats> {
  void runOnOperation() override {
    SmallVector<FusedOp> joins;
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      Views views;
      for (Operation &op : llvm::reverse(function.getBody().front()))
        if (auto fused = dyn_cast<FusedOp>(op); fused && isJoin(fused))
          if (succeeded(views.join(partsOf(fused), fused->getResult(0))))
            joins.push_back(fused);
    }
    for (FusedOp fused : joins) {
      OpBuilder builder(fused);
      auto join = JoinOp::create(builder, fused.getLoc(), fused->getResult(0).getType(), partsOf(fused));
      fused->getResult(0).replaceAllUsesWith(join.getY());
      fused.erase();
    }
  }
};
} // namespace
