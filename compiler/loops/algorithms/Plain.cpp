// SPDX-License-Identifier: Apache-2.0
// The plain meaning of every operator, for what no other algorithm takes: the anchor's own loops, then the
// elementwise operators one after the other in place.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
class Plain : public Algorithm {
public:
  StringRef name() const override { return "plain"; }
  int rank() const override { return 0; }
  bool accepts(FusedOp, const Target &) const override { return true; }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }

  void lower(FusedOp op, const Target &, Phase &phase) const override {
    phase.setName(("plain_" + op.getAnchor()->getName().stripDialect()).str());
    DenseMap<Value, Value> memory;
    for (auto [argument, input] : llvm::zip(op.getBody().getArguments(), op.getInputs()))
      memory[argument] = phase.memory(input);
    SmallVector<Value> results = llvm::map_to_vector(op->getResults(), [&](Value value) { return phase.memory(value); });
    // The grid has one part: the guard keeps other threads out if ever there were more.
    phase.loops.loop(phase.begin(), phase.end(), 1, [&](Value) {
      for (Operation &inner : op.getBody().front().without_terminator()) {
        auto operands = llvm::map_to_vector(inner.getOperands(), [&](Value value) { return memory.lookup(value); });
        cast<LowerableOpInterface>(inner).lowerPlain(phase.builder, operands, results);
        for (auto [value, result] : llvm::zip(inner.getResults(), results))
          memory[value] = result;
      }
    });
  }
};

RegisterAlgorithm<Plain> registration;
} // namespace
