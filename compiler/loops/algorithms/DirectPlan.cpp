// SPDX-License-Identifier: Apache-2.0
// The parameters of direct convolution as they stand in a plan.
#include "compiler/loops/algorithms/DirectKernel.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::loops;

DirectPlan DirectPlan::of(DictionaryAttr parameters) {
  auto list = [&](StringRef name) { return cast<DenseI64ArrayAttr>(parameters.get(name)).asArrayRef(); };
  DirectPlan plan;
  plan.tile = {list("tile")[0], list("tile")[1]};
  plan.merge = list("merge").front();
  plan.rowsOutside = cast<StringAttr>(parameters.get("order")).getValue() == "rows";
  if (auto pass = parameters.getAs<DenseI64ArrayAttr>("pass"))
    plan.pass = pass.asArrayRef().front();
  plan.prefetch = parameters.contains("prefetch");
  return plan;
}

int64_t DirectPlan::channelsOf(const ConvShape &s) const {
  if (s.matrix)
    return s.filters;
  return llvm::alignTo(s.filters, tile.channels < Target::kBlock ? Target::kBlock : Target::kBlock / 2);
}

int64_t DirectPlan::tilesOf(const ConvShape &s) const {
  return llvm::divideCeilSigned(channelsOf(s), tile.channels) * (s.outRows / merge) *
         RowCut(s.outColumns * merge, tile.pixels).count;
}

DictionaryAttr DirectPlan::attribute(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> parameters = {
      builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({tile.pixels, tile.channels})),
      builder.getNamedAttr("merge", builder.getDenseI64ArrayAttr({merge})),
      builder.getNamedAttr("order", builder.getStringAttr(rowsOutside ? "rows" : "filters"))};
  if (pass)
    parameters.push_back(builder.getNamedAttr("pass", builder.getDenseI64ArrayAttr({pass})));
  if (prefetch)
    parameters.push_back(builder.getNamedAttr("prefetch", builder.getStringAttr("next")));
  return builder.getDictionaryAttr(parameters);
}
