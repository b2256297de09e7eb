// SPDX-License-Identifier: Apache-2.0
// Global pools of blocked images: one value for each channel.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

bool isBlockedImage(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() == 4 && type.getElementType().isF32();
}

class GlobalPool : public Algorithm {
public:
  StringRef name() const override { return "global_pool"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    return isa<GlobalAvgPoolOp, GlobalMaxPoolOp>(op.getAnchor()) && op.getBody().front().getOperations().size() == 2 &&
           isBlockedImage(op.getInputs()[0]);
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto shape = cast<RankedTensorType>(op.getInputs()[0].getType()).getShape();
    BlockedAttr in = layoutOf(op.getInputs()[0].getType()), out = layoutOf(op->getResult(0).getType());
    bool average = isa<GlobalAvgPoolOp>(op.getAnchor());
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getInputs()[0]), y = phase.memory(op->getResult(0));
    auto vector = VectorType::get({target.lanes()}, phase.builder.getF32Type());
    int64_t vectors = kBlock / target.lanes(), blocks = llvm::divideCeilSigned(shape[1], kBlock);
    auto join = [&](Value a, Value b) -> Value {
      return average ? Value(arith::AddFOp::create(loops.builder, loops.loc, a, b))
                     : Value(arith::MaximumFOp::create(loops.builder, loops.loc, a, b));
    };
    phase.setName(average ? "global_avg_pool" : "global_max_pool");
    phase.setGrid(shape[0] * blocks, 2);
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value i) {
          Value image = loops.named(loops.div(i, blocks), "image"), block = loops.named(loops.rem(i, blocks), "block");
          SmallVector<Value> start(vectors, loops.number(vector, average ? 0.0 : -INFINITY));
          // Each row by itself, then the rows: the sum's error grows with H + W, not with H * W.
          auto totals = loops.carry(shape[2], start, "row", [&](Value row, ValueRange soFar) {
            auto inRow = loops.carry(shape[3], start, "column", [&](Value column, ValueRange carried) {
              SmallVector<Value> next;
              for (int64_t v = 0; v < vectors; ++v)
                next.push_back(join(
                    carried[v],
                    vector::LoadOp::create(loops.builder, loops.loc, vector, x,
                                           ValueRange{image, block, loops.add(row, in.top()),
                                                      loops.add(column, in.left()), loops.index(v * target.lanes())})));
              return next;
            });
            SmallVector<Value> next;
            for (auto [a, b] : llvm::zip(soFar, inRow))
              next.push_back(join(a, b));
            return next;
          });
          for (int64_t v = 0; v < vectors; ++v) {
            Value value = totals[v];
            if (average)
              value = arith::DivFOp::create(loops.builder, loops.loc, value, loops.number(vector, shape[2] * shape[3]));
            vector::StoreOp::create(loops.builder, loops.loc, value, y,
                                    ValueRange{image, block, loops.index(out.top()), loops.index(out.left()),
                                               loops.index(v * target.lanes())});
          }
        },
        "plane");
  }
};

RegisterAlgorithm<GlobalPool> registration;
} // namespace
