// SPDX-License-Identifier: Apache-2.0
// Direct convolution, and the fully connected layer as its special case of one pixel: which it computes, how its
// operands lie, and the choice of its plan.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/ConvCost.h"
#include "compiler/loops/algorithms/DirectKernel.h"
#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// So many ways to tile are candidates.
constexpr size_t kTiles = 7;
/// So many times the channels of a group are read at most: with more zeros among the weights, plain loops are faster.
constexpr int64_t kMostZeros = 16;
/// Streams of weights that the hardware fetches ahead best at a time.
constexpr int64_t kStreams = 4;

class Direct : public Algorithm {
public:
  StringRef name() const override { return "direct"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    Operation *anchor = op.getAnchor();
    if (!isa<ConvOp, FcOp>(anchor) || !Epilogue::supports(op, /*anchored=*/true))
      return false;
    Value x = op.getAnchorInput(0);
    for (unsigned i = 1; i < anchor->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    if (!x || constantOf(x) || !cast<RankedTensorType>(x.getType()).getElementType().isF32())
      return false;
    ConvShape s = ConvShape::of(op);
    return s.depth() * s.inputBlock <= kMostZeros * s.groupChannels();
  }

  LayoutNeed operandLayout(FusedOp op, unsigned index) const override {
    ConvShape s = ConvShape::of(op);
    if (s.matrix)
      return LayoutNeed::plain();
    if (op.getInputs()[index] != op.getAnchorInput(0) ||
        cast<BlockArgument>(op.getAnchor()->getOperand(0)).getArgNumber() != index)
      return LayoutNeed::blocked();
    int64_t bottom = (s.outRows - 1) * s.strideH + (s.kh - 1) * s.dilationH + 1 - s.padTop - s.rows;
    int64_t right = (s.outColumns - 1) * s.strideW + (s.kw - 1) * s.dilationW + 1 - s.padLeft - s.columns;
    // The whole value is a residual too if the region's other operators read it; those want full blocks.
    bool isShared = !op.getBody().getArgument(index).hasOneUse();
    return LayoutNeed::blocked(isShared ? kBlock : s.inputBlock,
                               {s.padTop, s.padLeft, std::max<int64_t>(bottom, 0), std::max<int64_t>(right, 0)});
  }

  LayoutNeed resultLayout(FusedOp op, unsigned) const override {
    return ConvShape::of(op).matrix ? LayoutNeed::plain() : LayoutNeed::blocked();
  }

  SmallVector<DictionaryAttr> candidates(FusedOp op, const Target &target) const override {
    ConvShape s = ConvShape::of(op);
    int64_t channels = llvm::alignTo(s.filters, kBlock / 2);
    int64_t most = !s.readsRanges() || s.groupFilters() % 128 == 0 ? std::min<int64_t>(128, channels) : kBlock;
    // A single pixel waits for its weights only, which come fastest in few streams.
    if (s.matrix && s.outColumns == 1)
      most = std::min(most, kStreams * kBlock);
    SmallVector<std::pair<double, DirectPlan>> tiles;
    for (int64_t merge = 1; merge <= (mayMergeRows(op, s) ? s.outRows : 1); ++merge)
      if (s.outRows % merge == 0)
        for (RegisterTile tile : tilesFor(target, merge * s.outColumns, channels, most))
          tiles.push_back({rowCycles(target, merge * s.outColumns, channels, tile) / merge, {tile, merge}});
    llvm::sort(tiles, [](auto &a, auto &b) {
      return std::tuple(a.first, a.second.merge, a.second.tile.channels, a.second.tile.pixels) <
             std::tuple(b.first, b.second.merge, b.second.tile.channels, b.second.tile.pixels);
    });
    tiles.resize(std::min<size_t>(tiles.size(), kTiles));

    bool inChain = op->getParentOfType<ChainOp>() != nullptr;
    SmallVector<DictionaryAttr> result;
    for (auto &[cycles, plan] : tiles) {
      plan.prefetch = !s.matrix && !inChain && plan.tile.channels >= kBlock;
      auto add = [&](bool rowsOutside, int64_t pass) {
        plan.rowsOutside = rowsOutside;
        plan.pass = pass;
        result.push_back(plan.attribute(op.getContext()));
      };
      add(false, 0);
      // A row of the whole map has no order.
      if (plan.merge != s.outRows)
        add(true, 0);
      // Filters of one part that do not stay in the first cache while its pixels pass by, in slices that do.
      int64_t slice = plan.tile.channels * s.inputBlock * s.kh * s.kw * 4, l1 = target.core.l1Bytes;
      if (!s.matrix && !inChain && s.outRows > 1 && slice * s.depth() > l1 * 3 / 2)
        add(false, std::max<int64_t>(1, l1 * 3 / 4 / slice));
    }
    return result;
  }

  double cycles(FusedOp op, DictionaryAttr parameters, const Target &target) const override {
    int64_t operators = llvm::range_size(op.getBody().getOps()) - 1;
    int64_t residuals = op.getInputs().size() - op.getAnchor()->getNumOperands();
    ConvShape s = ConvShape::of(op);
    if (auto chain = op->getParentOfType<ChainOp>()) {
      // Bands are like images of few rows.
      int64_t height = cast<RankedTensorType>(chain.getY().getType()).getDimSize(2);
      int64_t bands = llvm::divideCeil(height, chain.getRows());
      s.images *= bands, s.rows = llvm::divideCeil(s.rows, bands), s.outRows = llvm::divideCeil(s.outRows, bands);
    }
    return directCycles(s, DirectPlan::of(parameters), operators, residuals, target);
  }

  int64_t weightBytes(FusedOp op) const override {
    ConvShape s = ConvShape::of(op);
    return s.filterBlocks() * kBlock * (1 + s.steps()) * 4;
  }
  int64_t prefetchRoom(FusedOp op, const Target &target) const override {
    DictionaryAttr parameters = op.getPlanAttr().getParameters();
    DirectPlan plan = DirectPlan::of(parameters);
    if (!plan.prefetch)
      return 0;
    // Half of what memory can bring in this time, and a block of filters a tile.
    constexpr double kShare = 0.5;
    ConvShape s = ConvShape::of(op);
    int64_t own = weightBytes(op), tiles = plan.tilesOf(s);
    int64_t bytes = static_cast<int64_t>(kShare * target.core.memoryRate * cycles(op, parameters, target)) - own;
    return std::clamp<int64_t>(bytes, 0, tiles * s.steps() * kBlock * 4);
  }

  std::optional<RowWindow> rowWindow(FusedOp op) const override {
    ConvShape s = ConvShape::of(op);
    if (s.matrix)
      return std::nullopt;
    return RowWindow{s.strideH, (s.kh - 1) * s.dilationH + 1, s.padTop};
  }
  void lowerRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) const override {
    writeDirectRows(op, target, phase, rows);
  }
  void lower(FusedOp op, const Target &target, Phase &phase) const override { writeDirect(op, target, phase); }
};

RegisterAlgorithm<Direct> registration;
} // namespace
