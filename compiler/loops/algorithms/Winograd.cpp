// SPDX-License-Identifier: Apache-2.0
// Winograd's convolution for 3x3 filters of stride 1: n^2 products for m^2 outputs, n = m + 2.
//
// Maps of many tiles go block by block, so that a block's matrices stay in the cache; of small ones a phase of its own
// transforms the whole input, and the shares of the main phase are blocks of filters, so that each reads its filters
// once.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/ConvCost.h"
#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// So many ways to tile the products are candidates.
constexpr size_t kTiles = 3;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// Blocks of tiles whose matrices fill from an eighth of the second cache to all of it, and the whole map at once where
/// that is not much more.
SmallVector<WinogradPlan> blockings(const WinogradShape &s, const Target &target) {
  SmallVector<WinogradPlan> result;
  int64_t tiles = s.tiles(), perTile = s.n * s.n * (s.inputBlocks() + 2) * kBlock * 4;
  auto add = [&](int64_t blocks, bool isWhole) {
    WinogradPlan plan;
    plan.block = llvm::divideCeil(tiles, blocks);
    plan.isWhole = isWhole;
    if (llvm::none_of(result, [&](auto &known) { return known.block == plan.block && known.isWhole == isWhole; }))
      result.push_back(plan);
  };
  if (s.images == 1 && tiles * perTile <= 3 * target.core.l2Bytes)
    add(1, true);
  for (int64_t share : {8, 4, 2, 1})
    add(llvm::divideCeil(tiles, std::max<int64_t>(target.core.l2Bytes / share / perTile, 8)), false);
  return result;
}

template <int64_t m>
class Winograd : public Algorithm {
public:
  StringRef name() const override { return m == 2 ? "winograd2" : "winograd4"; }
  int rank() const override { return 50; }
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

  SmallVector<DictionaryAttr> candidates(FusedOp op, const Target &target) const override {
    WinogradShape s(op, m);
    int64_t channels = s.filterBlocks() * kBlock, most = std::min<int64_t>(channels, 4 * kBlock);
    SmallVector<DictionaryAttr> result;
    for (WinogradPlan plan : blockings(s, target)) {
      plan.prefetch = true;
      auto tiles = tilesFor(target, plan.block, channels, most, kBlock);
      tiles.truncate(std::min(tiles.size(), kTiles));
      for (RegisterTile tile : tiles) {
        plan.tile = tile;
        result.push_back(plan.attribute(op.getContext()));
      }
    }
    return result;
  }
  double cycles(FusedOp op, DictionaryAttr parameters, const Target &target) const override {
    return winogradCycles(WinogradShape(op, m), WinogradPlan::of(parameters), target);
  }

  int64_t weightBytes(FusedOp op) const override {
    WinogradShape s(op, m);
    return s.n * s.n * s.channels * s.filterBlocks() * kBlock * 4;
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
