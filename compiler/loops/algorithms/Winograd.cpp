// SPDX-License-Identifier: Apache-2.0
// Winograd's convolution: in each dimension n = (m - 1) s + r products for m outputs of r taps and stride s. Tiles of
// many sizes compete, as far as their rounding error is allowed.
//
// Maps of many tiles go block by block, so that a block's matrices stay in the cache; of small ones a phase of its own
// transforms the whole input, and the shares of the main phase are blocks of filters, so that each reads its filters
// once.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/ConvCost.h"
#include "compiler/loops/algorithms/WinogradMatrices.h"
#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// So many ways to tile the products are candidates.
constexpr size_t kTiles = 3;
/// Tiles of more noise may round off more than 1e-5 of the largest result.
constexpr double kMostNoise = 600;
/// Filters of more bytes are many.
constexpr int64_t kManyBytes = 4 << 20;
/// Of groups of fewer channels the transforms cost what the products save.
constexpr int64_t kLeastDepth = 3 * kBlock;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// Blocks of tiles whose matrices fill from an eighth of the second cache to all of it, and the whole map at once where
/// that is not much more.
SmallVector<WinogradPlan> blockings(const WinogradShape &s, const Target &target) {
  SmallVector<WinogradPlan> result;
  int64_t tiles = s.tiles(), perTile = s.products() * (s.inputBlocks() + 2) * kBlock * 4;
  auto add = [&](int64_t blocks, bool isWhole) {
    WinogradPlan plan;
    plan.block = llvm::divideCeil(tiles, blocks);
    plan.isWhole = isWhole;
    if (llvm::none_of(result, [&](auto &known) { return known.block == plan.block && known.isWhole == isWhole; }))
      result.push_back(plan);
  };
  if (s.images == 1 && tiles * perTile <= 6 * target.core.l2Bytes)
    add(1, true);
  for (int64_t share : {8, 4, 2, 1})
    add(llvm::divideCeil(tiles, std::max<int64_t>(target.core.l2Bytes / share / perTile, 8)), false);
  return result;
}

class Winograd : public Algorithm {
public:
  explicit Winograd(WinogradTile tile) : tile(tile), ownName(WinogradShape::name(tile)) {}
  StringRef name() const override { return ownName; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &target) const override {
    auto conv = dyn_cast<ConvOp>(op.getAnchor());
    if (!conv || target.strict || !Epilogue::supports(op, /*anchored=*/true) || shapeOf(conv.getX())[1] < kBlock ||
        !fits(op))
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
    WinogradShape s(op, tile);
    auto in = shapeOf(conv.getX());
    int64_t bottom = s.lastPixel(0) + s.reach(0) + 1 - s.padTop - in[2];
    int64_t right = s.lastPixel(1) + s.reach(1) + 1 - s.padLeft - in[3];
    return LayoutNeed::blocked(kBlock,
                               {s.padTop, s.padLeft, std::max<int64_t>(bottom, 0), std::max<int64_t>(right, 0)});
  }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  SmallVector<DictionaryAttr> candidates(FusedOp op, const Target &target) const override {
    WinogradShape s(op, tile);
    int64_t channels = s.filterBlocks() * kBlock / s.groups, most = std::min<int64_t>(channels, 4 * kBlock);
    SmallVector<DictionaryAttr> result;
    for (WinogradPlan plan : blockings(s, target)) {
      plan.prefetch = true;
      auto tiles = tilesFor(target, plan.block, channels, most, kBlock);
      if (s.groups > 1) // no tile may lie in two
        llvm::erase_if(tiles, [&](const RegisterTile &registers) { return channels % registers.channels != 0; });
      tiles.truncate(std::min(tiles.size(), kTiles));
      for (RegisterTile registers : tiles) {
        plan.tile = registers;
        result.push_back(plan.attribute(op.getContext()));
      }
    }
    return result;
  }
  double cycles(FusedOp op, DictionaryAttr parameters, const Target &target) const override {
    return winogradCycles(WinogradShape(op, tile), WinogradPlan::of(parameters), target);
  }

  int64_t weightBytes(FusedOp op) const override {
    WinogradShape s(op, tile);
    return s.products() * s.depth() * s.filterBlocks() * kBlock * 4;
  }
  int64_t workspaceBytes(FusedOp op, const Target &) const override {
    return WinogradSpace(op.getContext(), WinogradShape(op, tile), WinogradPlan::of(op.getPlanAttr().getParameters()))
        .bytes();
  }
  bool prepares(FusedOp op) const override {
    return cast<StringAttr>(op.getPlanAttr().getParameters().get("order")).getValue() == "filters";
  }
  void prepare(FusedOp op, const Target &target, Phase &phase) const override {
    writeWinogradInput(op, tile, target, phase);
  }
  void lower(FusedOp op, const Target &target, Phase &phase) const override { writeWinograd(op, tile, target, phase); }

private:
  /// How many times the bytes of the filters the transformed ones may take: those of small maps, and of many channels,
  /// are most of a network's weights, and the former are read for few pixels.
  static double mostGrowth(const WinogradShape &s) {
    int64_t pixels = s.rows * s.columns, bytes = 4 * s.depth() * s.filters * s.taps[0] * s.taps[1];
    return pixels < 64 ? 2 : pixels < 800 || bytes > kManyBytes ? 4 : std::numeric_limits<double>::infinity();
  }
  /// Whether groups are of whole blocks, there are matrices for the filter, and they round little enough. A single tap
  /// needs none.
  bool fits(FusedOp op) const {
    WinogradShape s(op, tile);
    if (s.groups > 1 && (s.depth() % kBlock != 0 || s.filters / s.groups % kBlock != 0 || s.depth() < kLeastDepth))
      return false;
    for (unsigned d : {0, 1})
      if ((s.taps[d] == 1) != (s.m[d] == 1) || !WinogradMatrices::exist(s.m[d], s.taps[d], s.stride[d]) ||
          (s.dilation[d] > 1 && s.stride[d] > 1))
        return false;
    return s.products() < s.m[0] * s.m[1] * s.taps[0] * s.taps[1] &&
           s.products() <= mostGrowth(s) * s.taps[0] * s.taps[1] && s.noise() <= kMostNoise;
  }

  WinogradTile tile;
  std::string ownName;
};

const bool areRegistered = [] {
  constexpr WinogradTile kTiles[] = {{2, 2}, {4, 4}, {5, 5}, {6, 6}, {4, 7}, {4, 2}, {2, 4},
                                     {2, 7}, {1, 2}, {2, 1}, {1, 3}, {3, 1}, {1, 4}, {4, 1}};
  for (WinogradTile tile : kTiles)
    registerAlgorithm(std::make_unique<Winograd>(tile));
  return true;
}();
} // namespace
