// SPDX-License-Identifier: Apache-2.0
// The analytic choice of register tiles.
#include "compiler/loops/algorithms/Tile.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>

using namespace cnnc;
using namespace cnnc::loops;

void loops::forEachTile(cnn::Loops &loops, const RowCut &cut, llvm::function_ref<void(int64_t, mlir::Value)> body) {
  auto run = [&](int64_t size, int64_t first, int64_t count) {
    if (count == 1)
      body(size, loops.index(first));
    else if (count > 1)
      loops.loop(
          loops.index(first), loops.index(first + size * count), size, [&](mlir::Value column) { body(size, column); },
          "column");
  };
  run(cut.size, 0, cut.larger);
  run(cut.size - 1, cut.size * cut.larger, cut.count - cut.larger);
}

void loops::forWidthOfPart(cnn::Loops &loops, mlir::Value part, int64_t channels, int64_t width,
                           llvm::function_ref<void(int64_t)> body) {
  int64_t full = channels / width, rest = channels % width;
  if (!rest || !full)
    return body(rest ? rest : width);
  mlir::Value isFull =
      mlir::arith::CmpIOp::create(loops.builder, loops.loc, mlir::arith::CmpIPredicate::slt, part, loops.index(full));
  auto choice = mlir::scf::IfOp::create(loops.builder, loops.loc, isFull, /*withElseRegion=*/true);
  mlir::OpBuilder::InsertionGuard guard(loops.builder);
  loops.builder.setInsertionPointToStart(choice.thenBlock());
  body(width);
  loops.builder.setInsertionPointToStart(choice.elseBlock());
  body(rest);
}

mlir::Value PrefetchAhead::choose(cnn::Loops &loops, mlir::Value turn, mlir::Value next, mlir::Value own) const {
  using namespace mlir::arith;
  if (std::optional<int64_t> known = mlir::getConstantIntValue(turn))
    return *known < turns ? next : own;
  mlir::Value asks = CmpIOp::create(loops.builder, loops.loc, CmpIPredicate::slt, turn, loops.index(turns));
  return SelectOp::create(loops.builder, loops.loc, asks, next, own);
}

void TilePlace::appendTo(llvm::SmallVectorImpl<mlir::Value> &arguments) const {
  arguments.append({image, part, row, column});
  if (share)
    arguments.push_back(share);
}

TileArguments::TileArguments(cnn::Loops &loops, mlir::ValueRange arguments, bool hasBias, bool inChain) {
  auto next = [&](llvm::StringRef word) {
    mlir::Value value = arguments.front();
    value.setLoc(mlir::NameLoc::get(loops.builder.getStringAttr(word)));
    arguments = arguments.drop_front();
    return value;
  };
  x = next("x");
  w = next("w");
  if (hasBias)
    bias = next("bias");
  y = next("y");
  others = arguments.drop_back(inChain ? 5 : 4);
  arguments = arguments.take_back(inChain ? 5 : 4);
  place.image = next("image");
  place.part = next("part");
  place.row = next("row");
  place.column = next("column");
  if (inChain)
    place.share = next("share");
}

bool loops::hasFewRegisters(const Target &target) { return target.registers < 32; }

void loops::keepFree(cnn::Loops &loops, const Target &target) {
  if (hasFewRegisters(target))
    loops.forget();
}

double loops::stepCycles(const Target &target, int64_t pixels, int64_t channels) {
  const Core &core = target.core;
  int64_t vectors = llvm::divideCeil(channels, target.lanes()), rest = channels % target.lanes();
  // A core that needs both its units for a multiply-add of a whole vector does two of half ones meanwhile.
  double half = core.multiplyAdds == 1 && 2 * rest <= target.lanes() ? 0.5 : 1;
  double whole = channels / target.lanes() + (rest ? half : 0);
  double sums = pixels * whole;
  double arithmetic = sums / core.multiplyAdds;
  // What only one multiply-add reads becomes its operand.
  double loads = whole / core.loads + pixels / (vectors == 1 ? core.folded : core.broadcasts);
  double issue = (pixels * vectors * (target.hasFma ? 1 : 2) + pixels + vectors + 2) / 6;
  constexpr double kLatency = 4; // until a sum can be added to again
  double waiting = std::max(0.0, core.sums - sums) * 0.075;
  // Of two tiles bound by arithmetic the one that asks less of the caches; weights come from the second one.
  double traffic = whole * target.vectorBits / 8 / core.l2Rate * 0.15 + pixels * 0.02;
  return std::max({arithmetic + waiting, loads, issue, kLatency}) + traffic;
}

double loops::rowCycles(const Target &target, int64_t pixels, int64_t channels, RegisterTile tile) {
  RowCut cut(pixels, tile.pixels);
  auto column = [&](int64_t width) {
    return cut.larger * stepCycles(target, cut.size, width) +
           (cut.count - cut.larger) * stepCycles(target, cut.size - 1, width);
  };
  double cycles = (channels / tile.channels) * column(tile.channels);
  if (int64_t rest = channels % tile.channels)
    cycles += column(rest);
  return cycles;
}

llvm::SmallVector<RegisterTile> loops::tilesFor(const Target &target, int64_t pixels, int64_t channels,
                                                int64_t maxChannels, int64_t minChannels) {
  llvm::SmallVector<RegisterTile> found;
  int64_t usable = target.registers - 1 - (target.hasFma ? 0 : 1);
  llvm::SmallVector<int64_t> widths;
  for (int64_t width = std::min<int64_t>(target.lanes(), Target::kBlock);
       width <= std::max(maxChannels, target.lanes()); width += width < Target::kBlock ? width : Target::kBlock)
    widths.push_back(width);
  if (channels > Target::kBlock && channels <= maxChannels && channels % Target::kBlock != 0)
    widths.push_back(channels);
  for (int64_t width : widths) {
    if (width < minChannels)
      continue;
    int64_t vectors = llvm::divideCeil(width, target.lanes());
    for (int64_t size = 1; size * vectors + vectors + 1 <= usable; ++size)
      if (RowCut(pixels, size).size == size) // or a smaller tile cuts the row alike
        found.push_back({size, width});
  }
  auto key = [&](RegisterTile tile) {
    return std::tuple(rowCycles(target, pixels, channels, tile), tile.channels, tile.pixels);
  };
  llvm::sort(found, [&](RegisterTile a, RegisterTile b) { return key(a) < key(b); });
  return found;
}

RegisterTile loops::chooseTile(const Target &target, int64_t pixels, int64_t channels, int64_t maxChannels,
                               int64_t minChannels) {
  return tilesFor(target, pixels, channels, maxChannels, minChannels).front();
}
