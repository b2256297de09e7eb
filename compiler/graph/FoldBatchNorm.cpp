// SPDX-License-Identifier: Apache-2.0
// Batch norm with stored statistics is y = x * scale + shift for each channel. After a convolution or a fully
// connected layer both go into the weights; elsewhere they stay as one multiplication and one addition. Layers that
// share weights and statistics, as those of ensembles do, share what comes out.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"

#include <cmath>

namespace cnnc::graph {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
struct Affine {
  std::vector<double> scale, shift;
};

FailureOr<Affine> affineOf(BnOp bn) {
  auto weight = floatsOf(constantOf(bn.getWeight())), bias = floatsOf(constantOf(bn.getBias()));
  auto mean = floatsOf(constantOf(bn.getRunningMean())), variance = floatsOf(constantOf(bn.getRunningVar()));
  if (weight.empty() || bias.empty() || mean.empty() || variance.empty())
    return failure();
  Affine affine;
  for (size_t c = 0; c < weight.size(); ++c) {
    double scale = weight[c] / std::sqrt(static_cast<double>(variance[c]) + bn.getEps().convertToDouble());
    affine.scale.push_back(scale);
    affine.shift.push_back(bias[c] - mean[c] * scale);
  }
  return affine;
}

/// What a layer and its batch norm have become.
struct Folded {
  ElementsAttr weight, bias;
};
/// By the constants of both.
using Known = llvm::DenseMap<ArrayAttr, Folded>;

/// Scales the filters of `layer`, whose weight counts them along dimension 0, and moves the shift into its bias.
template <typename LayerOp>
FailureOr<Folded> fold(LayerOp layer, const Affine &affine) {
  auto weight = floatsOf(constantOf(layer.getWeight()));
  std::vector<float> bias(affine.scale.size());
  if (layer.getBias())
    bias = floatsOf(constantOf(layer.getBias()));
  if (weight.empty() || bias.size() != affine.scale.size())
    return failure();
  size_t filter = weight.size() / affine.scale.size();
  for (size_t i = 0; i < weight.size(); ++i)
    weight[i] *= affine.scale[i / filter];
  for (size_t c = 0; c < bias.size(); ++c)
    bias[c] = bias[c] * affine.scale[c] + affine.shift[c];
  auto type = cast<RankedTensorType>(layer.getWeight().getType());
  int64_t filters = bias.size();
  return Folded{makeFloats(layer.getContext(), type.getShape(), std::move(weight)),
                makeFloats(layer.getContext(), {filters}, std::move(bias))};
}

template <typename LayerOp>
LogicalResult intoLayer(LayerOp layer, const Affine &affine, BnOp bn, Known &known, RewriterBase &rewriter) {
  if (!layer->hasOneUse())
    return failure();
  SmallVector<Attribute> key = {bn.getEpsAttr()};
  for (Value value : llvm::concat<Value>(layer->getOperands().drop_front(), bn->getOperands().drop_front())) {
    key.push_back(constantOf(value));
    if (!key.back())
      return failure();
  }
  Folded &folded = known[rewriter.getArrayAttr(key)];
  if (!folded.weight) {
    auto result = fold(layer, affine);
    if (failed(result))
      return failure();
    folded = *result;
  }

  rewriter.setInsertionPoint(layer);
  Value scaled = ConstantOp::create(rewriter, layer.getWeight().getLoc(), folded.weight);
  Value shifted = ConstantOp::create(rewriter, bn.getLoc(), folded.bias);
  rewriter.modifyOpInPlace(layer, [&] {
    layer.getWeightMutable().assign(scaled);
    layer.getBiasMutable().assign(shifted);
    layer->setLoc(rewriter.getFusedLoc({layer.getLoc(), bn.getLoc()}));
  });
  rewriter.replaceOp(bn, layer.getResult());
  return success();
}

struct FoldBn : OpRewritePattern<BnOp> {
  FoldBn(MLIRContext *context, Known &known) : OpRewritePattern(context), known(known) {}

  LogicalResult matchAndRewrite(BnOp bn, PatternRewriter &rewriter) const override {
    if (!cast<RankedTensorType>(bn.getType()).getElementType().isF32())
      return failure();
    auto affine = affineOf(bn);
    if (failed(affine))
      return failure();
    if (auto conv = bn.getX().getDefiningOp<ConvOp>(); conv && succeeded(intoLayer(conv, *affine, bn, known, rewriter)))
      return success();
    if (auto fc = bn.getX().getDefiningOp<FcOp>(); fc && succeeded(intoLayer(fc, *affine, bn, known, rewriter)))
      return success();

    SmallVector<int64_t> perChannel(cast<RankedTensorType>(bn.getX().getType()).getRank(), 1);
    perChannel[1] = affine->scale.size();
    auto constant = [&](ArrayRef<double> values) {
      return makeConstant(rewriter, bn.getLoc(), perChannel, std::vector<float>(values.begin(), values.end()));
    };
    Value scale = constant(affine->scale), shift = constant(affine->shift);
    Value scaled = MulOp::create(rewriter, bn.getLoc(), bn.getX(), scale);
    rewriter.replaceOpWithNewOp<AddOp>(bn, scaled, shift);
    return success();
  }

  Known &known;
};

struct FoldBatchNorm : graph::impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    Known known;
    patterns.add<FoldBn>(&getContext(), known);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
