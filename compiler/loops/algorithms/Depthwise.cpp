// SPDX-License-Identifier: Apache-2.0
// Depthwise convolution, and that of small groups: each channel sums over its own group, which lies in one vector. A
// tile of pixels x channels sums over the taps; each input vector serves all taps of a row that read it. In groups of
// more than one channel, vectors are turned by fours, until each lane has met all channels of its four; then for the
// fours of its group that follow.
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

/// Groups turn by fours, which all instruction sets can do within a vector.
constexpr int64_t kTurn = 4;
/// So many taps of a row are computed together.
constexpr int64_t kTaps = 5;

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// Channels of a group.
int64_t groupSize(ConvOp conv) { return shapeOf(conv.getWeight())[1]; }
/// Turns whose weights stay in registers while a row of taps is summed.
int64_t turnsTogether(ConvOp conv) { return std::min(groupSize(conv), kTurn); }
/// Taps of a row that are computed together: all of them, or one after the other, if their weights would not leave
/// half of the registers to the sums.
int64_t tapsTogether(ConvOp conv, const Target &target) {
  int64_t width = shapeOf(conv.getWeight())[3], turns = turnsTogether(conv);
  return width <= kTaps && (turns == 1 || turns * width <= target.registers / 2) ? width : 1;
}

/// A pixel of a tile, and a tap that reads `column` for it.
struct Meeting {
  int64_t column, pixel, tap;
};

class DepthwiseKernel {
public:
  DepthwiseKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), conv(cast<ConvOp>(op.getAnchor())), target(target), phase(phase), out(shapeOf(op->getResult(0))),
        window(shapeOf(conv.getWeight()).take_back(2)), group(groupSize(conv)), lanes(target.lanes()),
        turns(turnsTogether(conv)), together(tapsTogether(conv, target)), epilogue(phase, op, /*anchored=*/true),
        vector(VectorType::get({lanes}, phase.builder.getF32Type())), from(phase, op.getAnchorInput(0)),
        to(phase, op->getResult(0)) {
    auto sizes = cast<DenseI64ArrayAttr>(op.getPlanAttr().getParameters().get("tile")).asArrayRef();
    tile = {sizes[0], sizes[1]};
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    int64_t blocks = llvm::divideCeil(out[1], kBlock);
    parts = blocks * kBlock / tile.channels;
    arguments.push_back(phase.memory(op.getAnchorInput(0)));
    // The channel of its group that a lane meets at a turn.
    AffineExpr four = ((dim(4) % group).floorDiv(turns) + dim(3).floorDiv(turns)) % (group / turns);
    SmallVector<AffineExpr> weight = {dim(0) * kBlock + dim(4), four * turns + (dim(4) + dim(3)) % turns, dim(1),
                                      dim(2)};
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
    SmallVector<Meeting> meetings = meetingsOf(pixels);
    auto overWindow = [&](int64_t four, ValueRange carried) {
      return loops.carry(window[0], carried, "ky", [&](Value ky, ValueRange inKy) {
        Value inRow = from.row(loops, loops.add(firstRow, loops.mul(ky, dilation[0])));
        return loops.carry(window[1] / together, inKy, "kx", [&](Value kx, ValueRange in) {
          SmallVector<Value> next(in);
          Value inColumn = loops.add(firstColumn, loops.mul(kx, dilation[1]));
          for (int64_t v = 0; v < vectors; ++v) {
            SmallVector<Value> weights; // of each turn and tap
            for (int64_t turn = 0; turn < turns; ++turn)
              for (int64_t tap = 0; tap < together; ++tap)
                weights.push_back(loops.named(
                    load(t.w, {block, ky, loops.add(kx, tap), loops.index(four * turns + turn), laneOf(v)}), "weight"));
            auto [source, fours] = foursFrom(v, four);
            for (ArrayRef<Meeting> left = meetings; !left.empty();) {
              int64_t column = left.front().column;
              auto atColumn = left.take_while([&](const Meeting &meeting) { return meeting.column == column; });
              left = left.drop_front(atColumn.size());
              keepFree(loops, target); // of the pixels to come
              Value pixel = load(t.x, {inImage, block, inRow, loops.add(inColumn, column), laneOf(source)});
              if (!llvm::is_sorted(fours))
                pixel = vector::ShuffleOp::create(loops.builder, loops.loc, pixel, pixel, fours);
              for (int64_t turn = 0; turn < turns; ++turn) {
                Value turned = pixel;
                if (turn)
                  turned = vector::ShuffleOp::create(loops.builder, loops.loc, pixel, pixel, turnedBy(turn));
                for (const Meeting &meeting : atColumn) {
                  Value &sum = next[v * pixels + meeting.pixel];
                  sum = vector::FMAOp::create(loops.builder, loops.loc, turned, weights[turn * together + meeting.tap],
                                              sum);
                }
              }
            }
          }
          return next;
        });
      });
    };
    for (int64_t four = 0; four < group / turns; ++four)
      sums = overWindow(four, sums);

    BlockedAttr outLayout = layoutOf(op->getResult(0).getType());
    Value outRow = to.row(loops, loops.add(row, outLayout.top()));
    auto placeOf = [&](int64_t v, int64_t p) -> SmallVector<Value> {
      return {outImage, block, outRow, loops.add(column, p + outLayout.left()), laneOf(v)};
    };
    auto store = [&](Value value, int64_t v, int64_t p) {
      vector::StoreOp::create(loops.builder, loops.loc, value, t.y, placeOf(v, p));
    };
    // Sums wait in memory where the epilogue needs the registers.
    bool wait = epilogue.fillsRegisters(target);
    for (int64_t p = 0; wait && p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v)
        store(sums[v * pixels + p], v, p);
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t v = 0; v < vectors; ++v) {
        if (wait)
          loops.forget();
        Value sum = wait ? load(t.y, placeOf(v, p)) : sums[v * pixels + p], lane = laneOf(v);
        sum = epilogue.apply(loops, t.others, sum, vector, {image, block, row, loops.add(column, p), lane});
        if (out[1] % kBlock != 0 && !epilogue.preservesZero())
          sum = zeroBeyond(loops, sum, loops.add(loops.mul(block, kBlock), lane), out[1]);
        store(sum, v, p);
      }
  }

  /// What a row of the window does for a tile. In groups, and where registers are few, columns are met one after the
  /// other, so that one vector is forgotten before the next one; else it goes pixel by pixel, which the C++ source
  /// rolls up.
  SmallVector<Meeting> meetingsOf(int64_t pixels) {
    SmallVector<Meeting> meetings;
    for (int64_t pixel = 0; pixel < pixels; ++pixel)
      for (int64_t tap = 0; tap < together; ++tap)
        meetings.push_back({pixel * conv.getStride()[1] + tap * conv.getDilation()[1], pixel, tap});
    if (group > 1 || hasFewRegisters(target))
      llvm::sort(meetings, [](const Meeting &a, const Meeting &b) {
        return std::pair(a.column, a.pixel) < std::pair(b.column, b.pixel);
      });
    return meetings;
  }

  /// The vector of a tile where vector `v` finds, for each of its fours, the one `by` further on in its group; and
  /// which lanes of it.
  std::pair<int64_t, SmallVector<int64_t>> foursFrom(int64_t v, int64_t by) const {
    SmallVector<int64_t> places;
    for (int64_t lane = v * lanes; lane < (v + 1) * lanes; ++lane)
      places.push_back(lane / group * group + (lane + by * turns) % group);
    int64_t source = places.front() / lanes;
    for (int64_t &place : places)
      place -= source * lanes;
    return {source, places};
  }
  /// The lanes of a vector whose fours (or pairs) turn by `turn`.
  SmallVector<int64_t> turnedBy(int64_t turn) const {
    return llvm::map_to_vector(llvm::seq(lanes),
                               [&](int64_t lane) { return lane / turns * turns + (lane + turn) % turns; });
  }

  FusedOp op;
  ConvOp conv;
  const Target &target;
  Phase &phase;
  ArrayRef<int64_t> out, window;
  int64_t group, lanes, turns, together;
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
    // One vector, or two of a block that has more. Besides accumulators, registers hold a row of taps and the pixels
    // that they meet (one or two where it goes by columns), or the weights of some turns and a pixel as it turns.
    auto conv = cast<ConvOp>(op.getAnchor());
    int64_t taps = tapsTogether(conv, target), turns = turnsTogether(conv);
    int64_t others = turns > 1 || hasFewRegisters(target) ? turns * taps + 4 : 2 * taps;
    int64_t sums = target.registers - others - (target.hasFma ? 0 : 1);
    Builder builder(op.getContext());
    SmallVector<DictionaryAttr> result;
    int64_t columns = shapeOf(op->getResult(0))[3];
    for (int64_t vectors = 1; vectors <= 2 && vectors * target.lanes() <= kBlock; ++vectors) {
      if (vectors * target.lanes() < groupSize(conv)) // a tile holds whole groups
        continue;
      int64_t widest = std::min(std::max<int64_t>(1, sums / vectors), columns);
      for (int64_t pixels = widest; pixels > widest / 4; --pixels)
        if (RowCut(columns, pixels).size == pixels)
          result.push_back(builder.getDictionaryAttr(
              {builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({pixels, vectors * target.lanes()}))}));
    }
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
