// SPDX-License-Identifier: Apache-2.0
// A block of tiles is transformed into n^2 matrices [tiles][channels], each is multiplied by its matrix of transformed
// filters like a 1x1 convolution, and the products of a few blocks of filters are transformed back into pixels at once.
#include "compiler/loops/algorithms/WinogradKernel.h"

#include "compiler/loops/Epilogue.h"
#include "compiler/loops/algorithms/WinogradMatrices.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

class WinogradKernel {
public:
  WinogradKernel(FusedOp op, int64_t m, const Target &target, Phase &phase)
      : op(op), conv(cast<ConvOp>(op.getAnchor())), target(target), phase(phase), s(op, m),
        c(WinogradPlan::of(op.getPlanAttr().getParameters())), space(op.getContext(), s, c),
        matrices(WinogradMatrices::of(m)), vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {}

  /// The phase that transforms a whole input.
  void writeInput() {
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getAnchorInput(0));
    openWorkspace();
    phase.setName(("winograd" + Twine(s.m) + "_input").str());
    int64_t share = llvm::divideCeil(s.inputBlocks(), WinogradSpace::kSlots);
    phase.setGrid(s.inputBlocks(), share);
    Value slot = loops.named(loops.div(phase.begin(), share), "slot");
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value inputBlock) {
          loops.loop(
              s.tiles(), [&](Value tile) { transformInput(loops, x, loops.index(0), slot, inputBlock, tile, tile); },
              "tile");
        },
        "inputBlock");
  }

  void write() {
    Loops &loops = phase.loops;
    Epilogue epilogue(phase, op, /*anchored=*/true);
    Value x = c.isWhole ? Value() : phase.memory(op.getAnchorInput(0));
    filters = phase.packed(constantOf(op.getAnchorInput(1)), filterPacking());
    if (conv.getBias())
      bias = phase.packed(constantOf(op.getAnchorInput(2)), biasPacking());
    output = phase.memory(op->getResult(0));
    openWorkspace();
    phase.setName(("winograd" + Twine(s.m)).str());
    phase.setGrid(space.grid, space.grain);
    Value slot = loops.named(loops.div(phase.begin(), space.grain), "slot");
    if (c.isWhole) {
      loops.loop(
          phase.begin(), phase.end(), 1,
          [&](Value part) { writePart(loops, epilogue, loops.index(0), slot, loops.index(0), part); }, "part");
      return;
    }
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value i) {
          Value image = loops.named(loops.div(i, space.blocks), "image"),
                first = loops.mul(loops.rem(i, space.blocks), c.block);
          loops.loop(
              s.inputBlocks(),
              [&](Value inputBlock) {
                loops.loop(
                    c.block,
                    [&](Value tile) {
                      // Beyond the last tile that one is transformed again: its products are computed, but not used.
                      Value source = loops.add(first, tile);
                      if (s.tiles() % c.block)
                        source = loops.min(source, loops.index(s.tiles() - 1));
                      transformInput(loops, x, image, slot, inputBlock, source, tile);
                    },
                    "tile");
              },
              "inputBlock");
          loops.loop(
              space.parts, [&](Value part) { writePart(loops, epilogue, image, slot, first, part); }, "part");
        },
        "block");
  }

private:
  void openWorkspace() {
    transformed = phase.workspace(op, 0, space.input);
    products = phase.workspace(op, space.productOffset(), space.products);
    work = phase.workspace(op, space.workOffset(), space.work);
  }
  Value load(Loops &loops, Value memory, ValueRange at) {
    return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
  }
  void store(Loops &loops, Value value, Value memory, ValueRange at) {
    vector::StoreOp::create(loops.builder, loops.loc, value, memory, at);
  }
  void forLanes(Loops &loops, function_ref<void(Value)> body) {
    if (target.lanes() >= kBlock)
      return body(loops.index(0));
    loops.loop(loops.index(0), loops.index(kBlock), target.lanes(), body, "lane");
  }

  Packing filterPacking() {
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    SmallVector<AffineExpr> source = {dim(0) * kBlock + dim(3), dim(2), dim(1).floorDiv(s.n), dim(1) % s.n};
    return {{s.filterBlocks(), s.n * s.n, s.channels, kBlock}, AffineMap::get(4, 0, source, context), matrices.filter};
  }
  Packing biasPacking() {
    MLIRContext *context = op.getContext();
    return {{s.filterBlocks(), kBlock},
            AffineMap::get(2, 0, getAffineDimExpr(0, context) * kBlock + getAffineDimExpr(1, context))};
  }

  /// B^T d B of tile `source` of the map, for one block of channels, into place `tile` of the slot's matrices.
  void transformInput(Loops &loops, Value x, Value image, Value slot, Value inputBlock, Value source, Value tile) {
    BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
    Value top =
        loops.named(loops.add(loops.mul(loops.div(source, s.tileColumns), s.m), layout.top() - s.padTop), "top");
    Value left =
        loops.named(loops.add(loops.mul(loops.rem(source, s.tileColumns), s.m), layout.left() - s.padLeft), "left");
    Value matrixSlot = c.isWhole ? loops.index(0) : slot, half = loops.index(0);
    forLanes(loops, [&](Value lane) {
      loops.loop(
          s.n,
          [&](Value column) {
            SmallVector<Value> values;
            for (int64_t row = 0; row < s.n; ++row)
              values.push_back(load(loops, x, {image, inputBlock, loops.add(top, row), loops.add(left, column), lane}));
            for (auto [row, value] : llvm::enumerate(multiply(loops, matrices.input, values)))
              store(loops, value, work, {slot, half, loops.index(row), column, lane});
          },
          "column");
      loops.loop(
          s.n,
          [&](Value row) {
            SmallVector<Value> values;
            for (int64_t column = 0; column < s.n; ++column)
              values.push_back(load(loops, work, {slot, half, row, loops.index(column), lane}));
            for (auto [column, value] : llvm::enumerate(multiply(loops, matrices.input, values)))
              store(loops, value, transformed,
                    {matrixSlot, loops.add(loops.mul(row, s.n), column), inputBlock, tile, lane});
          },
          "row");
    });
  }

  PrefetchAhead prefetches() const { return {c.tile.channels / kBlock, RowCut(c.block, c.tile.pixels).count}; }

  /// The first block of filters, and their product, that a tile prefetches: those of the next product.
  std::array<Value, 2> ahead(Loops &loops, Value product, Value part, Value number) const {
    int64_t blocks = c.tile.channels / kBlock, last = s.n * s.n - 1;
    Value own = loops.mul(part, blocks), block = loops.add(own, loops.mul(number, prefetches().each));
    Value isLast =
        arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::eq, product, loops.index(last));
    auto select = [&](Value next, Value otherwise) -> Value {
      return arith::SelectOp::create(loops.builder, loops.loc, isLast, next, otherwise);
    };
    Value nextBlock = select(loops.add(block, blocks), block);
    Value nextProduct = select(loops.index(0), loops.add(product, 1));
    return {prefetches().choose(loops, number, nextBlock, own),
            prefetches().choose(loops, number, nextProduct, product)};
  }

  /// The products of a block of tiles with a part of the filters, and their way back into pixels.
  void writePart(Loops &loops, const Epilogue &epilogue, Value image, Value slot, Value first, Value part) {
    int64_t channels = s.filterBlocks() * kBlock;
    loops.loop(
        s.n * s.n,
        [&](Value product) {
          RowCut cut(c.block, c.tile.pixels);
          forEachTile(loops, cut, [&](int64_t size, Value tile) {
            SmallVector<Value> arguments = {transformed, filters, products, slot, product, part, tile};
            if (c.prefetch)
              llvm::append_range(arguments, ahead(loops, product, part, cut.number(loops, size, tile)));
            auto call = [&](int64_t width) {
              func::CallOp::create(loops.builder, loops.loc,
                                   writeProduct(size, width, ValueRange(arguments).getTypes()), arguments);
            };
            forWidthOfPart(loops, part, channels, c.tile.channels, call);
          });
        },
        "product");
    auto back = [&](int64_t width) {
      Value count = loops.index(c.block);
      if (s.tiles() % c.block)
        count = loops.min(count, loops.sub(loops.index(s.tiles()), first));
      loops.loop(
          loops.index(0), count, 1,
          [&](Value tile) {
            loops.loop(
                width / kBlock,
                [&](Value block) {
                  transformOutput(loops, epilogue, image, slot, loops.add(first, tile), tile, part, block);
                },
                "filterBlock");
          },
          "tile");
    };
    forWidthOfPart(loops, part, channels, c.tile.channels, back);
  }

  /// A register tile of one of the n^2 products.
  func::FuncOp writeProduct(int64_t tiles, int64_t channels, TypeRange types) {
    std::string name =
        "winograd" + std::to_string(s.m) + "_tile_" + std::to_string(tiles) + "x" + std::to_string(channels);
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      static constexpr StringLiteral kNames[] = {"x",    "w",    "y",          "slot",        "product",
                                                 "part", "tile", "aheadBlock", "aheadProduct"};
      for (auto [argument, word] : llvm::zip(arguments, kNames))
        argument.setLoc(NameLoc::get(loops.builder.getStringAttr(word)));
      Value x = arguments[0], w = arguments[1], y = arguments[2], slot = arguments[3], product = arguments[4];
      Value part = arguments[5], first = arguments[6], matrixSlot = c.isWhole ? loops.index(0) : slot;
      int64_t vectors = channels / target.lanes();
      auto laneOf = [&](int64_t v) { return v * target.lanes(); };
      SmallVector<Value> filterBlocks;
      for (int64_t v = 0; v < vectors; ++v)
        filterBlocks.push_back(loops.add(loops.mul(part, c.tile.channels / kBlock), laneOf(v) / kBlock));

      auto overChannels = [&](Value block, int64_t count, ValueRange carried) {
        return loops.carry(count, carried, "channel", [&](Value channel, ValueRange in) {
          SmallVector<Value> next(in), weights;
          Value row = loops.add(loops.mul(block, kBlock), channel);
          for (int64_t v = 0; v < vectors; ++v)
            weights.push_back(load(loops, w, {filterBlocks[v], product, row, loops.index(laneOf(v) % kBlock)}));
          for (int64_t i = 0; c.prefetch && i < prefetches().each; ++i)
            loops.prefetch(w, {loops.add(arguments[7], i), arguments[8], row, loops.index(0)});
          for (int64_t p = 0; p < tiles; ++p) {
            Value element = loops.load(x, {matrixSlot, product, block, loops.add(first, p), channel});
            Value pixel = vector::BroadcastOp::create(loops.builder, loops.loc, vector, element);
            for (int64_t v = 0; v < vectors; ++v)
              next[v * tiles + p] =
                  vector::FMAOp::create(loops.builder, loops.loc, pixel, weights[v], next[v * tiles + p]);
          }
          return next;
        });
      };
      SmallVector<Value> sums(vectors * tiles, loops.number(vector, 0));
      int64_t full = s.channels / kBlock, tail = s.channels % kBlock;
      sums =
          loops.carry(full, sums, "block", [&](Value block, ValueRange in) { return overChannels(block, kBlock, in); });
      if (tail)
        sums = overChannels(loops.index(full), tail, sums);
      for (int64_t p = 0; p < tiles; ++p)
        for (int64_t v = 0; v < vectors; ++v)
          store(loops, sums[v * tiles + p], y, {slot, product, loops.add(first, p), loops.index(laneOf(v))});
    });
  }

  /// A^T M A of one tile and one block of filters, with bias and epilogue, into the pixels that exist.
  void transformOutput(Loops &loops, const Epilogue &epilogue, Value image, Value slot, Value target, Value tile,
                       Value part, Value block) {
    BlockedAttr layout = layoutOf(op->getResult(0).getType());
    Value top = loops.named(loops.mul(loops.div(target, s.tileColumns), s.m), "top"),
          left = loops.named(loops.mul(loops.rem(target, s.tileColumns), s.m), "left");
    Value filterBlock = loops.add(loops.mul(part, c.tile.channels / kBlock), block), half = loops.index(1);
    forLanes(loops, [&](Value lane) {
      Value from = loops.add(loops.mul(block, kBlock), lane);
      loops.loop(
          s.n,
          [&](Value column) {
            SmallVector<Value> values;
            for (int64_t row = 0; row < s.n; ++row)
              values.push_back(load(loops, products, {slot, loops.add(column, row * s.n), tile, from}));
            for (auto [row, value] : llvm::enumerate(multiply(loops, matrices.output, values)))
              store(loops, value, work, {slot, half, loops.index(row), column, lane});
          },
          "column");
      Value start = bias ? load(loops, bias, {filterBlock, lane}) : Value();
      Value rows = loops.index(s.m);
      if (s.rows % s.m)
        rows = loops.min(rows, loops.sub(loops.index(s.rows), top));
      loops.loop(
          loops.index(0), rows, 1,
          [&](Value row) {
            SmallVector<Value> values;
            for (int64_t column = 0; column < s.n; ++column)
              values.push_back(load(loops, work, {slot, half, row, loops.index(column), lane}));
            for (auto [i, value] : llvm::enumerate(multiply(loops, matrices.output, values))) {
              Value pixel = value, y = loops.add(top, row), column = loops.add(left, i);
              auto finish = [&] {
                Value sum = start ? Value(arith::AddFOp::create(loops.builder, loops.loc, pixel, start)) : pixel;
                Value result =
                    epilogue.apply(loops, epilogue.memory(), sum, vector, {image, filterBlock, y, column, lane});
                if (s.filters % kBlock != 0 && !epilogue.preservesZero())
                  result = zeroBeyond(loops, result, loops.add(loops.mul(filterBlock, kBlock), lane), s.filters);
                store(loops, result, output,
                      {image, filterBlock, loops.add(y, layout.top()), loops.add(column, layout.left()), lane});
              };
              if (s.columns % s.m == 0 || static_cast<int64_t>(i) < s.columns - (s.tileColumns - 1) * s.m) {
                finish();
                continue;
              }
              auto inside = scf::IfOp::create(loops.builder, loops.loc, loops.within(column, 0, s.columns),
                                              /*withElseRegion=*/false);
              OpBuilder::InsertionGuard guard(loops.builder);
              loops.builder.setInsertionPointToStart(inside.thenBlock());
              finish();
            }
          },
          "row");
    });
  }

  FusedOp op;
  ConvOp conv;
  const Target &target;
  Phase &phase;
  WinogradShape s;
  WinogradPlan c;
  WinogradSpace space;
  WinogradMatrices matrices;
  VectorType vector;
  Value filters, bias, output, transformed, products, work;
};
} // namespace

void loops::writeWinogradInput(FusedOp op, int64_t m, const Target &target, Phase &phase) {
  WinogradKernel(op, m, target, phase).writeInput();
}
void loops::writeWinograd(FusedOp op, int64_t m, const Target &target, Phase &phase) {
  WinogradKernel(op, m, target, phase).write();
}
