// SPDX-License-Identifier: Apache-2.0
// A register tile of pixels x channels sums over input channels and taps; the input has a halo, so no tap needs a
// check. Weights are packed as [filter block][input block][kh][kw][input channel][16 filters] for every instruction
// set alike. Groups become a range of input blocks for each filter block, with zeros for the other groups' channels.
#include "compiler/loops/algorithms/DirectKernel.h"

#include "compiler/loops/Epilogue.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
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

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// Steps of the sum after which a part of it is added to the total.
constexpr int64_t kChunkSteps = 288;
/// Units of work that a phase of passes has at least, for threads to share.
constexpr int64_t kUnits = 16;

/// A pass over the input blocks [begin, begin + count).
struct Pass {
  bool isFirst = true, isLast = true;
  int64_t count = 0;
  Value begin;
};

/// Everything that the kernel and its tiles share while they are written.
class DirectKernel {
public:
  DirectKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), target(target), phase(phase), s(ConvShape::of(op)),
        plan(DirectPlan::of(op.getPlanAttr().getParameters())), tile(plan.tile), merged(plan.merge), depth(s.depth()),
        epilogue(phase, op, /*anchored=*/true, merged),
        vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())), from(phase, op.getAnchorInput(0)),
        to(phase, op->getResult(0)) {
    input = phase.memory(op.getAnchorInput(0), merge(op.getAnchorInput(0)));
    weights = phase.packed(constantOf(op.getAnchorInput(1)), weightPacking());
    if (op.getAnchor()->getNumOperands() == 3)
      bias = phase.packed(constantOf(op.getAnchorInput(2)), Packing::ofChannels(op.getContext(), s.filters));
    if (auto later = op->getAttrOfType<DenseI64ArrayAttr>(CnnDialect::kAhead)) {
      int64_t block = s.steps() * kBlock * 4;
      firstLater = s.filterBlocks() + llvm::divideCeilSigned(later[0], block);
      laterCount = llvm::divideCeilSigned(later[1], block);
    }
    output = phase.memory(op->getResult(0), merge(op->getResult(0)));
    phase.setName((s.matrix ? "fc" : "conv" + std::to_string(s.kh) + "x" + std::to_string(s.kw)));
  }

  void write() {
    Loops &loops = phase.loops;
    if (plan.pass)
      return writePasses();
    int64_t rows = s.outRows / merged, count = parts();
    phase.setGrid(s.images * count * rows);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      int64_t inner = plan.rowsOutside ? count : rows, outer = plan.rowsOutside ? rows : count;
      Value fast = loops.rem(i, inner), slow = loops.rem(loops.div(i, inner), outer);
      Value image = s.images == 1 ? loops.index(0) : loops.div(i, count * rows);
      writePart({image, plan.rowsOutside ? fast : slow, plan.rowsOutside ? slow : fast, {}, {}});
    });
  }

  void writeRows(const RowRange &rows) {
    Loops &loops = phase.loops;
    auto forRows = [&](function_ref<void(Value)> body) { loops.loop(rows.first, rows.last, 1, body, "row"); };
    auto forParts = [&](function_ref<void(Value)> body) { loops.loop(parts(), body, "part"); };
    auto write = [&](Value part, Value row) { writePart({rows.image, part, row, {}, rows.share}); };
    if (plan.rowsOutside)
      forRows([&](Value row) { forParts([&](Value part) { write(part, row); }); });
    else
      forParts([&](Value part) { forRows([&](Value row) { write(part, row); }); });
  }

private:
  /// Each part's passes over a band of rows.
  void writePasses() {
    Loops &loops = phase.loops;
    int64_t rows = s.outRows / merged, count = parts();
    int64_t band = llvm::divideCeilSigned(rows, std::min(rows, llvm::divideCeilSigned(kUnits, s.images * count)));
    int64_t bands = llvm::divideCeilSigned(rows, band), passes = llvm::divideCeilSigned(depth, plan.pass);
    phase.setGrid(s.images * count * bands);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value first = loops.mul(loops.rem(i, bands), band), last = loops.add(first, band);
      if (rows % band)
        last = loops.min(last, loops.index(rows));
      Value part = loops.rem(loops.div(i, bands), count);
      Value image = s.images == 1 ? loops.index(0) : loops.div(i, count * bands);
      auto run = [&](const Pass &pass) {
        loops.loop(
            first, last, 1,
            [&](Value row) {
              writePart({image, part, row, {}, {}}, pass);
            },
            "row");
      };
      run({true, passes == 1, std::min(plan.pass, depth), loops.index(0)});
      if (passes > 2)
        loops.loop(
            loops.index(1), loops.index(passes - 1), 1,
            [&](Value pass) {
              run({false, false, plan.pass, loops.mul(pass, plan.pass)});
            },
            "pass");
      if (passes > 1)
        run({false, true, depth - (passes - 1) * plan.pass, loops.index((passes - 1) * plan.pass)});
    });
  }

  /// All input blocks at once.
  Pass wholeSum() const { return {true, true, depth, phase.loops.index(0)}; }

  int64_t channels() const { return plan.channelsOf(s); }
  /// Tiles of channels; the last may be narrower.
  int64_t parts() const { return llvm::divideCeilSigned(channels(), tile.channels); }

  /// The value's memory with `merged` rows seen as one.
  MemRefType merge(Value value) const {
    MemRefType type = phase.network.storage.of(value).type;
    return merged == 1 ? type : mergeRows(type, merged);
  }

  Packing weightPacking() {
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    AffineExpr filter = dim(0) * kBlock + dim(5);
    // The channel within the filter's group; others leave the source and so become zero.
    AffineExpr channel = dim(1) * s.inputBlock + dim(4);
    if (s.groups > 1)
      channel = channel - filter.floorDiv(s.groupFilters()) * s.groupChannels();
    if (s.readsRanges())
      channel = channel + ((dim(0) * kBlock).floorDiv(s.groupFilters()) * s.groupChannels()).floorDiv(s.inputBlock) *
                              s.inputBlock;
    SmallVector<AffineExpr> source = {filter, channel};
    if (!s.matrix)
      source.append({dim(2), dim(3)});
    return {{s.filterBlocks(), depth, s.kh, s.kw, s.inputBlock, kBlock}, AffineMap::get(6, 0, source, context)};
  }

  /// One row of pixels for one tile of channels, whose width depends on the part.
  void writePart(const TilePlace &place) { writePart(place, wholeSum()); }
  void writePart(const TilePlace &place, const Pass &pass) {
    forWidthOfPart(phase.loops, place.part, channels(), tile.channels,
                   [&](int64_t width) { writeRow(place, width, pass); });
  }

  /// Calls the tile functions along the row.
  void writeRow(TilePlace place, int64_t width, const Pass &pass) {
    Loops &loops = phase.loops;
    SmallVector<Value> arguments = {input, weights};
    if (bias)
      arguments.push_back(bias);
    arguments.push_back(output);
    llvm::append_range(arguments, epilogue.memory());
    RowCut cut(s.outColumns * merged, tile.pixels);
    forEachTile(loops, cut, [&](int64_t size, Value column) {
      place.column = column;
      SmallVector<Value> all = arguments;
      if (plan.pass)
        all.push_back(pass.begin);
      if (plan.prefetch)
        all.push_back(ahead(loops, place, cut.number(loops, size, column), cut.count));
      if (laterCount)
        all.push_back(later(loops, place, cut.number(loops, size, column), cut.count));
      place.appendTo(all);
      bool inChain = static_cast<bool>(place.share);
      func::CallOp::create(loops.builder, loops.loc, writeTile(size, width, ValueRange(all).getTypes(), inChain, pass),
                           all);
    });
  }

  /// Who prefetches the next part: the tiles that a part has before it is its turn.
  PrefetchAhead prefetches() const {
    int64_t tilesOfRow = RowCut(s.outColumns * merged, tile.pixels).count;
    return {tile.channels / kBlock, plan.rowsOutside ? tilesOfRow : s.outRows / merged * tilesOfRow};
  }

  /// The first block of filters that a tile prefetches.
  Value ahead(Loops &loops, const TilePlace &place, Value number, int64_t tilesOfRow) const {
    int64_t blocks = tile.channels / kBlock;
    Value own = loops.mul(place.part, blocks), turn = loops.add(loops.mul(place.row, tilesOfRow), number);
    Value next = loops.add(loops.add(own, blocks), loops.mul(turn, prefetches().each));
    return prefetches().choose(loops, turn, next, own);
  }

  /// The block of weights behind the filters that a tile prefetches for later phases.
  Value later(Loops &loops, const TilePlace &place, Value number, int64_t tilesOfRow) const {
    Value row = loops.add(loops.mul(place.part, s.outRows / merged), place.row);
    Value turn = loops.add(loops.mul(row, tilesOfRow), number);
    return PrefetchAhead(laterCount, plan.tilesOf(s))
        .choose(loops, turn, loops.add(turn, firstLater), loops.mul(place.part, tile.channels / kBlock));
  }

  func::FuncOp writeTile(int64_t pixels, int64_t width, TypeRange types, bool inChain, Pass pass) {
    std::string name = (s.matrix ? "fc" : "conv" + std::to_string(s.kh) + "x" + std::to_string(s.kw)) + "_tile_" +
                       std::to_string(pixels) + "x" + std::to_string(width);
    if (plan.pass)
      name += pass.isFirst ? "_first" : pass.isLast ? "_last" : "_next";
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      TileArguments tileArguments(loops, arguments, static_cast<bool>(bias), inChain);
      ValueRange more = tileArguments.others.drop_front(epilogue.memory().size());
      auto next = [&](bool isThere, StringRef word) {
        if (!isThere)
          return Value();
        Value value = more.front();
        value.setLoc(NameLoc::get(loops.builder.getStringAttr(word)));
        more = more.drop_front();
        return value;
      };
      keepFree(loops, target);
      Value firstBlock = next(plan.pass, "firstBlock");
      pass.begin = plan.pass ? firstBlock : loops.index(0);
      Value ahead = next(plan.prefetch, "ahead"), later = next(laterCount, "later");
      writeSum(loops, tileArguments, pixels, width, pass, ahead, later);
    });
  }

  /// One vector of filters of a tile: its block, and its first lane.
  std::pair<Value, Value> filterVector(Loops &loops, Value part, int64_t index) {
    int64_t offset = index * target.lanes();
    if (tile.channels >= kBlock)
      return {loops.add(loops.mul(part, tile.channels / kBlock), offset / kBlock), loops.index(offset % kBlock)};
    Value first = loops.mul(part, tile.channels);
    return {loops.div(first, kBlock), loops.add(loops.rem(first, kBlock), offset)};
  }

  void writeSum(Loops &loops, const TileArguments &t, int64_t pixels, int64_t channels, const Pass &pass, Value ahead,
                Value later) {
    auto [image, part, row, column, share] = t.place;
    int64_t lanes = target.lanes(), vectors = llvm::divideCeil(channels, lanes);
    SmallVector<std::pair<Value, Value>> filters;
    SmallVector<VectorType> types; // of the sums: the last may be half a vector
    for (int64_t v = 0; v < vectors; ++v) {
      filters.push_back(filterVector(loops, part, v));
      types.push_back(
          VectorType::get({s.matrix ? lanes : std::min(lanes, channels - v * lanes)}, vector.getElementType()));
    }
    auto loadAs = [&](int64_t v, Value memory, ValueRange indices) -> Value {
      return vector::LoadOp::create(loops.builder, loops.loc, types[v], memory, indices);
    };

    BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
    Value firstRow = loops.add(loops.mul(row, s.strideH), layout ? layout.top() - s.padTop : 0);
    Value firstColumn = loops.add(loops.mul(column, s.strideW), layout ? layout.left() - s.padLeft : 0);
    Value firstBlock = loops.index(0), inImage = from.image(image, share), outImage = to.image(image, share);
    if (s.readsRanges()) {
      Value group = loops.div(loops.mul(filters[0].first, kBlock), s.groupFilters());
      firstBlock = loops.div(loops.mul(group, s.groupChannels()), s.inputBlock);
    }

    // One input channel at one tap for all accumulators.
    auto step = [&](Value block, Value ky, Value kx, Value channel, ValueRange carried) {
      if (s.inputBlock == 1) // taps side by side read the same pixels, which leave no register to each
        loops.forget();
      SmallVector<Value> next(carried);
      SmallVector<Value> weight;
      for (int64_t v = 0; v < vectors; ++v)
        weight.push_back(
            loops.named(loadAs(v, t.w, {filters[v].first, block, ky, kx, channel, filters[v].second}), "weight"));
      if (ahead)
        for (int64_t i = 0; i < prefetches().each; ++i)
          loops.prefetch(t.w, {loops.add(ahead, i), block, ky, kx, channel, loops.index(0)});
      if (later)
        loops.prefetch(t.w, {later, block, ky, kx, channel, loops.index(0)});
      Value inRow = from.row(loops, loops.add(firstRow, loops.mul(ky, s.dilationH)));
      Value inColumn = loops.add(firstColumn, loops.mul(kx, s.dilationW));
      Value inBlock = loops.add(firstBlock, block);
      for (int64_t p = 0; p < pixels; ++p) {
        Value at = loops.add(inColumn, p * s.strideW);
        Value element = s.matrix ? loops.load(t.x, {at, loops.add(loops.mul(block, kBlock), channel)})
                                 : loops.load(t.x, {inImage, inBlock, inRow, at, channel});
        Value pixel;
        for (int64_t v = 0; v < vectors; ++v) {
          if (!pixel || pixel.getType() != types[v])
            pixel = loops.named(vector::BroadcastOp::create(loops.builder, loops.loc, types[v], element), "pixel");
          next[v * pixels + p] =
              vector::FMAOp::create(loops.builder, loops.loc, pixel, weight[v], next[v * pixels + p]);
        }
      }
      return next;
    };
    auto overTaps = [&](Value block, int64_t width, ValueRange carried) {
      return loops.carry(s.kh, carried, "ky", [&](Value ky, ValueRange inKy) {
        return loops.carry(s.kw, inKy, "kx", [&](Value kx, ValueRange inKx) {
          return loops.carry(width, inKx, "channel",
                             [&](Value channel, ValueRange in) { return step(block, ky, kx, channel, in); });
        });
      });
    };
    // The last block may hold fewer channels; only without ranges does every sum end there.
    int64_t tail = !s.readsRanges() && pass.isLast ? s.channels % s.inputBlock : 0;
    int64_t fullBlocks = pass.count - (tail ? 1 : 0);
    auto overBlocks = [&](Value first, int64_t count, ValueRange carried) {
      return loops.carry(count, carried, "block", [&](Value block, ValueRange in) {
        return overTaps(loops.add(pass.begin, loops.add(block, first)), s.inputBlock, in);
      });
    };
    auto overTail = [&](ValueRange carried) { return overTaps(loops.add(pass.begin, fullBlocks), tail, carried); };

    BlockedAttr outLayout = layoutOf(op->getResult(0).getType());
    Value outRow = outLayout ? to.row(loops, loops.add(row, outLayout.top())) : row;
    auto forResults = [&](SmallVector<Value> sums, function_ref<Value(Value sum, int64_t v, int64_t p)> body) {
      for (int64_t p = 0; p < pixels; ++p)
        for (int64_t v = 0; v < vectors; ++v) {
          Value &sum = sums[v * pixels + p];
          sum = body(sum, v, p);
        }
      return sums;
    };
    auto placeOf = [&](int64_t v, int64_t p) -> SmallVector<Value> {
      auto [block, lane] = filters[v];
      if (s.matrix)
        return {loops.add(column, p), loops.add(loops.mul(block, kBlock), lane)};
      return {outImage, block, outRow, loops.add(column, p + outLayout.left()), lane};
    };
    auto totalOf = [&](int64_t v, int64_t p) { return loadAs(v, t.y, placeOf(v, p)); };
    auto store = [&](Value sum, int64_t v, int64_t p) {
      storeVector(loops, sum, t.y, placeOf(v, p), s.matrix ? channels - v * lanes : lanes);
      return sum;
    };
    auto plus = [&](Value total, Value part) -> Value {
      return arith::AddFOp::create(loops.builder, loops.loc, total, part);
    };
    auto addTotals = [&](ValueRange parts) {
      loops.forget();
      return forResults(llvm::to_vector(parts),
                        [&](Value part, int64_t v, int64_t p) { return plus(totalOf(v, p), part); });
    };

    // Long sums are made of shorter ones, each from zero: the error grows with the root of either length only. Their
    // totals wait in memory, so that registers are for the sums alone; but fully connected layers have few of them.
    SmallVector<Value> zeros, sums;
    for (VectorType type : types)
      zeros.append(pixels, loops.number(type, 0));
    if (pass.isFirst && bias)
      for (int64_t v = 0; v < vectors; ++v)
        sums.append(pixels, loadAs(v, t.bias, {filters[v].first, filters[v].second}));
    else
      sums = zeros;
    int64_t chunk = std::max<int64_t>(1, kChunkSteps / (s.kh * s.kw * s.inputBlock));
    int64_t chunks = pass.count < 2 * chunk ? 0 : (fullBlocks - 1) / chunk, rest = fullBlocks - chunks * chunk;
    sums = overBlocks(loops.index(0), rest, sums);
    if (tail && !chunks)
      sums = overTail(sums);
    if (!pass.isFirst)
      sums = addTotals(sums);
    auto overChunk = [&](Value at) { return overBlocks(loops.add(loops.mul(at, chunk), rest), chunk, zeros); };
    // So do sums where the epilogue needs the registers.
    bool wait = !s.matrix && (chunks || (pass.isLast && epilogue.fillsRegisters(target)));
    if (s.matrix) {
      auto add = [&](ValueRange totals, ValueRange parts) {
        return llvm::map_to_vector(llvm::zip_equal(totals, parts), [&](auto pair) { return std::apply(plus, pair); });
      };
      sums =
          loops.carry(chunks, sums, "chunk", [&](Value at, ValueRange totals) { return add(totals, overChunk(at)); });
      if (tail && chunks)
        sums = add(sums, overTail(zeros));
    } else if (wait) {
      forResults(sums, store);
      loops.loop(
          chunks, [&](Value at) { forResults(addTotals(overChunk(at)), store); }, "chunk");
      if (tail && chunks)
        forResults(addTotals(overTail(zeros)), store);
    }
    forResults(sums, [&](Value sum, int64_t v, int64_t p) {
      auto [block, lane] = filters[v];
      if (wait) {
        loops.forget();
        sum = totalOf(v, p);
      }
      sum = widened(loops, sum);
      if (pass.isLast)
        sum = epilogue.apply(loops, t.others, sum, vector, {image, block, row, loops.add(column, p), lane});
      if (!s.matrix && pass.isLast && s.filters % kBlock != 0 && !epilogue.preservesZero())
        sum = zeroBeyond(loops, sum, loops.add(loops.mul(block, kBlock), lane), s.filters);
      return store(sum, v, p);
    });
    // Vectors of half a block leave zeros to the rest of it.
    if (s.matrix || tile.channels < kBlock)
      return;
    for (int64_t lane = llvm::alignTo(channels % kBlock, lanes); lane % kBlock != 0; lane += lanes)
      for (int64_t p = 0; p < pixels; ++p) {
        SmallVector<Value> place = placeOf(vectors - 1, p);
        place.back() = loops.index(lane);
        vector::StoreOp::create(loops.builder, loops.loc, loops.number(vector, 0), t.y, place);
      }
  }

  /// Half a vector with zeros behind it.
  Value widened(Loops &loops, Value value) {
    auto type = cast<VectorType>(value.getType());
    if (type == vector)
      return value;
    SmallVector<int64_t> lanes = llvm::to_vector(llvm::seq<int64_t>(0, target.lanes()));
    return vector::ShuffleOp::create(loops.builder, loops.loc, value, loops.number(type, 0), lanes);
  }

  FusedOp op;
  const Target &target;
  Phase &phase;
  ConvShape s;
  DirectPlan plan;
  RegisterTile tile;
  int64_t merged, depth;
  /// Blocks of weights that are asked for here and read by later phases.
  int64_t firstLater = 0, laterCount = 0;
  Epilogue epilogue;
  VectorType vector;
  RowPlace from, to;
  Value input, weights, bias, output;
};
} // namespace

void loops::writeDirect(FusedOp op, const Target &target, Phase &phase) { DirectKernel(op, target, phase).write(); }
void loops::writeDirectRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) {
  DirectKernel(op, target, phase).writeRows(rows);
}
