// SPDX-License-Identifier: Apache-2.0
// The constants are fitted to measured plans of whole networks (cnnc tune).
#include "compiler/loops/algorithms/ConvCost.h"

#include "compiler/loops/FixedPoint.h"

using namespace cnnc;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

/// Cycles that reading `bytes` adds `times` over, when all that is read between two times fills `span` bytes: nothing
/// from the first cache; from the others what arithmetic does not hide.
double reading(const Core &core, double bytes, double times, double span) {
  constexpr double kNear = 0.2, kFar = 0.5;
  if (span <= core.l1Bytes * 0.6)
    return 0;
  return bytes * times * (span <= core.l2Bytes * 0.7 ? kNear / core.l2Rate : kFar / core.l3Rate);
}

/// The same beside `computing` cycles: little is left of what comes slowly enough to be fetched ahead.
double readingBeside(const Core &core, double computing, double bytes, double times, double span) {
  constexpr double kNear = 2.5, kFar = 0.75;
  // A cache does not forget all at once.
  double missing = std::clamp(span / core.l1Bytes - 1, 0.0, 1.0);
  double near = missing * bytes * times / core.l2Rate;
  double far = span > core.l2Bytes * 0.7 ? bytes * times / core.l3Rate : 0;
  return near * std::min(1.0, kNear * near / computing) + far * std::min(kFar, kFar * far / computing);
}

/// Cycles that rows of results add which leave the second cache, when they go to many planes in turn, `piece` bytes to
/// each: fetching ahead begins anew for each.
double scattered(const Core &core, double bytes, double piece) {
  constexpr double kBegin = 256;
  return bytes <= core.l2Bytes * 0.7 ? 0 : bytes / piece * kBegin;
}

/// All cycles, where `computing` of them need weights that nothing read since the last run: they come from the third
/// cache, or from memory if some layers like this one would fill it. Hidden is most of it, if tiles ask for them
/// before.
double withWeights(const Core &core, double computing, double bytes, bool prefetch) {
  double streaming = bytes / (16 * bytes > core.l3Bytes ? core.memoryRate : core.l3Rate);
  return std::max(computing, streaming) + std::min(computing, streaming) * (prefetch ? 0.15 : 0.5);
}

/// A row of pixels by `width` channels: the steps of the sum, and what each tile does once.
double rowOfTiles(const Target &target, const RowCut &cut, int64_t width, double steps, double onceForEach) {
  constexpr double kCall = 25;
  int64_t vectors = llvm::divideCeil(width, target.lanes());
  auto tile = [&](int64_t size) {
    return steps * stepCycles(target, size, width) + size * vectors * onceForEach + kCall;
  };
  return cut.larger * tile(cut.size) + (cut.count - cut.larger) * tile(cut.size - 1);
}
} // namespace

double loops::directCycles(const ConvShape &s, const DirectPlan &plan, int64_t operators, int64_t residuals,
                           const Target &target) {
  const Core &core = target.core;
  int64_t channels = plan.channelsOf(s), rows = s.outRows / plan.merge;
  double steps = s.depth() * s.inputBlock * s.kh * s.kw;
  RowCut cut(s.outColumns * plan.merge, plan.tile.pixels);
  // Each sum is begun, stored, and added to its total after every few hundred steps; between passes it lies in memory.
  double passes = plan.pass ? llvm::divideCeil(s.depth(), plan.pass) : 1;
  double once = 2 + operators + steps / 288 + 2 * (passes - 1);
  double row = (channels / plan.tile.channels) * rowOfTiles(target, cut, plan.tile.channels, steps, once);
  if (int64_t rest = channels % plan.tile.channels)
    row += rowOfTiles(target, cut, rest, steps, once);

  double parts = static_cast<double>(channels) / plan.tile.channels;
  double weights = 4.0 * channels * steps, slice = weights / parts;
  double skipped = s.kh * s.kw == 1 ? s.strideH : 1; // skipped pixels of a row are fetched with the others
  double input = 4.0 * s.channels * s.rows * s.columns / skipped;
  double rowOfInput = input / s.rows * std::max<int64_t>(s.kh, plan.merge * s.strideH);
  double tiles = rows * cut.count;
  double computing = row * rows, memory = 0;
  auto read = [&](double bytes, double times, double span) {
    memory += readingBeside(core, computing, bytes, times, span);
  };
  if (plan.rowsOutside) {
    read(weights, rows - 1, weights + rowOfInput);
    read(weights, rows * (cut.count - 1), slice + 4.0 * steps * cut.size);
    read(rowOfInput, rows * (parts - 1), rowOfInput + slice);
    double results = 4.0 * channels * s.outRows * s.outColumns;
    memory += scattered(core, results * (1 + residuals), 4.0 * kBlock * s.outColumns * plan.merge);
  } else {
    read(weights, tiles - 1, (slice + 4.0 * steps * cut.size) / passes);
    read(input, parts - 1, input + slice);
  }
  return withWeights(core, s.images * (computing + memory), weights, plan.prefetch);
}

double loops::fixedCycles(const ConvShape &s, const Target &target) {
  // Conversions and the fourth vector's bytes cost as much again as the multiply-adds.
  constexpr double kDecoding = 2;
  double groups = llvm::divideCeil(s.filters, fixed::kGroup);
  double computing = kDecoding * groups * s.channels * fixed::kGroup / target.lanes() / target.core.multiplyAdds;
  double bytes = 4.0 * groups * fixed::kStored * kBlock * s.channels;
  return withWeights(target.core, computing, bytes, /*prefetch=*/false);
}

double loops::winogradCycles(const WinogradShape &s, const WinogradPlan &plan, const Target &target) {
  const Core &core = target.core;
  int64_t channels = s.filterBlocks() * kBlock, products = s.products();
  double blocks = plan.isWhole ? 1 : llvm::divideCeil(s.tiles(), plan.block);
  double parts = static_cast<double>(channels) / plan.tile.channels;
  RowCut cut(plan.block, plan.tile.pixels);
  double product = (channels / plan.tile.channels) * rowOfTiles(target, cut, plan.tile.channels, s.depth(), 2);
  if (int64_t rest = channels % plan.tile.channels)
    product += rowOfTiles(target, cut, rest, s.depth(), 2);

  double vectors = static_cast<double>(kBlock) / target.lanes();
  double transforms = vectors * blocks * plan.block * products * (3.0 * s.inputBlocks() + 3.0 * s.filterBlocks());

  double filters = 4.0 * products * s.depth() * channels;
  double transformed = 4.0 * products * plan.block * s.inputBlocks() * kBlock;
  double results = 4.0 * products * plan.block * plan.tile.channels;
  double slice = filters / products / parts;
  double memory = reading(core, filters, blocks - 1, filters + transformed + results);
  memory += reading(core, filters, blocks * (cut.count - 1), slice + 4.0 * s.depth() * cut.size);
  memory += reading(core, transformed, blocks * parts / s.groups, transformed + results);
  memory += reading(core, results, 2 * blocks * parts, transformed + results);
  return withWeights(core, s.images * (product * products * blocks + transforms + memory), filters, plan.prefetch);
}

double loops::strassenCycles(const ConvShape &s, const StrassenPlan &plan, int64_t operators, const Target &target) {
  const Core &core = target.core;
  int64_t channels = s.filterBlocks() / 2 * kBlock, blocks = llvm::divideCeilSigned(s.inputBlocks(), 2);
  // Of an odd number of input blocks two products have one less.
  double steps = (blocks - (s.inputBlocks() % 2 ? 2.0 / 7 : 0)) * kBlock;
  RowCut cut(s.outColumns * plan.merge, plan.tile.pixels);
  // Of seven products, four end a quarter of the result; nine times sums are kept or fetched in between.
  double once = (9.0 + 4.0 * (2 + operators)) / 7;
  double row = (channels / plan.tile.channels) * rowOfTiles(target, cut, plan.tile.channels, steps, once);
  if (int64_t rest = channels % plan.tile.channels)
    row += rowOfTiles(target, cut, rest, steps, once);

  // A block of filters without a mate takes four products.
  if (s.filterBlocks() % 2)
    row += rowOfTiles(target, cut, kBlock, steps, once) * 4 / 7, channels += kBlock;

  double parts = static_cast<double>(channels) / plan.tile.channels;
  double rows = llvm::divideCeilSigned(s.outRows, 2) / plan.merge;
  double input = 4.0 * s.channels * s.outRows * s.outColumns, factors = 7.0 / 4 * input;
  double weights = 7.0 * 4 * channels * steps, slice = weights / parts;
  double adding = input / 4 / target.lanes() * 3;
  double memory = reading(core, weights, rows * cut.count - 1, slice + 7 * 4.0 * steps * cut.size);
  memory += reading(core, factors, parts - 1, factors + slice) + reading(core, 2 * input, 1, 2 * input);
  return withWeights(core, 7 * row * s.outRows / (2 * plan.merge) + adding + memory, weights, plan.prefetch);
}
