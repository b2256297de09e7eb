// SPDX-License-Identifier: Apache-2.0
// Direct convolution, and the fully connected layer as its special case of one pixel.
//
// A register tile of pixels x channels sums over input channels and taps; the input has a halo, so no tap needs a
// check. Weights are packed as [filter block][input block][kh][kw][input channel][16 filters] for every instruction
// set alike. Groups become a range of input blocks for each filter block, with zeros for the other groups' channels.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/Tile.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// Steps of the sum after which a part of it is added to the total.
constexpr int64_t kChunkSteps = 288;

/// A convolution in numbers; a fully connected layer is one with a row of N pixels.
struct Shape {
  int64_t images, channels, rows, columns; // of the input
  int64_t filters, outRows, outColumns;
  int64_t kh = 1, kw = 1, strideH = 1, strideW = 1, dilationH = 1, dilationW = 1, padTop = 0, padLeft = 0, groups = 1;
  int64_t inputBlock = kBlock; // channels of an input block
  bool matrix = false;

  static Shape of(FusedOp op) {
    Shape s;
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

  int64_t filterBlocks() const { return llvm::divideCeil(filters, kBlock); }
  int64_t inputBlocks() const { return llvm::divideCeil(channels, inputBlock); }
  int64_t groupFilters() const { return filters / groups; }
  int64_t groupChannels() const { return channels / groups; }
  /// The first input block that filter block `block` reads, were there no end to stop at.
  int64_t firstInputBlock(int64_t block) const { return block * kBlock / groupFilters() * groupChannels() / inputBlock; }
  /// How many input blocks any filter block reads.
  int64_t depth() const {
    int64_t most = 1;
    for (int64_t block = 0; block < filterBlocks(); ++block) {
      int64_t lastFilter = std::min(filters, (block + 1) * kBlock) - 1;
      int64_t lastChannel = (lastFilter / groupFilters() + 1) * groupChannels() - 1;
      most = std::max(most, lastChannel / inputBlock - firstInputBlock(block) + 1);
    }
    return most;
  }
  bool isPointwise() const { return kh == 1 && kw == 1 && strideH == 1 && strideW == 1; }
};

/// Everything that the kernel and its tiles share while they are written.
class DirectKernel {
public:
  DirectKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), target(target), phase(phase), s(Shape::of(op)), plan(op.getPlanAttr().getParameters()),
        tile{list("tile")[0], list("tile")[1]}, merged(list("merge").front()), depth(s.depth()),
        epilogue(phase, op, /*anchored=*/true, merged), vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {
    input = phase.memory(op.getAnchorInput(0), merge(op.getAnchorInput(0)));
    weights = phase.packed(constantOf(op.getAnchorInput(1)), weightPacking());
    if (op.getAnchor()->getNumOperands() == 3)
      bias = phase.packed(constantOf(op.getAnchorInput(2)), biasPacking());
    output = phase.memory(op->getResult(0), merge(op->getResult(0)));
  }

  void write() {
    Loops &loops = phase.loops;
    int64_t rows = s.outRows / merged, pixels = s.outColumns * merged;
    int64_t channels = s.matrix ? s.filters : s.filterBlocks() * kBlock;
    int64_t fullTiles = channels / tile.channels, rest = channels % tile.channels;
    int64_t tiles = fullTiles + (rest ? 1 : 0);
    bool rowsOutside = cast<StringAttr>(plan.get("order")).getValue() == "rows";

    phase.setName((s.matrix ? "fc" : "conv" + std::to_string(s.kh) + "x" + std::to_string(s.kw)));
    phase.setGrid(s.images * tiles * rows);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      int64_t inner = rowsOutside ? tiles : rows, outer = rowsOutside ? rows : tiles;
      Value fast = loops.rem(i, inner), slow = loops.rem(loops.div(i, inner), outer);
      Value image = s.images == 1 ? loops.index(0) : loops.div(i, tiles * rows);
      Value part = rowsOutside ? fast : slow, row = rowsOutside ? slow : fast;
      if (!rest)
        return writeRow(loops, image, part, row, pixels, tile.channels);
      if (!fullTiles)
        return writeRow(loops, image, part, row, pixels, rest);
      Value isFull = arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::slt, part, loops.index(fullTiles));
      auto choice = scf::IfOp::create(loops.builder, loops.loc, isFull, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(loops.builder);
      loops.builder.setInsertionPointToStart(choice.thenBlock());
      writeRow(loops, image, part, row, pixels, tile.channels);
      loops.builder.setInsertionPointToStart(choice.elseBlock());
      writeRow(loops, image, part, row, pixels, rest);
    });
  }

private:
  ArrayRef<int64_t> list(StringRef name) const { return cast<DenseI64ArrayAttr>(plan.get(name)).asArrayRef(); }

  /// The value's memory with `merged` rows seen as one.
  MemRefType merge(Value value) const {
    MemRefType type = phase.network.storage.of(value).type;
    return merged == 1 ? type : mergeRows(type, merged);
  }

  Packing weightPacking() {
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    AffineExpr filter = dim(0) * kBlock + dim(5);
    // The channel within the filter's group; others leave the source and so become zero. The clamp to the last range
    // of input blocks is no affine map, but only single-group layers could need it, and they begin at block 0.
    AffineExpr channel = dim(1) * s.inputBlock + dim(4);
    if (s.groups > 1) {
      AffineExpr group = filter.floorDiv(s.groupFilters());
      AffineExpr firstBlock = ((dim(0) * kBlock).floorDiv(s.groupFilters()) * s.groupChannels()).floorDiv(s.inputBlock);
      channel = channel + firstBlock * s.inputBlock - group * s.groupChannels();
    }
    SmallVector<AffineExpr> source = {filter, channel};
    if (!s.matrix)
      source.append({dim(2), dim(3)});
    return {{s.filterBlocks(), depth, s.kh, s.kw, s.inputBlock, kBlock}, AffineMap::get(6, 0, source, context)};
  }

  Packing biasPacking() {
    MLIRContext *context = op.getContext();
    return {{s.filterBlocks(), kBlock},
            AffineMap::get(2, 0, getAffineDimExpr(0, context) * kBlock + getAffineDimExpr(1, context))};
  }

  /// One row of pixels for one tile of channels: calls the tile functions along the row.
  void writeRow(Loops &loops, Value image, Value part, Value row, int64_t pixels, int64_t channels) {
    SmallVector<Value> arguments = {input, weights};
    if (bias)
      arguments.push_back(bias);
    arguments.push_back(output);
    llvm::append_range(arguments, epilogue.memory());
    arguments.append({image, part, row});
    forEachTile(loops, RowCut(pixels, tile.pixels), [&](int64_t size, Value column) {
      SmallVector<Value> all = arguments;
      all.push_back(column);
      func::CallOp::create(loops.builder, loops.loc, writeTile(size, channels, ValueRange(all).getTypes()), all);
    });
  }

  func::FuncOp writeTile(int64_t pixels, int64_t channels, TypeRange types) {
    std::string name = (s.matrix ? "fc" : "conv" + std::to_string(s.kh) + "x" + std::to_string(s.kw)) + "_tile_" +
                       std::to_string(pixels) + "x" + std::to_string(channels);
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      nameTileArguments(loops, arguments, static_cast<bool>(bias));
      writeSum(loops, arguments, pixels, channels);
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

  void writeSum(Loops &loops, ValueRange arguments, int64_t pixels, int64_t channels) {
    ValueRange indices = arguments.take_back(4);
    Value image = indices[0], part = indices[1], row = indices[2], column = indices[3];
    Value x = arguments[0], w = arguments[1], y = arguments[bias ? 3 : 2];
    ValueRange extra = arguments.drop_front(bias ? 4 : 3).drop_back(4);
    int64_t vectors = llvm::divideCeil(channels, target.lanes());
    SmallVector<std::pair<Value, Value>> filters;
    for (int64_t v = 0; v < vectors; ++v)
      filters.push_back(filterVector(loops, part, v));

    SmallVector<Value> sums;
    Value zero = bias ? Value() : loops.number(vector, 0);
    for (int64_t v = 0; v < vectors; ++v) {
      Value start = bias ? load(loops, arguments[2], {filters[v].first, filters[v].second}) : zero;
      sums.append(pixels, start);
    }

    BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
    Value firstRow = loops.add(loops.mul(row, s.strideH), layout ? layout.top() - s.padTop : 0);
    Value firstColumn = loops.add(loops.mul(column, s.strideW), layout ? layout.left() - s.padLeft : 0);
    Value firstBlock = loops.index(0);
    if (s.groups > 1) {
      Value group = loops.div(loops.mul(filters[0].first, kBlock), s.groupFilters());
      firstBlock = loops.div(loops.mul(group, s.groupChannels()), s.inputBlock);
    }

    // One input channel at one tap for all accumulators.
    auto step = [&](Value block, Value ky, Value kx, Value channel, ValueRange carried) {
      SmallVector<Value> next(carried);
      SmallVector<Value> weight;
      for (int64_t v = 0; v < vectors; ++v)
        weight.push_back(loops.named(load(loops, w, {filters[v].first, block, ky, kx, channel, filters[v].second}), "weight"));
      Value inRow = loops.add(firstRow, loops.mul(ky, s.dilationH));
      Value inColumn = loops.add(firstColumn, loops.mul(kx, s.dilationW));
      Value inBlock = loops.add(firstBlock, block);
      for (int64_t p = 0; p < pixels; ++p) {
        Value at = loops.add(inColumn, p * s.strideW);
        Value element = s.matrix ? loops.load(x, {at, loops.add(loops.mul(block, kBlock), channel)})
                                 : loops.load(x, {image, inBlock, inRow, at, channel});
        Value pixel = loops.named(vector::BroadcastOp::create(loops.builder, loops.loc, vector, element), "pixel");
        for (int64_t v = 0; v < vectors; ++v)
          next[v * pixels + p] = vector::FMAOp::create(loops.builder, loops.loc, pixel, weight[v], next[v * pixels + p]);
      }
      return next;
    };
    auto overTaps = [&](Value block, int64_t width, ValueRange carried) {
      return loops.carry(s.kh, carried, "ky", [&](Value ky, ValueRange inKy) {
        return loops.carry(s.kw, inKy, "kx", [&](Value kx, ValueRange inKx) {
          return loops.carry(width, inKx, "channel", [&](Value channel, ValueRange in) { return step(block, ky, kx, channel, in); });
        });
      });
    };
    // The last block may hold fewer channels; only with one group does every sum end there.
    int64_t tail = s.groups == 1 ? s.channels % s.inputBlock : 0;
    int64_t fullBlocks = depth - (tail ? 1 : 0);
    auto overBlocks = [&](Value first, int64_t count, ValueRange carried) {
      return loops.carry(count, carried, "block", [&](Value block, ValueRange in) { return overTaps(loops.add(first, block), s.inputBlock, in); });
    };
    // Long sums are made of shorter ones, each from zero: the error grows with the root of either length only.
    int64_t chunk = std::max<int64_t>(1, kChunkSteps / (s.kh * s.kw * s.inputBlock)), chunks = fullBlocks / chunk;
    if (depth < 2 * chunk) {
      sums = overBlocks(loops.index(0), fullBlocks, sums);
      if (tail)
        sums = overTaps(loops.index(fullBlocks), tail, sums);
    } else {
      SmallVector<Value> zeros(sums.size(), loops.number(vector, 0));
      auto plus = [&](ValueRange totals, ValueRange parts) {
        return llvm::map_to_vector(llvm::zip_equal(totals, parts), [&](auto pair) -> Value {
          return arith::AddFOp::create(loops.builder, loops.loc, std::get<0>(pair), std::get<1>(pair));
        });
      };
      sums = loops.carry(chunks, sums, "chunk", [&](Value at, ValueRange totals) {
        return plus(totals, overBlocks(loops.mul(at, chunk), chunk, zeros));
      });
      if (depth > chunks * chunk) {
        SmallVector<Value> parts = overBlocks(loops.index(chunks * chunk), fullBlocks - chunks * chunk, zeros);
        if (tail)
          parts = overTaps(loops.index(fullBlocks), tail, parts);
        sums = plus(sums, parts);
      }
    }

    BlockedAttr outLayout = layoutOf(op->getResult(0).getType());
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v) {
        auto [block, lane] = filters[v];
        Value at = loops.add(column, p);
        Value value = epilogue.apply(loops, extra, sums[v * pixels + p], vector, {image, block, row, at, lane});
        Value channel = loops.add(loops.mul(block, kBlock), lane);
        if (s.matrix) {
          storeVector(loops, value, y, {at, channel}, channels - v * target.lanes());
          continue;
        }
        if (s.filters % kBlock != 0 && !epilogue.preservesZero())
          value = zeroBeyond(loops, value, channel, s.filters);
        vector::StoreOp::create(loops.builder, loops.loc, value, y,
                                ValueRange{image, block, loops.add(row, outLayout.top()), loops.add(at, outLayout.left()), lane});
      }
  }

  Value load(Loops &loops, Value memory, ValueRange indices) {
    return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, indices);
  }

  FusedOp op;
  const Target &target;
  Phase &phase;
  Shape s;
  DictionaryAttr plan;
  RegisterTile tile;
  int64_t merged, depth;
  Epilogue epilogue;
  VectorType vector;
  Value input, weights, bias, output;
};

class Direct : public Algorithm {
public:
  StringRef name() const override { return "direct"; }
  int rank() const override { return 50; }
  double cycles(FusedOp op, const Target &target) const override {
    Shape s = Shape::of(op);
    int64_t channels = s.filterBlocks() * kBlock;
    RegisterTile tile = chooseTile(target, s.outColumns, channels, std::min<int64_t>(128, channels));
    return rowCycles(target, s.outColumns, channels, tile) * s.images * s.outRows * s.depth() * s.inputBlock * s.kh * s.kw;
  }

  bool accepts(FusedOp op, const Target &) const override {
    Operation *anchor = op.getAnchor();
    if (!isa<ConvOp, FcOp>(anchor) || !Epilogue::supports(op, /*anchored=*/true))
      return false;
    Value x = op.getAnchorInput(0);
    for (unsigned i = 1; i < anchor->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    if (!x || constantOf(x) || !cast<RankedTensorType>(x.getType()).getElementType().isF32())
      return false;
    // The clamped ranges of uneven groups would need weights that are no affine map of the source.
    Shape s = Shape::of(op);
    return s.groups == 1 || s.firstInputBlock(s.filterBlocks() - 1) + s.depth() <= s.inputBlocks();
  }

  LayoutNeed operandLayout(FusedOp op, unsigned index) const override {
    Shape s = Shape::of(op);
    if (s.matrix)
      return LayoutNeed::plain();
    if (op.getInputs()[index] != op.getAnchorInput(0) || cast<BlockArgument>(op.getAnchor()->getOperand(0)).getArgNumber() != index)
      return LayoutNeed::blocked();
    int64_t bottom = (s.outRows - 1) * s.strideH + (s.kh - 1) * s.dilationH + 1 - s.padTop - s.rows;
    int64_t right = (s.outColumns - 1) * s.strideW + (s.kw - 1) * s.dilationW + 1 - s.padLeft - s.columns;
    // The whole value is a residual too if the region's other operators read it; those want full blocks.
    bool isShared = !op.getBody().getArgument(index).hasOneUse();
    return LayoutNeed::blocked(isShared ? kBlock : s.inputBlock,
                               {s.padTop, s.padLeft, std::max<int64_t>(bottom, 0), std::max<int64_t>(right, 0)});
  }

  LayoutNeed resultLayout(FusedOp op, unsigned) const override {
    return Shape::of(op).matrix ? LayoutNeed::plain() : LayoutNeed::blocked();
  }

  DictionaryAttr plan(FusedOp op, const Target &target) const override {
    Shape s = Shape::of(op);
    int64_t channels = s.filterBlocks() * kBlock;
    int64_t most = s.groups == 1 || s.groupFilters() % 128 == 0 ? std::min<int64_t>(128, channels) : kBlock;
    int64_t merge = 1;
    RegisterTile tile = chooseTile(target, s.outColumns, channels, most);
    if (mayMerge(op, s)) {
      double least = rowCycles(target, s.outColumns, channels, tile);
      for (int64_t rows = 2; rows <= s.outRows; ++rows)
        if (s.outRows % rows == 0) {
          RegisterTile candidate = chooseTile(target, rows * s.outColumns, channels, most);
          double cycles = rowCycles(target, rows * s.outColumns, channels, candidate) / rows;
          if (cycles < least * 0.98)
            least = cycles, merge = rows, tile = candidate;
        }
    }
    // Rows outside while all weights stay in the second cache, so that the input is streamed once.
    bool rowsOutside = s.filters * s.channels / s.groups * s.kh * s.kw * 4 <= target.l2Bytes / 2;
    Builder builder(op.getContext());
    return builder.getDictionaryAttr({builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({tile.pixels, tile.channels})),
                                      builder.getNamedAttr("merge", builder.getDenseI64ArrayAttr({merge})),
                                      builder.getNamedAttr("order", builder.getStringAttr(rowsOutside ? "rows" : "filters"))});
  }

  void lower(FusedOp op, const Target &target, Phase &phase) const override { DirectKernel(op, target, phase).write(); }

private:
  /// Rows may be seen as one long row where nothing lies between them.
  static bool mayMerge(FusedOp op, const Shape &s) {
    if (s.matrix || !s.isPointwise() || s.padTop || s.padLeft || s.outRows != s.rows || s.outColumns != s.columns)
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
};

RegisterAlgorithm<Direct> registration;
} // namespace
