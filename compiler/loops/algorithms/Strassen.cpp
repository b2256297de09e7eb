// SPDX-License-Identifier: Apache-2.0
// Pointwise convolution as a product of matrices by Strassen's identity, in Winograd's form (Strassen 1969; Winograd
// 1971): pixels, input channels and filters are halved, and seven products of quarters serve for eight.
//
//   S1 = A21 + A22   S2 = S1 - A11   S3 = A11 - A21   S4 = A12 - S2    A: pixels x input channels
//   T1 = B12 - B11   T2 = B22 - T1   T3 = B22 - B12   T4 = T2 - B21    B: input channels x filters
//
// The sums T of filters are made when the weights are packed, those of the input in a phase before. Of an odd number of
// rows, or of blocks of filters, the last is a plain product, of four quarters.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/ConvCost.h"
#include "dialects/cnn/Constants.h"
#include "mlir/Analysis/SliceAnalysis.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// So many ways to tile are candidates.
constexpr size_t kTiles = 5;
/// Of smaller maps the filters, of which there are 7/4 as many, weigh more than what is saved.
constexpr int64_t kMinPixels = 64;

/// Whether values of the result become exponents, with no product between. Softmax of large values makes a factor of a
/// last bit, and the two halves of the filters round differently: filters with equal weights would win or lose by that.
bool feedsSoftmax(FusedOp op) {
  ForwardSliceOptions upToProducts;
  upToProducts.filter = [&](Operation *user) {
    auto fused = dyn_cast<FusedOp>(user);
    return !fused || fused == op || !isa<ProductOpInterface>(fused.getAnchor());
  };
  SetVector<Operation *> slice;
  getForwardSlice(op, &slice, upToProducts);
  return llvm::any_of(slice, llvm::IsaPred<SoftmaxOp>);
}

class Strassen : public Algorithm {
public:
  StringRef name() const override { return "strassen"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &target) const override {
    auto conv = dyn_cast<ConvOp>(op.getAnchor());
    if (!conv || target.strict || !Epilogue::supports(op, /*anchored=*/true))
      return false;
    for (unsigned i = 1; i < conv->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    Value x = op.getAnchorInput(0);
    ConvShape s = ConvShape::of(op);
    return !constantOf(x) && cast<RankedTensorType>(x.getType()).getElementType().isF32() && s.kh == 1 && s.kw == 1 &&
           s.padTop == 0 && s.padLeft == 0 && (s.outRows - 1) * s.strideH < s.rows &&
           (s.outColumns - 1) * s.strideW < s.columns && s.groups == 1 && s.images == 1 && s.outRows > 1 &&
           s.outRows * s.outColumns >= kMinPixels && s.channels % kBlock == 0 && s.channels > kBlock &&
           s.filters > kBlock && !feedsSoftmax(op);
  }

  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  SmallVector<DictionaryAttr> candidates(FusedOp op, const Target &target) const override {
    ConvShape s = ConvShape::of(op);
    int64_t channels = s.filterBlocks() / 2 * kBlock, rows = s.outRows / 2;
    SmallVector<std::pair<double, StrassenPlan>> tiles;
    for (int64_t merge = 1; merge <= (s.outRows % 2 == 0 && mayMergeRows(op, s) ? rows : 1); ++merge)
      if (rows % merge == 0)
        for (RegisterTile tile :
             tilesFor(target, merge * s.outColumns, channels, std::min<int64_t>(64, channels), kBlock))
          tiles.push_back({rowCycles(target, merge * s.outColumns, channels, tile) / merge, {tile, merge, true}});
    llvm::sort(tiles, [](auto &a, auto &b) {
      return std::tuple(a.first, a.second.merge, a.second.tile.channels, a.second.tile.pixels) <
             std::tuple(b.first, b.second.merge, b.second.tile.channels, b.second.tile.pixels);
    });
    tiles.resize(std::min<size_t>(tiles.size(), kTiles));
    return llvm::map_to_vector(tiles, [&](auto &pair) { return pair.second.attribute(op.getContext()); });
  }
  double cycles(FusedOp op, DictionaryAttr parameters, const Target &target) const override {
    return strassenCycles(ConvShape::of(op), StrassenPlan::of(parameters), llvm::range_size(op.getBody().getOps()) - 1,
                          target);
  }

  int64_t weightBytes(FusedOp op) const override {
    ConvShape s = ConvShape::of(op);
    int64_t blocks = llvm::divideCeilSigned(s.filterBlocks(), 2) * llvm::divideCeilSigned(s.inputBlocks(), 2);
    return 4 * (s.filters + 7 * blocks * kBlock * kBlock);
  }
  int64_t workspaceBytes(FusedOp op, const Target &) const override {
    return 4 * strassenSums(op.getContext(), ConvShape::of(op)).getNumElements();
  }
  bool prepares(FusedOp) const override { return true; }
  void prepare(FusedOp op, const Target &target, Phase &phase) const override { writeStrassenSums(op, target, phase); }
  void lower(FusedOp op, const Target &target, Phase &phase) const override { writeStrassen(op, target, phase); }
};

RegisterAlgorithm<Strassen> registration;
} // namespace
