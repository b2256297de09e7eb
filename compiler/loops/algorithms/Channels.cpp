// SPDX-License-Identifier: Apache-2.0
// Concatenation, splitting, slicing and shuffling of the channels of blocked images. Each channel of a result comes
// from one channel of one operand; runs of them move by whole blocks where both ends are aligned, else lane by lane.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// `count` channels: source channel `from` + i goes to `to` + i * `step` of a result.
struct Run {
  unsigned operand, result;
  int64_t from, to, count, step = 1;
  bool isAligned() const { return step == 1 && from % kBlock == 0 && to % kBlock == 0 && count % kBlock == 0; }
};

std::optional<SmallVector<Run>> runsOf(FusedOp op) {
  SmallVector<Run> runs;
  int64_t at = 0;
  Operation *anchor = op.getAnchor();
  if (auto concat = dyn_cast<ConcatOp>(anchor); concat && concat.getAxis() == 1) {
    for (Value part : concat.getParts()) {
      runs.push_back({cast<BlockArgument>(part).getArgNumber(), 0, 0, at, shapeOf(part)[1]});
      at += shapeOf(part)[1];
    }
    return runs;
  }
  if (auto split = dyn_cast<SplitOp>(anchor); split && split.getAxis() == 1) {
    for (auto [i, size] : llvm::enumerate(split.getSizes())) {
      runs.push_back({0, static_cast<unsigned>(i), at, 0, size});
      at += size;
    }
    return runs;
  }
  if (auto shuffle = dyn_cast<ChannelShuffleOp>(anchor)) {
    int64_t groups = shuffle.getGroups(), each = shapeOf(shuffle.getX())[1] / groups;
    for (int64_t g = 0; g < groups; ++g)
      runs.push_back({0, 0, g * each, g, each, groups});
    return runs;
  }
  if (auto slice = dyn_cast<SliceOp>(anchor)) {
    auto in = shapeOf(slice.getX()), out = shapeOf(slice.getY());
    for (size_t d = 0; d < in.size(); ++d)
      if (d != 1 && (in[d] != out[d] || slice.getSteps()[d] != 1))
        return std::nullopt;
    if (in.size() != 4 || slice.getSteps()[1] != 1)
      return std::nullopt;
    runs.push_back({0, 0, slice.getStarts()[1], 0, out[1]});
    return runs;
  }
  return std::nullopt;
}

class Channels : public Algorithm {
public:
  StringRef name() const override { return "channels"; }
  int rank() const override { return 50; }

  bool accepts(FusedOp op, const Target &) const override {
    auto isImage = [](Type type) {
      auto tensor = cast<RankedTensorType>(type);
      return tensor.getRank() == 4 && tensor.getElementType().isF32();
    };
    // Plain values stay plain: converting them only to move them would be no gain.
    auto isBlocked = [](Value value) { return static_cast<bool>(layoutOf(value.getType())); };
    return op.getBody().front().getOperations().size() == 2 && llvm::all_of(op->getOperandTypes(), isImage) &&
           llvm::any_of(op.getInputs(), isBlocked) && runsOf(op);
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto runs = *runsOf(op);
    Loops &loops = phase.loops;
    auto shape = shapeOf(op->getResult(0));
    phase.setName(op.getAnchor()->getName().stripDialect());
    phase.setGrid(shape[0] * shape[2]);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value image = loops.named(loops.div(i, shape[2]), "image"), row = loops.named(loops.rem(i, shape[2]), "row");
      for (const Run &run : runs)
        move(loops, target, run, op, phase.memory(op.getInputs()[run.operand]), phase.memory(op->getResult(run.result)), image, row);
      for (Value result : op->getResults())
        zeroTail(loops, result, phase.memory(result), image, row);
    });
  }

private:
  static void move(Loops &loops, const Target &target, const Run &run, FusedOp op, Value from, Value to, Value image, Value row) {
    BlockedAttr in = layoutOf(op.getInputs()[run.operand].getType()), out = layoutOf(op->getResult(run.result).getType());
    int64_t columns = shapeOf(op->getResult(0))[3];
    auto at = [&](BlockedAttr layout, Value block, Value column, Value lane) {
      return SmallVector<Value>{image, block, loops.add(row, layout.top()), loops.add(column, layout.left()), lane};
    };
    if (run.isAligned()) {
      auto vector = VectorType::get({target.lanes()}, loops.builder.getF32Type());
      loops.loop(run.count / kBlock, [&](Value block) {
        loops.loop(columns, [&](Value column) {
          for (int64_t lane = 0; lane < kBlock; lane += target.lanes()) {
            Value value = vector::LoadOp::create(loops.builder, loops.loc, vector, from,
                                                 at(in, loops.add(block, run.from / kBlock), column, loops.index(lane)));
            vector::StoreOp::create(loops.builder, loops.loc, value, to,
                                    at(out, loops.add(block, run.to / kBlock), column, loops.index(lane)));
          }
        }, "column");
      }, "block");
      return;
    }
    loops.loop(run.count, [&](Value channel) {
      Value source = loops.add(channel, run.from), target = loops.add(loops.mul(channel, run.step), run.to);
      Value sourceBlock = loops.named(loops.div(source, kBlock), "source_block"), sourceLane = loops.named(loops.rem(source, kBlock), "source_lane");
      Value targetBlock = loops.named(loops.div(target, kBlock), "target_block"), targetLane = loops.named(loops.rem(target, kBlock), "target_lane");
      loops.loop(columns, [&](Value column) {
        loops.store(loops.load(from, at(in, sourceBlock, column, sourceLane)), to, at(out, targetBlock, column, targetLane));
      }, "column");
    }, "channel");
  }

  /// Lanes of the last block without a channel hold zero.
  static void zeroTail(Loops &loops, Value result, Value memory, Value image, Value row) {
    auto shape = shapeOf(result);
    BlockedAttr layout = layoutOf(result.getType());
    if (shape[1] % kBlock == 0)
      return;
    Value zero = loops.number(loops.builder.getF32Type(), 0);
    loops.loop(shape[3], [&](Value column) {
      loops.loop(loops.index(shape[1] % kBlock), loops.index(kBlock), 1, [&](Value lane) {
        loops.store(zero, memory, {image, loops.index(shape[1] / kBlock), loops.add(row, layout.top()), loops.add(column, layout.left()), lane});
      }, "lane");
    }, "column");
  }
};

RegisterAlgorithm<Channels> registration;
} // namespace
