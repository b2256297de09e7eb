// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution, and that of small groups: each channel sums over its own group, which lies in one vector. A
// tile of pixels x channels sums over the taps; each input vector serves all taps of a row that read it. In groups of
// more than one channel, vectors are turned within the groups, until each lane has met all channels of its group.
// Weights are packed as [block][kh][kw][turn][16].
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Chain.h"
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

/// Groups turn by fours, which all instruction sets can do within a vector, and by what they have more of them.
constexpr int64_t kTurn = 4;
/// So many taps of a row are computed together.
constexpr int64_t kTaps = 5;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// Channels of a group.
int64_t groupSize(ConvOp conv) { return shapeOf(conv.getWeight())[1]; }
/// Taps of a row that are computed together: all of them, or one after the other.
int64_t tapsTogether(int64_t width) { return width <= kTaps ? width : 1; }

class DepthwiseKernel {
public:
  DepthwiseKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), conv(cast<ConvOp>(op.getAnchor())), phase(phase), out(shapeOf(op->getResult(0))),
        window(shapeOf(conv.getWeight()).take_back(2)), group(groupSize(conv)), lanes(target.lanes()),
        epilogue(phase, op, /*anchored=*/true), vector(VectorType::get({lanes}, phase.builder.getF32Type())),
        from(phase, op.getAnchorInput(0)), to(phase, op->getResult(0)) {
    auto sizes = cast<DenseI64ArrayAttr>(op.getPlanAttr().getParameters().get("tile")).asArrayRef();
    tile = {sizes[0], sizes[1]};
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    int64_t blocks = llvm::divideCeil(out[1], kBlock);
    parts = blocks * kBlock / tile.channels;
    arguments.push_back(phase.memory(op.getAnchorInput(0)));
    int64_t turn = std::min(group, kTurn);
    SmallVector<AffineExpr> weight = {dim(0) * kBlock + dim(4), dim(3).floorDiv(turn) * turn + (dim(4) + dim(3)) % turn,
                                      dim(1), dim(2)};
    arguments.push_back(phase.packed(constantOf(op.getAnchorInput(1)), {{blocks, window[0], window[1], group, kBlock},
                                                                        AffineMap::get(5, 0, weight, context)}));
    if (conv.getBias())
      arguments.push_back(phase.packed(constantOf(op.getAnchorInput(2)),
                                       {{blocks, kBlock}, AffineMap::get(2, 0, dim(0) * kBlock + dim(1))}));
    arguments.push_back(phase.memory(op->getResult(0)));
    llvm::append_range(arguments, epilogue.memory());
    phase.setName(name() + std::to_string(window[0]) + "x" + std::to_string(window[1]));
  }

  void write() {
    Loops &loops = phase.loops;
    phase.setGrid(out[0] * out[2] * parts, 4);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      int64_t inner = rowsOutside() ? parts : out[2], outer = rowsOutside() ? out[2] : parts;
      Value fast = loops.rem(i, inner), slow = loops.rem(loops.div(i, inner), outer);
      Value image = out[0] == 1 ? loops.index(0) : loops.div(i, out[2] * parts);
      writeRow({image, rowsOutside() ? fast : slow, rowsOutside() ? slow : fast, {}, {}});
    });
  }

  void writeRows(const RowRange &rows) {
    phase.loops.loop(
        parts,
        [&](Value part) {
          phase.loops.loop(
              rows.first, rows.last, 1,
              [&](Value row) {
                writeRow({rows.image, part, row, {}, rows.share});
              },
              "row");
        },
        "part");
  }

private:
  std::string name() const { return group == 1 ? "depthwise" : "grouped"; }

  /// Like the convolutions before and after it, so that a thread finds its own rows: small maps go by channels.
  bool rowsOutside() const { return out[2] >= 14; }

  /// One row of pixels for one tile of channels.
  void writeRow(TilePlace place) {
    Loops &loops = phase.loops;
    forEachTile(loops, RowCut(out[3], tile.pixels), [&](int64_t size, Value column) {
      place.column = column;
      SmallVector<Value> all = arguments;
      place.appendTo(all);
      bool inChain = static_cast<bool>(place.share);
      func::CallOp::create(loops.builder, loops.loc, writeTile(size, ValueRange(all).getTypes(), inChain), all);
    });
  }

  func::FuncOp writeTile(int64_t pixels, TypeRange types, bool inChain) {
    std::string tileName = name() + "_tile_" + std::to_string(pixels) + "x" + std::to_string(tile.channels);
    return phase.function(tileName, types, [&](Loops &loops, ValueRange arguments) {
      writeSum(loops, TileArguments(loops, arguments, static_cast<bool>(conv.getBias()), inChain), pixels);
    });
  }

  void writeSum(Loops &loops, const TileArguments &t, int64_t pixels) {
    auto [image, part, row, column, share] = t.place;
    int64_t vectors = tile.channels / lanes;
    Value first = loops.mul(part, tile.channels);
    Value block = loops.named(loops.div(first, kBlock), "block"),
          firstLane = loops.named(loops.rem(first, kBlock), "lane");
    auto laneOf = [&](int64_t v) { return loops.add(firstLane, v * lanes); };
    auto load = [&](Value memory, ValueRange at) -> Value {
      return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
    };

    SmallVector<Value> sums;
    for (int64_t v = 0; v < vectors; ++v)
      sums.append(pixels, t.bias ? load(t.bias, {block, laneOf(v)}) : loops.number(vector, 0));

    BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
    auto stride = conv.getStride(), dilation = conv.getDilation(), pad = conv.getPad();
    Value firstRow = loops.add(loops.mul(row, stride[0]), layout.top() - pad[0]);
    Value firstColumn = loops.add(loops.mul(column, stride[1]), layout.left() - pad[1]);
    Value inImage = from.image(image, share), outImage = to.image(image, share);
    int64_t together = tapsTogether(window[1]);
    sums = loops.carry(window[0], sums, "ky", [&](Value ky, ValueRange inKy) {
      Value inRow = from.row(loops, loops.add(firstRow, loops.mul(ky, dilation[0])));
      return loops.carry(window[1] / together, inKy, "kx", [&](Value kx, ValueRange in) {
        SmallVector<Value> next(in);
        Value inColumn = loops.add(firstColumn, loops.mul(kx, dilation[1]));
        for (int64_t v = 0; v < vectors; ++v)
          for (int64_t turn = 0; turn < group; ++turn) {
            SmallVector<Value> weights;
            for (int64_t tap = 0; tap < together; ++tap)
              weights.push_back(
                  loops.named(load(t.w, {block, ky, loops.add(kx, tap), loops.index(turn), laneOf(v)}), "weight"));
            auto [source, mask] = turned(v, turn);
            for (int64_t p = 0; p < pixels; ++p)
              for (int64_t tap = 0; tap < together; ++tap) {
                Value at = loops.add(inColumn, p * stride[1] + tap * dilation[1]);
                Value pixel = load(t.x, {inImage, block, inRow, at, laneOf(source)});
                if (turn % kTurn || group > kTurn)
                  pixel = vector::ShuffleOp::create(loops.builder, loops.loc, pixel, pixel, mask);
                Value &sum = next[v * pixels + p];
                sum = vector::FMAOp::create(loops.builder, loops.loc, pixel, weights[tap], sum);
              }
          }
        return next;
      });
    });

    BlockedAttr outLayout = layoutOf(op->getResult(0).getType());
    Value outRow = to.row(loops, loops.add(row, outLayout.top()));
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v) {
        Value at = loops.add(column, p), lane = laneOf(v);
        Value value = epilogue.apply(loops, t.others, sums[v * pixels + p], vector, {image, block, row, at, lane});
        if (out[1] % kBlock != 0 && !epilogue.preservesZero())
          value = zeroBeyond(loops, value, loops.add(loops.mul(block, kBlock), lane), out[1]);
        vector::StoreOp::create(loops.builder, loops.loc, value, t.y,
                                ValueRange{outImage, block, outRow, loops.add(at, outLayout.left()), lane});
      }
  }

  /// The vector of a tile that vector `v` reads at a turn, and which of its lanes.
  std::pair<int64_t, SmallVector<int64_t>> turned(int64_t v, int64_t turn) const {
    int64_t width = std::min(group, kTurn);
    SmallVector<int64_t> places;
    for (int64_t lane = v * lanes; lane < (v + 1) * lanes; ++lane)
      places.push_back(lane / group * group + turn / width * width + (lane + turn) % width);
    int64_t source = places.front() / lanes;
    for (int64_t &place : places)
      place -= source * lanes;
    return {source, places};
  }

  FusedOp op;
  ConvOp conv;
  Phase &phase;
  ArrayRef<int64_t> out, window;
  int64_t group, lanes;
  Epilogue epilogue;
  VectorType vector;
  RegisterTile tile;
  RowPlace from, to;
  int64_t parts;
  SmallVector<Value> arguments; // of the tile functions, but for the place
};

class Depthwise : public Algorithm {
public:
  StringRef name() const override { return "depthwise"; }
  int rank() const override { return 60; }

  bool accepts(FusedOp op, const Target &) const override {
    auto conv = dyn_cast<ConvOp>(op.getAnchor());
    if (!conv || !Epilogue::supports(op, /*anchored=*/true) || conv.getGroups() == 1)
      return false;
    int64_t channels = shapeOf(conv.getX())[1];
    for (unsigned i = 1; i < conv->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    // A group fills a whole part of a block; those of a block and more have enough channels for the direct kernel.
    return groupSize(conv) < kBlock && kBlock % groupSize(conv) == 0 && shapeOf(conv.getWeight())[0] == channels &&
           cast<RankedTensorType>(conv.getX().getType()).getElementType().isF32();
  }

  LayoutNeed operandLayout(FusedOp op, unsigned index) const override {
    auto conv = cast<ConvOp>(op.getAnchor());
    if (cast<BlockArgument>(conv.getX()).getArgNumber() != index)
      return LayoutNeed::blocked();
    auto in = shapeOf(conv.getX()), out = shapeOf(op->getResult(0)), window = shapeOf(conv.getWeight()).take_back(2);
    auto beyond = [&](int64_t d) {
      int64_t last = (out[d + 2] - 1) * conv.getStride()[d] + (window[d] - 1) * conv.getDilation()[d] + 1;
      return std::max<int64_t>(last - conv.getPad()[d] - in[d + 2], 0);
    };
    return LayoutNeed::blocked(kBlock, {conv.getPad()[0], conv.getPad()[1], beyond(0), beyond(1)});
  }

  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  SmallVector<DictionaryAttr> candidates(FusedOp op, const Target &target) const override {
    // One block, or two vectors of it where the block has more. Besides accumulators, registers hold a row of taps and
    // the pixels that they meet.
    int64_t channels = std::min<int64_t>(kBlock, 2 * target.lanes()), vectors = channels / target.lanes();
    int64_t taps = tapsTogether(shapeOf(cast<ConvOp>(op.getAnchor()).getWeight())[3]);
    int64_t most = std::max<int64_t>(1, (target.registers - 2 * taps - (target.hasFma ? 0 : 1)) / vectors);
    Builder builder(op.getContext());
    SmallVector<DictionaryAttr> result;
    int64_t columns = shapeOf(op->getResult(0))[3];
    int64_t widest = std::min(most, columns);
    for (int64_t pixels = widest; pixels > widest / 4; --pixels)
      if (RowCut(columns, pixels).size == pixels)
        result.push_back(builder.getDictionaryAttr(
            {builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({pixels, channels}))}));
    return result;
  }
  double cycles(FusedOp op, DictionaryAttr parameters, const Target &target) const override {
    auto weight = shapeOf(cast<ConvOp>(op.getAnchor()).getWeight()), out = shapeOf(op->getResult(0));
    auto tile = cast<DenseI64ArrayAttr>(parameters.get("tile")).asArrayRef();
    double taps = weight[1] * weight[2] * weight[3], vectors = tile[1] / target.lanes();
    RowCut cut(out[3], tile[0]);
    // Each multiply-add loads a pixel's vector; each tap those of the filter; each tile is called.
    auto tileCycles = [&](int64_t size) {
      return taps * vectors * std::max(size / target.core.loads, 4.0) + taps * vectors + 2 * size * vectors + 25;
    };
    double row = cut.larger * tileCycles(cut.size) + (cut.count - cut.larger) * tileCycles(cut.size - 1);
    return row * out[0] * out[2] * llvm::divideCeil(out[1], tile[1]);
  }

  std::optional<RowWindow> rowWindow(FusedOp op) const override {
    auto conv = cast<ConvOp>(op.getAnchor());
    int64_t extent = (shapeOf(conv.getWeight())[2] - 1) * conv.getDilation()[0] + 1;
    return RowWindow{conv.getStride()[0], extent, conv.getPad()[0]};
  }
  void lowerRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) const override {
    DepthwiseKernel(op, target, phase).writeRows(rows);
  }
  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    DepthwiseKernel(op, target, phase).write();
  }
};

RegisterAlgorithm<Depthwise> registration;
} // namespace
