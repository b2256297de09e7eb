// SPDX-License-Identifier: Apache-2.0
// A free batch is run image by image, so no operator between the inputs and the outputs may mix images. Where one does, the
// batch is fixed to the one image that the shapes say.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_CHECKBATCH
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc::cnn;

namespace {
struct CheckBatch : cnnc::graph::impl::CheckBatchBase<CheckBatch> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      DenseSet<Value> dependent(function.args_begin(), function.args_end());
      for (Operation &op : function.getBody().front()) {
        auto dependsOnInput = [&](Value operand) { return dependent.contains(operand); };
        if (llvm::none_of(op.getOperands(), dependsOnInput))
          continue;
        if (auto lowerable = dyn_cast<LowerableOpInterface>(op); lowerable && !lowerable.isPerImage())
          getOperation()->removeAttr(CnnDialect::kFreeBatch);
        dependent.insert(op.result_begin(), op.result_end());
      }
    }
  }
};
} // namespace
