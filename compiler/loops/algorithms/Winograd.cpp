// SPDX-License-Identifier: Apache-2.0
// Winograd's convolution for 3x3 filters of stride 1: n^2 products for m^2 outputs, n = m + 2.
//
// Maps of many tiles go block by block, so that a block's matrices stay in the cache; of small ones a phase of its own
// transforms the whole input, and the shares of the main phase are blocks of filters, so that each reads its filters
// once.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/WinogradKernel.h"
#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// What is chosen for a shape, and the estimated cycles.
struct Choice {
  WinogradPlan plan;
  double cycles = 0;
};

Choice choose(const WinogradShape &s, const Target &target) {
  Choice choice;
  WinogradPlan &plan = choice.plan;
  int64_t tiles = s.tiles(), channels = s.filterBlocks() * kBlock, most = std::min<int64_t>(channels, 2 * kBlock);
  // The matrices of a block shall fill no more than half of the second cache; whole where they do so at once.
  int64_t perTile = s.n * s.n * (s.inputBlocks() * kBlock + most) * 4;
  int64_t fitting = std::max<int64_t>(target.l2Bytes / 2 / perTile, 8);
  plan.isWhole = tiles <= std::max<int64_t>(2 * fitting, 64) && s.images == 1;
  int64_t blocks = plan.isWhole ? 1 : llvm::divideCeil(tiles, std::min<int64_t>(fitting, 56));
  plan.block = llvm::divideCeil(tiles, blocks);
  plan.tile = chooseTile(target, plan.block, channels, most, kBlock);

  plan.prefetch = true;
  double products = rowCycles(target, plan.block, channels, plan.tile) * s.n * s.n * s.channels * blocks;
  double vectors = static_cast<double>(kBlock) / target.lanes();
  double transforms = vectors * tiles * s.n * s.n * (4.0 * s.inputBlocks() + 4.0 * s.filterBlocks());
  // Filters that do not stay in the second cache are read from the third once for each block.
  double filterBytes = 4.0 * s.n * s.n * s.channels * channels;
  double streaming = filterBytes > target.l2Bytes / 2 ? filterBytes * blocks / 12 : 0;
  choice.cycles = s.images * (std::max(products, streaming) + std::min(products, streaming) * 0.3 + transforms);
  return choice;
}

template <int64_t m>
class Winograd : public Algorithm {
public:
  StringRef name() const override { return m == 2 ? "winograd2" : "winograd4"; }
  int rank() const override { return 50; }
  double cycles(FusedOp op, const Target &target) const override { return choose(WinogradShape(op, m), target).cycles; }

  bool accepts(FusedOp op, const Target &target) const override {
    auto conv = dyn_cast<ConvOp>(op.getAnchor());
    auto isOne = [](int64_t value) { return value == 1; };
    if (!conv || target.strict || !Epilogue::supports(op, /*anchored=*/true) || conv.getGroups() != 1 ||
        shapeOf(conv.getWeight()).take_back(2) != ArrayRef<int64_t>{3, 3} || !llvm::all_of(conv.getStride(), isOne) ||
        !llvm::all_of(conv.getDilation(), isOne) || shapeOf(conv.getX())[1] < kBlock)
      return false;
    for (unsigned i = 1; i < conv->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    return !constantOf(op.getAnchorInput(0)) && cast<RankedTensorType>(conv.getX().getType()).getElementType().isF32();
  }

  LayoutNeed operandLayout(FusedOp op, unsigned index) const override {
    auto conv = cast<ConvOp>(op.getAnchor());
    if (cast<BlockArgument>(conv.getX()).getArgNumber() != index)
      return LayoutNeed::blocked();
    // Whole tiles are read, also where the map ends within one.
    WinogradShape s(op, m);
    auto in = shapeOf(conv.getX());
    int64_t bottom = s.tileRows * m + 2 - s.padTop - in[2], right = s.tileColumns * m + 2 - s.padLeft - in[3];
    return LayoutNeed::blocked(kBlock,
                               {s.padTop, s.padLeft, std::max<int64_t>(bottom, 0), std::max<int64_t>(right, 0)});
  }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  DictionaryAttr plan(FusedOp op, const Target &target) const override {
    return choose(WinogradShape(op, m), target).plan.attribute(op.getContext());
  }

  int64_t workspaceBytes(FusedOp op, const Target &) const override {
    return WinogradSpace(op.getContext(), WinogradShape(op, m), WinogradPlan::of(op.getPlanAttr().getParameters()))
        .bytes();
  }
  bool prepares(FusedOp op) const override {
    return cast<StringAttr>(op.getPlanAttr().getParameters().get("order")).getValue() == "filters";
  }
  void prepare(FusedOp op, const Target &target, Phase &phase) const override {
    writeWinogradInput(op, m, target, phase);
  }
  void lower(FusedOp op, const Target &target, Phase &phase) const override { writeWinograd(op, m, target, phase); }
};

RegisterAlgorithm<Winograd<2>> registration2;
RegisterAlgorithm<Winograd<4>> registration4;
} // namespace
