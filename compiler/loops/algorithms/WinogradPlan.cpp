// SPDX-License-Identifier: Apache-2.0
// The numbers of a convolution by tiles, its plan as an attribute, and the memory that it works in.
#include "compiler/loops/algorithms/WinogradKernel.h"
#include "compiler/loops/algorithms/WinogradMatrices.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kBlock = Target::kBlock;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

WinogradShape::WinogradShape(FusedOp op, WinogradTile tile) : m{tile.rows, tile.columns} {
  auto conv = cast<ConvOp>(op.getAnchor());
  auto y = shapeOf(op->getResult(0)), filter = shapeOf(conv.getWeight());
  images = y[0], filters = y[1], rows = y[2], columns = y[3];
  channels = shapeOf(conv.getX())[1], groups = conv.getGroups();
  for (unsigned d : {0, 1}) {
    taps[d] = filter[2 + d], stride[d] = conv.getStride()[d], n[d] = (m[d] - 1) * stride[d] + taps[d];
    dilation[d] = taps[d] > 1 ? conv.getDilation()[d] : 1;
  }
  auto tilesOf = [&](int64_t extent, unsigned d) { return llvm::divideCeil(extent, m[d] * dilation[d]) * dilation[d]; };
  tileRows = tilesOf(rows, 0), tileColumns = tilesOf(columns, 1);
  padTop = conv.getPad()[0], padLeft = conv.getPad()[1];
}

double WinogradShape::noise() const {
  return WinogradMatrices::of(m[0], taps[0], stride[0]).noise() *
         WinogradMatrices::of(m[1], taps[1], stride[1]).noise();
}

int64_t WinogradShape::blocksOfSum() const { return std::max<int64_t>(2, 600 / noise()); }

std::string WinogradShape::name(WinogradTile tile) {
  std::string name = "winograd" + std::to_string(tile.rows);
  return tile.rows == tile.columns ? name : name + "x" + std::to_string(tile.columns);
}

WinogradPlan WinogradPlan::of(DictionaryAttr parameters) {
  auto list = [&](StringRef name) { return cast<DenseI64ArrayAttr>(parameters.get(name)).asArrayRef(); };
  WinogradPlan plan;
  plan.block = list("block").front();
  plan.tile = {list("tile")[0], list("tile")[1]};
  plan.isWhole = cast<StringAttr>(parameters.get("order")).getValue() == "filters";
  plan.prefetch = parameters.contains("prefetch");
  return plan;
}

DictionaryAttr WinogradPlan::attribute(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> parameters = {
      builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({tile.pixels, tile.channels})),
      builder.getNamedAttr("block", builder.getDenseI64ArrayAttr({block})),
      builder.getNamedAttr("order", builder.getStringAttr(isWhole ? "filters" : "tiles"))};
  if (prefetch)
    parameters.push_back(builder.getNamedAttr("prefetch", builder.getStringAttr("next")));
  return builder.getDictionaryAttr(parameters);
}

WinogradSpace::WinogradSpace(MLIRContext *context, const WinogradShape &s, const WinogradPlan &plan)
    : blocks(llvm::divideCeil(s.tiles(), plan.block)),
      parts(llvm::divideCeil(s.filterBlocks() * kBlock, plan.tile.channels)),
      grid(plan.isWhole ? parts : s.images * blocks), grain(llvm::divideCeil(grid, kSlots)) {
  Type f32 = Float32Type::get(context);
  int64_t slots = llvm::divideCeil(grid, grain), filterBlocks = plan.tile.channels / kBlock;
  input = MemRefType::get({plan.isWhole ? 1 : slots, s.products(), s.inputBlocks() * plan.block | 1, kBlock}, f32);
  products = MemRefType::get({slots, s.products(), filterBlocks * plan.block | 1, kBlock}, f32);
  work = MemRefType::get({kSlots, 2, s.n[0], s.n[1], kBlock}, f32);
}
