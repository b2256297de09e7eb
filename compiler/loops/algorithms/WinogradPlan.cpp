// SPDX-License-Identifier: Apache-2.0
// The numbers of a convolution by F(m, 3), its plan as an attribute, and the memory that it works in.
#include "compiler/loops/algorithms/WinogradKernel.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kBlock = Target::kBlock;

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

WinogradShape::WinogradShape(FusedOp op, int64_t m) : m(m), n(m + 2) {
  auto conv = cast<ConvOp>(op.getAnchor());
  auto y = shapeOf(op->getResult(0));
  images = y[0], filters = y[1], rows = y[2], columns = y[3];
  channels = shapeOf(conv.getX())[1];
  tileRows = llvm::divideCeil(rows, m), tileColumns = llvm::divideCeil(columns, m);
  padTop = conv.getPad()[0], padLeft = conv.getPad()[1];
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
  int64_t slots = llvm::divideCeil(grid, grain), nn = s.n * s.n;
  input = MemRefType::get({plan.isWhole ? 1 : slots, nn, s.inputBlocks(), plan.block, kBlock}, f32);
  products = MemRefType::get({slots, nn, plan.block, plan.tile.channels}, f32);
  work = MemRefType::get({kSlots, 2, s.n, s.n, kBlock}, f32);
}
