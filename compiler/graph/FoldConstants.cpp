// SPDX-License-Identifier: Apache-2.0
// Operators on constants fold by themselves or are interpreted; of the latter, the bigger ones are left to the machine.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"
#include "dialects/cnn/Evaluate.h"

#include "llvm/ADT/SetVector.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc::cnn;

namespace {
/// What the operator's own folder makes of its operands.
LogicalResult fold(Operation *op, ArrayRef<ElementsAttr> operands, SmallVectorImpl<ElementsAttr> &results) {
  SmallVector<Attribute> attributes(operands.begin(), operands.end());
  SmallVector<OpFoldResult> folded;
  if (failed(op->fold(attributes, folded)))
    return failure();
  for (OpFoldResult result : folded)
    if (auto elements = dyn_cast_or_null<ElementsAttr>(llvm::dyn_cast_if_present<Attribute>(result)))
      results.push_back(elements);
  return success(!results.empty() && results.size() == op->getNumResults());
}

struct FoldConstants : cnnc::graph::impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    // In the order of the network, so that what follows a folded operator folds too.
    SmallVector<Operation *> operators;
    getOperation()->walk([&](LowerableOpInterface op) { operators.push_back(op); });
    for (Operation *op : operators) {
      auto operands = llvm::map_to_vector(op->getOperands(), constantOf);
      SmallVector<ElementsAttr> results;
      if (operands.empty() || llvm::is_contained(operands, ElementsAttr()) ||
          (failed(fold(op, operands, results)) && failed(evaluate(op, operands, results))))
        continue;
      OpBuilder builder(op);
      for (auto [value, result] : llvm::zip(op->getResults(), results))
        value.replaceAllUsesWith(ConstantOp::create(builder, op->getLoc(), result));
      llvm::SmallSetVector<Value, 4> inputs(op->operand_begin(), op->operand_end());
      op->erase();
      for (Value input : inputs)
        if (input.use_empty())
          input.getDefiningOp()->erase();
    }
  }
};
} // namespace
