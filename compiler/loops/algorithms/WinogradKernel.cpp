// SPDX-License-Identifier: Apache-2.0
// A block of tiles is transformed into n^2 matrices [tiles][channels], each is multiplied by its matrix of transformed
// filters like a 1x1 convolution, and the products of a few blocks of filters are transformed back into pixels at once.
#include "compiler/loops/algorithms/WinogradKernel.h"

#include "compiler/loops/algorithms/WinogradTransform.h"
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
  WinogradKernel(FusedOp op, WinogradTile tile, const Target &target, Phase &phase)
      : op(op), conv(cast<ConvOp>(op.getAnchor())), target(target), phase(phase), s(op, tile),
        c(WinogradPlan::of(op.getPlanAttr().getParameters())), space(op.getContext(), s, c), transform(op, s, target),
        name(WinogradShape::name(tile)), vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {}

  /// The phase that transforms a whole input.
  void writeInput() {
    Loops &loops = phase.loops;
    transform.x = phase.memory(op.getAnchorInput(0));
    openWorkspace();
    phase.setName(name + "_input");
    int64_t share = llvm::divideCeil(s.inputBlocks(), WinogradSpace::kSlots);
    phase.setGrid(s.inputBlocks(), share);
    openSlot(share);
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value inputBlock) {
          loops.loop(
              s.tiles(),
              [&](Value tile) {
                transform.input(loops, loops.index(0), inputBlock, tile, matrixRow(loops, inputBlock, tile));
              },
              "tile");
        },
        "inputBlock");
  }

  void write() {
    Loops &loops = phase.loops;
    Epilogue epilogue(phase, op, /*anchored=*/true);
    if (!c.isWhole)
      transform.x = phase.memory(op.getAnchorInput(0));
    filters = phase.packed(constantOf(op.getAnchorInput(1)), filterPacking());
    if (conv.getBias())
      transform.bias = phase.packed(constantOf(op.getAnchorInput(2)), Packing::ofChannels(op.getContext(), s.filters));
    transform.y = phase.memory(op->getResult(0));
    openWorkspace();
    phase.setName(name);
    phase.setGrid(space.grid, space.grain);
    openSlot(space.grain);
    if (c.isWhole) {
      loops.loop(
          phase.begin(), phase.end(), 1,
          [&](Value part) { writePart(loops, epilogue, loops.index(0), loops.index(0), part); }, "part");
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
                      transform.input(loops, image, inputBlock, source, matrixRow(loops, inputBlock, tile));
                    },
                    "tile");
              },
              "inputBlock");
          loops.loop(
              space.parts, [&](Value part) { writePart(loops, epilogue, image, first, part); }, "part");
        },
        "block");
  }

private:
  void openWorkspace() {
    transform.transformed = phase.workspace(op, 0, space.input);
    transform.products = phase.workspace(op, space.productOffset(), space.products);
    transform.work = phase.workspace(op, space.workOffset(), space.work);
  }
  void openSlot(int64_t grain) {
    transform.slot = phase.loops.named(phase.loops.div(phase.begin(), grain), "slot");
    transform.matrixSlot = c.isWhole ? phase.loops.index(0) : transform.slot;
  }
  /// Where the matrices hold a block of channels of a tile.
  Value matrixRow(Loops &loops, Value inputBlock, Value tile) {
    return loops.add(loops.mul(inputBlock, c.block), tile);
  }
  Value load(Loops &loops, Value memory, ValueRange at) {
    return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
  }
  Packing filterPacking() {
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    SmallVector<AffineExpr> source = {dim(0) * kBlock + dim(3), dim(2), dim(1).floorDiv(s.n[1]), dim(1) % s.n[1]};
    return {{s.filterBlocks(), s.products(), s.depth(), kBlock},
            AffineMap::get(4, 0, source, context),
            transform.filter()};
  }

  PrefetchAhead prefetches() const { return {c.tile.channels / kBlock, RowCut(c.block, c.tile.pixels).count}; }

  /// The first block of filters, and their product, that a tile prefetches: those of the next product.
  std::array<Value, 2> ahead(Loops &loops, Value product, Value part, Value number) const {
    int64_t blocks = c.tile.channels / kBlock, last = s.products() - 1;
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
  void writePart(Loops &loops, const Epilogue &epilogue, Value image, Value first, Value part) {
    int64_t channels = s.filterBlocks() * kBlock;
    loops.loop(
        s.products(),
        [&](Value product) {
          RowCut cut(c.block, c.tile.pixels);
          forEachTile(loops, cut, [&](int64_t size, Value tile) {
            SmallVector<Value> arguments = {
                transform.transformed, filters, transform.products, transform.slot, product, part, tile};
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
                  Value filterBlock = loops.add(loops.mul(part, c.tile.channels / kBlock), block);
                  Value row = loops.add(loops.mul(tile, c.tile.channels / kBlock), block);
                  transform.output(loops, epilogue, image, filterBlock, loops.add(first, tile), row);
                },
                "filterBlock");
          },
          "tile");
    };
    forWidthOfPart(loops, part, channels, c.tile.channels, back);
  }

  /// A register tile of one of the n^2 products.
  func::FuncOp writeProduct(int64_t tiles, int64_t channels, TypeRange types) {
    return phase.function(
        name + "_tile_" + std::to_string(tiles) + "x" + std::to_string(channels), types,
        [&](Loops &loops, ValueRange arguments) {
          static constexpr StringLiteral kNames[] = {"x",    "w",    "y",          "slot",        "product",
                                                     "part", "tile", "aheadBlock", "aheadProduct"};
          for (auto [argument, word] : llvm::zip(arguments, kNames))
            argument.setLoc(NameLoc::get(loops.builder.getStringAttr(word)));
          Value x = arguments[0], w = arguments[1], y = arguments[2], slot = arguments[3], product = arguments[4];
          Value part = arguments[5], first = arguments[6], matrixSlot = c.isWhole ? loops.index(0) : slot;
          int64_t vectors = channels / target.lanes();
          auto laneOf = [&](int64_t v) { return v * target.lanes(); };
          Value groupBlock = loops.index(0);
          if (s.groups > 1)
            groupBlock = loops.mul(loops.div(part, space.parts / s.groups), s.depth() / kBlock);
          SmallVector<Value> filterBlocks;
          for (int64_t v = 0; v < vectors; ++v)
            filterBlocks.push_back(loops.add(loops.mul(part, c.tile.channels / kBlock), laneOf(v) / kBlock));

          auto overChannels = [&](Value block, int64_t count, ValueRange carried) {
            return loops.carry(count, carried, "channel", [&](Value channel, ValueRange in) {
              SmallVector<Value> next(in), weights;
              Value line = loops.add(loops.mul(block, kBlock), channel);
              Value row = matrixRow(loops, loops.add(block, groupBlock), first);
              for (int64_t v = 0; v < vectors; ++v)
                weights.push_back(load(loops, w, {filterBlocks[v], product, line, loops.index(laneOf(v) % kBlock)}));
              for (int64_t i = 0; c.prefetch && i < prefetches().each; ++i)
                loops.prefetch(w, {loops.add(arguments[7], i), arguments[8], line, loops.index(0)});
              for (int64_t p = 0; p < tiles; ++p) {
                Value element = loops.load(x, {matrixSlot, product, loops.add(row, p), channel});
                Value pixel = vector::BroadcastOp::create(loops.builder, loops.loc, vector, element);
                for (int64_t v = 0; v < vectors; ++v)
                  next[v * tiles + p] =
                      vector::FMAOp::create(loops.builder, loops.loc, pixel, weights[v], next[v * tiles + p]);
              }
              return next;
            });
          };
          SmallVector<Value> zeros(vectors * tiles, loops.number(vector, 0));
          auto overBlocks = [&](Value from, int64_t count, ValueRange carried) {
            return loops.carry(count, carried, "block", [&](Value block, ValueRange in) {
              return overChannels(loops.add(from, block), kBlock, in);
            });
          };
          auto forResults = [&](SmallVector<Value> sums, function_ref<Value(Value sum, ValueRange at)> body) {
            for (int64_t p = 0; p < tiles; ++p)
              for (int64_t v = 0; v < vectors; ++v) {
                Value to = loops.add(loops.mul(loops.add(first, p), c.tile.channels / kBlock), laneOf(v) / kBlock);
                Value &sum = sums[v * tiles + p];
                sum = body(sum, {slot, product, to, loops.index(laneOf(v) % kBlock)});
              }
            return sums;
          };
          auto keep = [&](const SmallVector<Value> &sums) {
            forResults(sums, [&](Value sum, ValueRange at) {
              vector::StoreOp::create(loops.builder, loops.loc, sum, y, at);
              return sum;
            });
          };
          auto addTotals = [&](const SmallVector<Value> &sums) {
            loops.forget();
            return forResults(sums, [&](Value sum, ValueRange at) -> Value {
              return arith::AddFOp::create(loops.builder, loops.loc, load(loops, y, at), sum);
            });
          };
          // Long sums are made of shorter ones, each from zero, as noise makes their error grow. Their totals wait in
          // memory, so that registers are for the sums alone.
          int64_t chunk = s.blocksOfSum(), full = s.depth() / kBlock, tail = s.depth() % kBlock;
          int64_t chunks = (full - 1) / chunk, rest = full - chunks * chunk;
          keep(overBlocks(loops.index(0), rest, zeros));
          loops.loop(
              chunks,
              [&](Value at) { keep(addTotals(overBlocks(loops.add(loops.mul(at, chunk), rest), chunk, zeros))); },
              "chunk");
          if (tail)
            keep(addTotals(overChannels(loops.index(full), tail, zeros)));
        });
  }

  FusedOp op;
  ConvOp conv;
  const Target &target;
  Phase &phase;
  WinogradShape s;
  WinogradPlan c;
  WinogradSpace space;
  WinogradTransform transform;
  std::string name;
  VectorType vector;
  Value filters;
};
} // namespace

void loops::writeWinogradInput(FusedOp op, WinogradTile tile, const Target &target, Phase &phase) {
  WinogradKernel(op, tile, target, phase).writeInput();
}
void loops::writeWinograd(FusedOp op, WinogradTile tile, const Target &target, Phase &phase) {
  WinogradKernel(op, tile, target, phase).write();
}
