// SPDX-License-Identifier: Apache-2.0
// Reads the numbers of a convolution off its operator.
#include "compiler/loops/algorithms/ConvShape.h"

#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kBlock = Target::kBlock;

ConvShape ConvShape::of(FusedOp op) {
  ConvShape s;
  auto y = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  if (auto fc = dyn_cast<FcOp>(op.getAnchor())) {
    auto x = cast<RankedTensorType>(fc.getX().getType()).getShape();
    s.images = 1, s.channels = x[1], s.rows = 1, s.columns = x[0];
    s.filters = y[1], s.outRows = 1, s.outColumns = y[0];
    s.matrix = true;
    return s;
  }
  auto conv = cast<ConvOp>(op.getAnchor());
  auto x = cast<RankedTensorType>(conv.getX().getType()).getShape();
  auto w = cast<RankedTensorType>(conv.getWeight().getType()).getShape();
  s.images = x[0], s.channels = x[1], s.rows = x[2], s.columns = x[3];
  s.filters = y[1], s.outRows = y[2], s.outColumns = y[3];
  s.kh = w[2], s.kw = w[3];
  s.strideH = conv.getStride()[0], s.strideW = conv.getStride()[1];
  s.dilationH = conv.getDilation()[0], s.dilationW = conv.getDilation()[1];
  s.padTop = conv.getPad()[0], s.padLeft = conv.getPad()[1];
  s.groups = conv.getGroups();
  // Few channels fill no block; but what comes in blocks already is read as it is.
  BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
  s.inputBlock = layout ? layout.getBlock() : s.channels < kBlock / 2 && s.groups == 1 ? 1 : kBlock;
  return s;
}

int64_t ConvShape::rangeDepth() const {
  int64_t most = 1;
  for (int64_t block = 0; block < filterBlocks(); ++block) {
    int64_t lastFilter = std::min(filters, (block + 1) * kBlock) - 1;
    int64_t lastChannel = (lastFilter / groupFilters() + 1) * groupChannels() - 1;
    most = std::max(most, lastChannel / inputBlock - firstOfRange(block) + 1);
  }
  return most;
}

bool loops::mayMergeRows(FusedOp op, const ConvShape &s) {
  if (s.matrix || op->getParentOfType<ChainOp>() || !s.isPointwise() || s.padTop || s.padLeft || s.outRows != s.rows ||
      s.outColumns != s.columns)
    return false;
  auto hasHalo = [](Type type) {
    BlockedAttr layout = layoutOf(type);
    return !layout || layout.hasHalo();
  };
  if (hasHalo(op.getAnchorInput(0).getType()))
    return false;
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  for (Value operand : llvm::drop_begin(op.getInputs(), op.getAnchor()->getNumOperands())) {
    auto type = cast<RankedTensorType>(operand.getType());
    bool spatial = llvm::any_of(type.getShape().take_back(2), [](int64_t size) { return size != 1; });
    if (spatial && (constantOf(operand) || type.getShape() != result.getShape() || hasHalo(type)))
      return false;
  }
  return !hasHalo(result);
}
