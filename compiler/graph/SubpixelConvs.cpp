// SPDX-License-Identifier: Apache-2.0
// A transposed convolution of stride s is a convolution that gives s * s results for each pixel, of which each sees
// those taps that meet it, and their interleaving (Shi et al., 2016).
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"

#include "llvm/Support/MathExtras.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_SUBPIXELCONVS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
struct Subpixels : OpRewritePattern<ConvTransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConvTransposeOp op, PatternRewriter &rewriter) const override {
    ArrayRef<int64_t> x = op.getX().getType().getShape(), y = op.getType().getShape();
    auto isOne = [](int64_t size) { return size == 1; };
    if (x.size() != 4 || op.getGroups() != 1 || !llvm::all_of(op.getDilation(), isOne) ||
        llvm::all_of(op.getStride(), isOne))
      return failure();
    ArrayRef<int64_t> shape = op.getWeight().getType().getShape();
    int64_t filters = shape[1], kh = shape[2], kw = shape[3], sh = op.getStride()[0], sw = op.getStride()[1];
    int64_t mh = llvm::divideCeilSigned(kh, sh), mw = llvm::divideCeilSigned(kw, sw);
    int64_t rows = x[2] + mh - 1, columns = x[3] + mw - 1, top = op.getPad()[0], left = op.getPad()[1];
    // Rows that only the bias reaches.
    if (top + y[2] > rows * sh || left + y[3] > columns * sw)
      return failure();
    auto weight = floatsOf(constantOf(op.getWeight()));
    auto bias = op.getBias() ? floatsOf(constantOf(op.getBias())) : std::vector<float>(filters);
    if (!op.getType().getElementType().isF32() || weight.empty() || bias.empty())
      return failure();

    std::vector<float> taps(sh * sw * filters * x[1] * mh * mw), shifts;
    float *tap = taps.data();
    for (int64_t row = 0; row < sh; ++row)
      for (int64_t column = 0; column < sw; ++column) {
        shifts.insert(shifts.end(), bias.begin(), bias.end());
        for (int64_t filter = 0; filter < filters; ++filter)
          for (int64_t channel = 0; channel < x[1]; ++channel)
            for (int64_t i = mh; i-- > 0;)
              for (int64_t j = mw; j-- > 0; ++tap)
                if (int64_t ky = sh * i + row, kx = sw * j + column; ky < kh && kx < kw)
                  *tap = weight[((channel * filters + filter) * kh + ky) * kw + kx];
      }

    int64_t parts = sh * sw * filters;
    Location loc = op.getLoc();
    Value result =
        ConvOp::create(rewriter, loc, op.getX(),
                       makeConstant(rewriter, op.getWeight().getLoc(), {parts, x[1], mh, mw}, std::move(taps)),
                       makeConstant(rewriter, loc, {parts}, std::move(shifts)), ArrayRef<int64_t>{1, 1},
                       ArrayRef<int64_t>{mh - 1, mw - 1, mh - 1, mw - 1}, ArrayRef<int64_t>{1, 1}, 1);
    result = ReshapeOp::create(rewriter, loc, result, ArrayRef<int64_t>{x[0], sh, sw, filters, rows, columns});
    result = TransposeOp::create(rewriter, loc, result, ArrayRef<int64_t>{0, 3, 4, 1, 5, 2});
    result = ReshapeOp::create(rewriter, loc, result, ArrayRef<int64_t>{x[0], filters, rows * sh, columns * sw});
    if (result.getType() != op.getType())
      result =
          SliceOp::create(rewriter, loc, result, ArrayRef<int64_t>{0, 0, top, left}, y, ArrayRef<int64_t>{1, 1, 1, 1});
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct SubpixelConvs : graph::impl::SubpixelConvsBase<SubpixelConvs> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<Subpixels>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
