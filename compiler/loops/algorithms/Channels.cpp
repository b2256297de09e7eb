// SPDX-License-Identifier: Apache-2.0
// Concatenation, splitting, shuffling and selection of the channels of blocked images. Each vector of a result is made
// of the vectors of the operands that hold its channels, by shuffles in registers.
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

std::optional<ChannelSources> sourcesOf(FusedOp op, unsigned result) {
  auto mover = dyn_cast<ChannelOpInterface>(op.getAnchor());
  auto sources = mover ? mover.getChannelSources(result) : std::nullopt;
  if (sources)
    for (ChannelSource &source : *sources)
      source.operand = cast<BlockArgument>(mover->getOperand(source.operand)).getArgNumber();
  return sources;
}

/// A vector of an operand: its channels from `block * kBlock + lane` on.
struct Part {
  unsigned operand;
  int64_t block, lane;
  bool operator==(const Part &) const = default;
};

/// How one vector of a result is made: lane i is lane `lanes[i] % n` of part `lanes[i] / n`, of n lanes each, or zero
/// where it is kNone.
struct Recipe {
  static constexpr int64_t kNone = -1;
  SmallVector<Part> parts;
  SmallVector<int64_t> lanes;

  Recipe(ArrayRef<ChannelSource> sources, int64_t first, int64_t size) {
    for (int64_t channel = first; channel < first + size; ++channel) {
      if (channel >= static_cast<int64_t>(sources.size())) {
        lanes.push_back(kNone);
        continue;
      }
      auto [operand, from] = sources[channel];
      Part part{operand, from / kBlock, from % kBlock / size * size};
      auto found = llvm::find(parts, part);
      lanes.push_back((found - parts.begin()) * size + from % size);
      if (found == parts.end())
        parts.push_back(part);
    }
  }
  /// Whether it is the other one, `blocks` further on in all operands.
  bool isShifted(const Recipe &other, int64_t blocks) const {
    return lanes == other.lanes && llvm::equal(parts, other.parts, [&](const Part &a, const Part &b) {
             return a == Part{b.operand, b.block + blocks, b.lane};
           });
  }
};

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
           llvm::any_of(op.getInputs(), isBlocked) && sourcesOf(op, 0);
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    Loops &loops = phase.loops;
    auto shape = shapeOf(op->getResult(0));
    phase.setName(op.getAnchor()->getName().stripDialect());
    phase.setGrid(shape[0] * shape[2]);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value image = loops.named(loops.div(i, shape[2]), "image"), row = loops.named(loops.rem(i, shape[2]), "row");
      for (OpResult result : op->getResults())
        writeResult(loops, target.lanes(), op, result, phase, image, row);
    });
  }

private:
  using Block = SmallVector<Recipe>;

  /// One row of a result. Blocks that are made alike share a loop.
  static void writeResult(Loops &loops, int64_t lanes, FusedOp op, OpResult result, Phase &phase, Value image,
                          Value row) {
    ChannelSources sources = *sourcesOf(op, result.getResultNumber());
    std::vector<Block> blocks;
    for (int64_t first = 0; first < static_cast<int64_t>(sources.size()); first += kBlock) {
      Block &block = blocks.emplace_back();
      for (int64_t lane = 0; lane < kBlock; lane += lanes)
        block.emplace_back(sources, first + lane, lanes);
    }
    for (size_t first = 0, count; first < blocks.size(); first += count) {
      auto isShifted = [&](const Block &block, int64_t by) {
        return llvm::all_of(llvm::zip_equal(block, blocks[first]),
                            [&](auto pair) { return std::get<0>(pair).isShifted(std::get<1>(pair), by); });
      };
      for (count = 1; first + count < blocks.size() && isShifted(blocks[first + count], count);)
        ++count;
      loops.carry(count, {}, "block", [&](Value block, ValueRange) -> SmallVector<Value> {
        loops.loop(shapeOf(result)[3], [&](Value column) {
          for (auto [v, recipe] : llvm::enumerate(blocks[first]))
            writeVector(loops, recipe, op, result, phase, {image, loops.add(block, first), row, column}, block,
                        v * lanes);
        }, "column");
        return {};
      });
    }
  }

  /// Writes the vector from `lane` on at [image, block, row, column]; its parts are `shift` blocks further on than the
  /// recipe says.
  static void writeVector(Loops &loops, const Recipe &recipe, FusedOp op, OpResult result, Phase &phase,
                          std::array<Value, 4> at, Value shift, int64_t lane) {
    int64_t size = recipe.lanes.size();
    auto vector = VectorType::get({size}, loops.builder.getF32Type());
    auto place = [&](Type type, Value block, int64_t lane) {
      BlockedAttr layout = layoutOf(type);
      return SmallVector<Value>{at[0], block, loops.add(at[2], layout.top()), loops.add(at[3], layout.left()),
                                loops.index(lane)};
    };
    Value value;
    SmallVector<int64_t> mask(size);
    /// Replaces the lanes that come from part `i` by those of `from`.
    auto blend = [&](Value from, int64_t i) {
      for (auto [lane, source] : llvm::enumerate(recipe.lanes)) {
        bool isOurs = i == Recipe::kNone ? source == Recipe::kNone : source != Recipe::kNone && source / size == i;
        if (isOurs)
          mask[lane] = (value ? size : 0) + (i == Recipe::kNone ? 0 : source % size);
        else
          mask[lane] = value ? static_cast<int64_t>(lane) : 0;
      }
      if (value || !llvm::equal(mask, llvm::seq<int64_t>(0, size)))
        from = vector::ShuffleOp::create(loops.builder, loops.loc, value ? value : from, from, mask);
      value = from;
    };
    for (auto [i, part] : llvm::enumerate(recipe.parts)) {
      Value memory = phase.memory(op.getInputs()[part.operand]);
      Type type = op.getInputs()[part.operand].getType();
      blend(vector::LoadOp::create(loops.builder, loops.loc, vector, memory,
                                   place(type, loops.add(shift, part.block), part.lane)),
            i);
    }
    if (llvm::is_contained(recipe.lanes, Recipe::kNone))
      blend(loops.number(vector, 0), Recipe::kNone);
    vector::StoreOp::create(loops.builder, loops.loc, value, phase.memory(result), place(result.getType(), at[1], lane));
  }
};

RegisterAlgorithm<Channels> registration;
} // namespace
