// SPDX-License-Identifier: Apache-2.0
// Exporters spell some operators out; these patterns read them again, and drop what does nothing.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_SIMPLIFY
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// The one number that a constant holds everywhere.
std::optional<double> numberOf(Value value) {
  auto dense = dyn_cast_or_null<DenseElementsAttr>(constantOf(value));
  if (!dense || !dense.isSplat() || !dense.getElementType().isF32())
    return std::nullopt;
  return dense.getSplatValue<float>();
}

/// x * sigmoid(x) is silu(x); x * hard_sigmoid(x, 1/6, 1/2) is hard_swish(x).
struct GatedActivation : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp mul, PatternRewriter &rewriter) const override {
    for (auto [x, gate] : {std::pair(mul.getA(), mul.getB()), std::pair(mul.getB(), mul.getA())}) {
      if (auto sigmoid = gate.getDefiningOp<SigmoidOp>(); sigmoid && sigmoid.getX() == x)
        return rewriter.replaceOpWithNewOp<SiluOp>(mul, x), success();
      auto hard = gate.getDefiningOp<HardSigmoidOp>();
      if (hard && hard.getX() == x && std::abs(hard.getAlpha().convertToDouble() - 1.0 / 6) < 1e-6 &&
          hard.getBeta().convertToDouble() == 0.5)
        return rewriter.replaceOpWithNewOp<HardSwishOp>(mul, x), success();
    }
    return failure();
  }
};

/// clip(x + 3, 0, 6) / 6 is hard_sigmoid(x, 1/6, 1/2), as older exporters write it.
struct SpelledHardSigmoid : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp div, PatternRewriter &rewriter) const override {
    auto clip = div.getA().getDefiningOp<ClipOp>();
    auto add = clip ? clip.getX().getDefiningOp<AddOp>() : AddOp();
    if (!add || numberOf(div.getB()) != 6.0 || numberOf(add.getB()) != 3.0 || !clip.getMin() || !clip.getMax() ||
        clip.getMin()->convertToDouble() != 0 || clip.getMax()->convertToDouble() != 6 ||
        add.getA().getType() != div.getType())
      return failure();
    rewriter.replaceOpWithNewOp<HardSigmoidOp>(div, add.getA(), rewriter.getF64FloatAttr(1.0 / 6),
                                               rewriter.getF64FloatAttr(0.5));
    return success();
  }
};

/// The mean over rows and columns is a global average pool.
struct MeanOverImage : OpRewritePattern<ReduceMeanOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReduceMeanOp mean, PatternRewriter &rewriter) const override {
    if (mean.getAxes() != ArrayRef<int64_t>{2, 3} || shapeOf(mean.getX()).size() != 4 ||
        !cast<RankedTensorType>(mean.getType()).getElementType().isF32())
      return failure();
    Value pooled = GlobalAvgPoolOp::create(rewriter, mean.getLoc(), mean.getX());
    if (!mean.getKeepDims())
      pooled = ReshapeOp::create(rewriter, mean.getLoc(), pooled, shapeOf(mean.getY()));
    rewriter.replaceOp(mean, pooled);
    return success();
  }
};

/// An average over a window that is the image.
struct PoolOfWholeImage : OpRewritePattern<AvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AvgPoolOp pool, PatternRewriter &rewriter) const override {
    auto out = shapeOf(pool.getY());
    if (pool.getKernel() != shapeOf(pool.getX()).take_back(2) || out[2] != 1 || out[3] != 1 ||
        llvm::any_of(pool.getPad(), [](int64_t pad) { return pad != 0; }) ||
        llvm::any_of(pool.getDilation(), [](int64_t dilation) { return dilation != 1; }))
      return failure();
    rewriter.replaceOpWithNewOp<GlobalAvgPoolOp>(pool, pool.getX());
    return success();
  }
};

/// A 1x1 convolution and an average commute; after the average there are fewer pixels to convolve (DenseNet's
/// transitions).
struct PoolBeforePointwise : OpRewritePattern<AvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AvgPoolOp pool, PatternRewriter &rewriter) const override {
    auto conv = pool.getX().getDefiningOp<ConvOp>();
    auto isZero = [](int64_t pad) { return pad == 0; };
    auto isOne = [](int64_t size) { return size == 1; };
    // All windows must lie inside, so that the mean of the bias is the bias.
    if (!conv || !conv->hasOneUse() || !llvm::all_of(shapeOf(conv.getWeight()).take_back(2), isOne) ||
        !llvm::all_of(conv.getStride(), isOne) || !llvm::all_of(conv.getPad(), isZero) ||
        !llvm::all_of(pool.getPad(), isZero) || pool.getCeil() ||
        pool.getType().getNumElements() >= conv.getType().getNumElements())
      return failure();
    auto x = cast<RankedTensorType>(conv.getX().getType());
    SmallVector<int64_t> shape(shapeOf(pool));
    shape[1] = x.getDimSize(1);
    auto first = cast<AvgPoolOp>(rewriter.clone(*pool));
    first.getXMutable().assign(conv.getX());
    first.getY().setType(RankedTensorType::get(shape, x.getElementType()));
    auto second = cast<ConvOp>(rewriter.clone(*conv));
    second.getXMutable().assign(first.getY());
    second.getY().setType(pool.getType());
    rewriter.replaceOp(pool, second.getY());
    return success();
  }
};

/// Reshape to [N, groups, C / groups, H, W], exchange of the two, reshape back.
struct SpelledShuffle : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp last, PatternRewriter &rewriter) const override {
    auto exchange = last.getX().getDefiningOp<TransposeOp>();
    auto first = exchange ? exchange.getX().getDefiningOp<ReshapeOp>() : ReshapeOp();
    if (!first || first.getX().getType() != last.getType() ||
        exchange.getPermutation() != ArrayRef<int64_t>{0, 2, 1, 3, 4})
      return failure();
    auto in = shapeOf(first.getX()), split = shapeOf(first.getY());
    if (in.size() != 4 || split[0] != in[0] || split[1] * split[2] != in[1] || split[3] != in[2] || split[4] != in[3])
      return failure();
    rewriter.replaceOpWithNewOp<ChannelShuffleOp>(last, first.getX(), static_cast<uint64_t>(split[1]));
    return success();
  }
};

/// A border of no width.
struct EmptyPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(PadOp pad, PatternRewriter &rewriter) const override {
    if (pad.getX().getType() != pad.getType())
      return failure();
    rewriter.replaceOp(pad, pad.getX());
    return success();
  }
};

/// Zeros around an image become the padding of the convolution or average that reads them.
template <typename WindowOp>
struct PadIntoWindow : OpRewritePattern<WindowOp> {
  using OpRewritePattern<WindowOp>::OpRewritePattern;
  LogicalResult matchAndRewrite(WindowOp window, PatternRewriter &rewriter) const override {
    auto pad = window.getX().template getDefiningOp<PadOp>();
    if (!pad || pad.getMode() != "constant" || !pad.getValue().isZero())
      return failure();
    auto low = pad.getLow(), high = pad.getHigh(), own = window.getPad();
    auto negative = [](int64_t width) { return width < 0; };
    if (low.size() != 4 || low[0] || low[1] || high[0] || high[1] || llvm::any_of(low, negative) ||
        llvm::any_of(high, negative))
      return failure();
    SmallVector<int64_t> both = {own[0] + low[2], own[1] + low[3], own[2] + high[2], own[3] + high[3]};
    if constexpr (std::is_same_v<WindowOp, AvgPoolOp>) {
      // An average takes less padding than its window.
      for (auto [i, width] : llvm::enumerate(both))
        if (width > (window.getKernel()[i % 2] - 1) * window.getDilation()[i % 2])
          return failure();
      // The zeros count; so must what the average pads by itself. With `ceil` no window begins in padding, but some
      // may begin in the zeros.
      if (window.getCeil() ||
          (!window.getCountIncludePad() && llvm::any_of(own, [](int64_t width) { return width != 0; })))
        return failure();
    }
    rewriter.modifyOpInPlace(window, [&] {
      if constexpr (std::is_same_v<WindowOp, AvgPoolOp>)
        window.setCountIncludePad(true);
      window.setPad(both);
      window.getXMutable().assign(pad.getX());
      window->setLoc(rewriter.getFusedLoc({pad.getLoc(), window.getLoc()}));
    });
    return success();
  }
};

/// The taps of a kernel, along one dimension, that ever meet the image.
struct Taps {
  int64_t first = 0, last = -1, count;

  Taps(ConvOp conv, unsigned d) : count(shapeOf(conv.getWeight())[2 + d]) {
    int64_t in = shapeOf(conv.getX())[2 + d], out = shapeOf(conv.getY())[2 + d], stride = conv.getStride()[d];
    for (int64_t tap = count - 1; tap >= 0; --tap) {
      int64_t offset = tap * conv.getDilation()[d] - conv.getPad()[d];
      int64_t pixel = llvm::divideCeilSigned(std::max<int64_t>(-offset, 0), stride);
      if (pixel >= out || pixel * stride + offset >= in)
        continue;
      first = tap;
      last = std::max(last, tap);
    }
  }
  bool isAll() const { return first == 0 && last == count - 1; }
  int64_t kept() const { return last - first + 1; }
};

/// Taps that meet nothing but padding, as those of wide dilations do on small images, add nothing.
struct TapsBesideImage : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp conv, PatternRewriter &rewriter) const override {
    const Taps taps[] = {Taps(conv, 0), Taps(conv, 1)};
    const auto &[rows, columns] = taps;
    ElementsAttr constant = constantOf(conv.getWeight());
    if ((rows.isAll() && columns.isAll()) || rows.kept() < 1 || columns.kept() < 1 || !constant ||
        !constant.getElementType().isF32())
      return failure();
    SmallVector<int64_t> pad(conv.getPad()), dilation(conv.getDilation());
    for (unsigned d : {0, 1}) {
      pad[d] -= taps[d].first * dilation[d];
      pad[2 + d] -= (taps[d].count - 1 - taps[d].last) * dilation[d];
      if (taps[d].kept() == 1)
        dilation[d] = 1;
    }
    if (llvm::any_of(pad, [](int64_t width) { return width < 0; }))
      return failure();

    SmallVector<int64_t> shape(shapeOf(conv.getWeight()));
    shape[2] = rows.kept(), shape[3] = columns.kept();
    std::vector<float> all = floatsOf(constant), kept;
    for (int64_t plane = 0; plane < shape[0] * shape[1]; ++plane)
      for (int64_t row = rows.first; row <= rows.last; ++row)
        for (int64_t column = columns.first; column <= columns.last; ++column)
          kept.push_back(all[(plane * rows.count + row) * columns.count + column]);
    Value weight = makeConstant(rewriter, conv.getWeight().getLoc(), shape, std::move(kept));
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getWeightMutable().assign(weight);
      conv.setPad(pad);
      conv.setDilation(dilation);
    });
    return success();
  }
};

/// A product by a constant matrix is a fully connected layer of as many rows.
struct ProductByMatrix : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp product, PatternRewriter &rewriter) const override {
    auto a = shapeOf(product.getA()), b = shapeOf(product.getB());
    ElementsAttr constant = constantOf(product.getB());
    if (a.size() < 2 || b.size() != 2 || !constant || !constant.getElementType().isF32() || constantOf(product.getA()))
      return failure();
    int64_t depth = b[0], units = b[1], rows = product.getA().getType().getNumElements() / depth;
    std::vector<float> values = floatsOf(constant), transposed(values.size());
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t unit = 0; unit < units; ++unit)
        transposed[unit * depth + k] = values[k * units + unit];
    Value weight = makeConstant(rewriter, product.getB().getLoc(), {units, depth}, std::move(transposed));
    Value flat = ReshapeOp::create(rewriter, product.getLoc(), product.getA(), ArrayRef{rows, depth});
    Value result = FcOp::create(rewriter, product.getLoc(), flat, weight, Value());
    rewriter.replaceOpWithNewOp<ReshapeOp>(product, result, shapeOf(product.getY()));
    return success();
  }
};

struct Simplify : graph::impl::SimplifyBase<Simplify> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<GatedActivation, SpelledHardSigmoid, MeanOverImage, PoolOfWholeImage, PoolBeforePointwise,
                 SpelledShuffle, EmptyPad, PadIntoWindow<ConvOp>, PadIntoWindow<AvgPoolOp>, TapsBesideImage,
                 ProductByMatrix>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
