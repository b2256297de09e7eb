// SPDX-License-Identifier: Apache-2.0
// Operators on constants are interpreted; the bigger ones are left to the machine.
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
struct FoldConstants : cnnc::graph::impl::FoldConstantsBase<FoldConstants> {
  void runOnOperation() override {
    // In the order of the network, so that what follows a folded operator folds too.
    SmallVector<Operation *> operators;
    getOperation()->walk([&](LowerableOpInterface op) { operators.push_back(op); });
    for (Operation *op : operators) {
      auto operands = llvm::map_to_vector(op->getOperands(), constantOf);
      SmallVector<ElementsAttr> results;
      if (operands.empty() || llvm::is_contained(operands, ElementsAttr()) || failed(evaluate(op, operands, results)))
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
