// SPDX-License-Identifier: Apache-2.0
// A register tile of pixels x channels sums over input channels and taps; the input has a halo, so no tap needs a
// check. Weights are packed as [filter block][input block][kh][kw][input channel][16 filters] for every instruction
// set alike. Groups become a range of input blocks for each filter block, with zeros for the other groups' channels.
#include "compiler/loops/algorithms/DirectKernel.h"

#include "compiler/loops/algorithms/DirectTile.h"
#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// Units of work that a phase of passes has at least, for threads to share.
constexpr int64_t kUnits = 16;

class DirectKernel : DirectLayer {
public:
  DirectKernel(FusedOp op, const Target &target, Phase &phase)
      : DirectLayer(op, target, phase), phase(phase), depth(s.depth()) {
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
    int64_t rows = s.outRows / plan.merge, count = parts();
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
    int64_t rows = s.outRows / plan.merge, count = parts();
    int64_t band = llvm::divideCeilSigned(rows, std::min(rows, llvm::divideCeilSigned(kUnits, s.images * count)));
    int64_t bands = llvm::divideCeilSigned(rows, band), passes = llvm::divideCeilSigned(depth, plan.pass);
    phase.setGrid(s.images * count * bands);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value first = loops.mul(loops.rem(i, bands), band), last = loops.add(first, band);
      if (rows % band)
        last = loops.min(last, loops.index(rows));
      Value part = loops.rem(loops.div(i, bands), count);
      Value image = s.images == 1 ? loops.index(0) : loops.div(i, count * bands);
      auto run = [&](const DirectPass &pass) {
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
  DirectPass wholeSum() const { return {true, true, depth, phase.loops.index(0)}; }

  int64_t channels() const { return plan.channelsOf(s); }
  /// Tiles of channels; the last may be narrower.
  int64_t parts() const { return llvm::divideCeilSigned(channels(), plan.tile.channels); }

  /// The value's memory with `merge` rows seen as one.
  MemRefType merge(Value value) const {
    MemRefType type = phase.network.storage.of(value).type;
    return plan.merge == 1 ? type : mergeRows(type, plan.merge);
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
  void writePart(const TilePlace &place, const DirectPass &pass) {
    forWidthOfPart(phase.loops, place.part, channels(), plan.tile.channels,
                   [&](int64_t width) { writeRow(place, width, pass); });
  }

  /// Calls the tile functions along the row.
  void writeRow(TilePlace place, int64_t width, const DirectPass &pass) {
    Loops &loops = phase.loops;
    SmallVector<Value> arguments = {input, weights};
    if (bias)
      arguments.push_back(bias);
    arguments.push_back(output);
    llvm::append_range(arguments, epilogue.memory());
    RowCut cut(s.outColumns * plan.merge, plan.tile.pixels);
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
    int64_t tilesOfRow = RowCut(s.outColumns * plan.merge, plan.tile.pixels).count;
    return {plan.tile.channels / kBlock, plan.rowsOutside ? tilesOfRow : s.outRows / plan.merge * tilesOfRow};
  }

  /// The first block of filters that a tile prefetches.
  Value ahead(Loops &loops, const TilePlace &place, Value number, int64_t tilesOfRow) const {
    int64_t blocks = plan.tile.channels / kBlock;
    Value own = loops.mul(place.part, blocks), turn = loops.add(loops.mul(place.row, tilesOfRow), number);
    Value next = loops.add(loops.add(own, blocks), loops.mul(turn, prefetches().each));
    return prefetches().choose(loops, turn, next, own);
  }

  /// The block of weights behind the filters that a tile prefetches for later phases.
  Value later(Loops &loops, const TilePlace &place, Value number, int64_t tilesOfRow) const {
    Value row = loops.add(loops.mul(place.part, s.outRows / plan.merge), place.row);
    Value turn = loops.add(loops.mul(row, tilesOfRow), number);
    return PrefetchAhead(laterCount, plan.tilesOf(s))
        .choose(loops, turn, loops.add(turn, firstLater), loops.mul(place.part, plan.tile.channels / kBlock));
  }

  func::FuncOp writeTile(int64_t pixels, int64_t width, TypeRange types, bool inChain, DirectPass pass) {
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
      DirectAsks asks;
      asks.ahead = next(plan.prefetch, "ahead");
      asks.each = plan.prefetch ? prefetches().each : 0;
      asks.later = next(laterCount, "later");
      DirectTile(loops, *this, tileArguments, pixels, width, pass, asks).write();
    });
  }

  Phase &phase;
  int64_t depth;
  /// Blocks of weights that are asked for here and read by later phases.
  int64_t firstLater = 0, laterCount = 0;
  Value input, weights, bias, output;
};
} // namespace

void loops::writeDirect(FusedOp op, const Target &target, Phase &phase) { DirectKernel(op, target, phase).write(); }
void loops::writeDirectRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) {
  DirectKernel(op, target, phase).writeRows(rows);
}
