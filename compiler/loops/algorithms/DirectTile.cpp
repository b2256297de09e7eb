// SPDX-License-Identifier: Apache-2.0
// Long sums are made of shorter ones, each from zero: the error grows with the root of either length only. Their totals
// wait in memory, so that registers are for the sums alone; but fully connected layers have few of them.
#include "compiler/loops/algorithms/DirectTile.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

constexpr int64_t kBlock = Target::kBlock;
/// Steps of the sum after which a part of it is added to the total.
constexpr int64_t kChunkSteps = 288;
constexpr int64_t kStrictChunkSteps = 64; ///< errors grow with the root of a part's length

DirectLayer::DirectLayer(FusedOp op, const Target &target, Phase &phase)
    : op(op), target(target), s(ConvShape::of(op)), plan(DirectPlan::of(op.getPlanAttr().getParameters())),
      epilogue(phase, op, /*anchored=*/true, plan.merge),
      vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())), from(phase, op.getAnchorInput(0)),
      to(phase, op->getResult(0)), in(layoutOf(op.getAnchorInput(0).getType())),
      out(layoutOf(op->getResult(0).getType())) {}

DirectTile::DirectTile(Loops &loops, const DirectLayer &layer, const TileArguments &arguments, int64_t pixels,
                       int64_t channels, const DirectPass &pass, const DirectAsks &asks)
    : loops(loops), layer(layer), s(layer.s), t(arguments), pixels(pixels), channels(channels),
      lanes(layer.target.lanes()), vectors(llvm::divideCeil(channels, lanes)), pass(pass), asks(asks) {
  auto [image, part, row, column, share] = t.place;
  int64_t width = layer.plan.tile.channels;
  for (int64_t v = 0; v < vectors; ++v) {
    int64_t offset = v * lanes;
    if (width >= kBlock) {
      filters.push_back({loops.add(loops.mul(part, width / kBlock), offset / kBlock), loops.index(offset % kBlock)});
    } else {
      Value first = loops.mul(part, width);
      filters.push_back({loops.div(first, kBlock), loops.add(loops.rem(first, kBlock), offset)});
    }
    types.push_back(
        VectorType::get({s.matrix ? lanes : std::min(lanes, channels - offset)}, layer.vector.getElementType()));
  }

  firstRow = loops.add(loops.mul(row, s.strideH), layer.in ? layer.in.top() - s.padTop : 0);
  firstColumn = loops.add(loops.mul(column, s.strideW), layer.in ? layer.in.left() - s.padLeft : 0);
  firstBlock = loops.index(0);
  inImage = layer.from.image(image, share);
  outImage = layer.to.image(image, share);
  if (s.readsRanges()) {
    Value group = loops.div(loops.mul(filters[0].first, kBlock), s.groupFilters());
    firstBlock = loops.div(loops.mul(group, s.groupChannels()), s.inputBlock);
  }
  outRow = row;
  if (layer.out) {
    outRow = layer.to.row(loops, loops.add(row, layer.out.top()));
    outLeft = layer.out.left();
  }
  // Only without ranges does every sum end in the last block.
  tail = !s.readsRanges() && pass.isLast ? s.channels % s.inputBlock : 0;
  fullBlocks = pass.count - (tail ? 1 : 0);
}

void DirectTile::write() {
  int64_t steps = layer.target.strict ? kStrictChunkSteps : kChunkSteps;
  int64_t chunk = std::max<int64_t>(1, steps / (s.kh * s.kw * s.inputBlock));
  int64_t chunks = pass.count < 2 * chunk ? 0 : (fullBlocks - 1) / chunk, rest = fullBlocks - chunks * chunk;
  Sums sums = overBlocks(loops.index(0), rest, firstSums());
  if (tail && !chunks)
    sums = overTail(sums);
  if (!pass.isFirst)
    sums = addTotals(sums);
  sums = overChunks(rest, chunk, chunks, sums);
  // Where the epilogue needs the registers, sums wait in memory too.
  bool wait = !s.matrix && (chunks || (pass.isLast && layer.epilogue.fillsRegisters(layer.target)));
  if (wait && !chunks)
    forEach(sums, [&](Value sum, int64_t v, int64_t p) { return store(sum, v, p); });
  forEach(sums, [&](Value sum, int64_t v, int64_t p) {
    if (wait) {
      loops.forget();
      sum = totalOf(v, p);
    }
    return store(finished(sum, v, p), v, p);
  });
  storeZerosBehind();
}

/// One input channel at one tap for all sums.
DirectTile::Sums DirectTile::step(Value block, Value ky, Value kx, Value channel, ValueRange sums) {
  if (s.inputBlock == 1) // taps side by side read the same pixels, which leave no register to each
    loops.forget();
  Sums next(sums);
  SmallVector<Value> weight;
  for (int64_t v = 0; v < vectors; ++v)
    weight.push_back(
        loops.named(load(v, t.w, {filters[v].first, block, ky, kx, channel, filters[v].second}), "weight"));
  for (int64_t i = 0; i < asks.each; ++i)
    loops.prefetch(t.w, {loops.add(asks.ahead, i), block, ky, kx, channel, loops.index(0)});
  if (asks.later)
    loops.prefetch(t.w, {asks.later, block, ky, kx, channel, loops.index(0)});
  Value inRow = layer.from.row(loops, loops.add(firstRow, loops.mul(ky, s.dilationH)));
  Value inColumn = loops.add(firstColumn, loops.mul(kx, s.dilationW));
  Value inBlock = loops.add(firstBlock, block);
  auto multiply = [&](int64_t first, int64_t last) {
    for (int64_t p = 0; p < pixels; ++p) {
      Value at = loops.add(inColumn, p * s.strideW);
      Value element = s.matrix ? loops.load(t.x, {at, loops.add(loops.mul(block, kBlock), channel)})
                               : loops.load(t.x, {inImage, inBlock, inRow, at, channel});
      Value pixel = loops.named(vector::BroadcastOp::create(loops.builder, loops.loc, types[first], element), "pixel");
      for (int64_t v = first; v < last; ++v) {
        Value &sum = next[v * pixels + p];
        sum = vector::FMAOp::create(loops.builder, loops.loc, pixel, weight[v], sum);
      }
    }
  };
  int64_t whole = types.back() == types.front() ? vectors : vectors - 1;
  multiply(0, whole);
  if (whole < vectors) {
    loops.forget(); // multiply-adds that read their pixels from memory are faster than those that share a broadcast
    multiply(whole, vectors);
  }
  return next;
}

DirectTile::Sums DirectTile::overTaps(Value block, int64_t width, ValueRange sums) {
  return loops.carry(s.kh, sums, "ky", [&](Value ky, ValueRange inKy) {
    return loops.carry(s.kw, inKy, "kx", [&](Value kx, ValueRange inKx) {
      return loops.carry(width, inKx, "channel",
                         [&](Value channel, ValueRange in) { return step(block, ky, kx, channel, in); });
    });
  });
}

/// `count` whole input blocks of the pass from `first` on.
DirectTile::Sums DirectTile::overBlocks(Value first, int64_t count, ValueRange sums) {
  return loops.carry(count, sums, "block", [&](Value block, ValueRange in) {
    return overTaps(loops.add(pass.begin, loops.add(block, first)), s.inputBlock, in);
  });
}

DirectTile::Sums DirectTile::overTail(ValueRange sums) {
  return overTaps(loops.add(pass.begin, fullBlocks), tail, sums);
}

/// Adds sums of `chunk` input blocks each, behind the first `rest` blocks. Of a matrix the total is carried, else it
/// waits in the result.
DirectTile::Sums DirectTile::overChunks(int64_t rest, int64_t chunk, int64_t chunks, Sums sums) {
  if (!chunks)
    return sums;
  auto overChunk = [&](Value at) { return overBlocks(loops.add(loops.mul(at, chunk), rest), chunk, zeros()); };
  if (s.matrix) {
    auto add = [&](ValueRange totals, ValueRange parts) {
      return llvm::map_to_vector(llvm::zip_equal(totals, parts),
                                 [&](auto pair) { return plus(std::get<0>(pair), std::get<1>(pair)); });
    };
    sums = loops.carry(chunks, sums, "chunk", [&](Value at, ValueRange totals) { return add(totals, overChunk(at)); });
    return tail ? add(sums, overTail(zeros())) : sums;
  }
  auto keep = [&](ValueRange totals) {
    forEach(totals, [&](Value sum, int64_t v, int64_t p) { return store(sum, v, p); });
  };
  keep(sums);
  loops.loop(
      chunks, [&](Value at) { keep(addTotals(overChunk(at))); }, "chunk");
  if (tail)
    keep(addTotals(overTail(zeros())));
  return sums;
}

DirectTile::Sums DirectTile::forEach(ValueRange sums, function_ref<Value(Value, int64_t, int64_t)> body) const {
  Sums made(sums);
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t v = 0; v < vectors; ++v)
      made[v * pixels + p] = body(made[v * pixels + p], v, p);
  return made;
}

DirectTile::Sums DirectTile::zeros() const {
  Sums made;
  for (VectorType type : types)
    made.append(pixels, loops.number(type, 0));
  return made;
}

DirectTile::Sums DirectTile::firstSums() const {
  if (!pass.isFirst || !t.bias)
    return zeros();
  Sums made;
  for (int64_t v = 0; v < vectors; ++v)
    made.append(pixels, load(v, t.bias, {filters[v].first, filters[v].second}));
  return made;
}

/// Adds to each sum what waits of it in the result.
DirectTile::Sums DirectTile::addTotals(ValueRange sums) {
  loops.forget();
  return forEach(sums, [&](Value sum, int64_t v, int64_t p) { return plus(totalOf(v, p), sum); });
}

Value DirectTile::plus(Value total, Value part) const {
  return arith::AddFOp::create(loops.builder, loops.loc, total, part);
}

/// Where a sum lies in the result.
SmallVector<Value> DirectTile::placeOf(int64_t v, int64_t p) const {
  auto [block, lane] = filters[v];
  if (s.matrix)
    return {loops.add(t.place.column, p), loops.add(loops.mul(block, kBlock), lane)};
  return {outImage, block, outRow, loops.add(t.place.column, p + outLeft), lane};
}

Value DirectTile::load(int64_t v, Value memory, ValueRange at) const {
  return vector::LoadOp::create(loops.builder, loops.loc, types[v], memory, at);
}

Value DirectTile::store(Value sum, int64_t v, int64_t p) const {
  storeVector(loops, sum, t.y, placeOf(v, p), s.matrix ? channels - v * lanes : lanes);
  return sum;
}

/// The result of a sum; of a pass that is not the last, the sum itself.
Value DirectTile::finished(Value sum, int64_t v, int64_t p) const {
  auto [block, lane] = filters[v];
  sum = widened(sum);
  if (!pass.isLast)
    return sum;
  sum = layer.epilogue.apply(loops, t.others, sum, layer.vector,
                             {t.place.image, block, t.place.row, loops.add(t.place.column, p), lane});
  if (s.matrix || s.filters % kBlock == 0 || layer.epilogue.preservesZero())
    return sum;
  return zeroBeyond(loops, sum, loops.add(loops.mul(block, kBlock), lane), s.filters);
}

/// Half a vector with zeros behind it.
Value DirectTile::widened(Value value) const {
  auto type = cast<VectorType>(value.getType());
  if (type == layer.vector)
    return value;
  SmallVector<int64_t> all = llvm::to_vector(llvm::seq<int64_t>(0, lanes));
  return vector::ShuffleOp::create(loops.builder, loops.loc, value, loops.number(type, 0), all);
}

/// Vectors of half a block leave zeros to the rest of it.
void DirectTile::storeZerosBehind() const {
  if (s.matrix || layer.plan.tile.channels < kBlock)
    return;
  for (int64_t lane = llvm::alignTo(channels % kBlock, lanes); lane % kBlock != 0; lane += lanes)
    for (int64_t p = 0; p < pixels; ++p) {
      SmallVector<Value> place = placeOf(vectors - 1, p);
      place.back() = loops.index(lane);
      vector::StoreOp::create(loops.builder, loops.loc, loops.number(layer.vector, 0), t.y, place);
    }
}
