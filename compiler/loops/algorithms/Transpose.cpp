// SPDX-License-Identifier: Apache-2.0
// Transposition of plain tensors: dimensions that stay neighbours are seen as one; where the last
// dimension moves, square tiles keep both sides' cache lines in use.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kTile = 16;

/// A transposition with as few dimensions as say the same.
struct Permutation {
  SmallVector<int64_t> in, out; // extents
  SmallVector<int64_t> from;    // dimension d of the result is dimension from[d] of the source

  explicit Permutation(TransposeOp op) {
    auto shape = cast<RankedTensorType>(op.getX().getType()).getShape();
    SmallVector<SmallVector<int64_t>>
        groups; // runs of source dimensions, in the order of the result
    for (int64_t d : op.getPermutation()) {
      if (shape[d] == 1)
        continue;
      // The next dimension of the source, but for those of one element.
      bool follows = !groups.empty() && d > groups.back().back() &&
                     llvm::all_of(llvm::seq(groups.back().back() + 1, d),
                                  [&](int64_t between) { return shape[between] == 1; });
      if (follows)
        groups.back().push_back(d);
      else
        groups.push_back({d});
    }
    if (groups.empty())
      groups.push_back({0});
    SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(groups.size()));
    llvm::sort(order, [&](int64_t a, int64_t b) { return groups[a].front() < groups[b].front(); });
    from.resize(groups.size());
    for (auto [position, group] : llvm::enumerate(order))
      from[group] = position;
    auto extent = [&](int64_t group) {
      int64_t product = 1;
      for (int64_t d : groups[group])
        product *= shape[d];
      return product;
    };
    in = llvm::map_to_vector(order, extent);
    out = llvm::map_to_vector(llvm::seq<int64_t>(groups.size()), extent);
  }

  /// The result's dimension along which the source is contiguous.
  int64_t contiguous() const {
    return llvm::find(from, static_cast<int64_t>(in.size()) - 1) - from.begin();
  }
};

class Transpose : public Algorithm {
public:
  StringRef name() const override { return "transpose"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    return isa<TransposeOp>(op.getAnchor()) && op.getBody().front().getOperations().size() == 2;
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }

  void lower(FusedOp op, const Target &, Phase &phase) const override {
    Permutation permutation(cast<TransposeOp>(op.getAnchor()));
    Type element =
        storedElement(cast<RankedTensorType>(op->getResult(0).getType()).getElementType());
    Value x = phase.memory(op.getInputs()[0], MemRefType::get(permutation.in, element));
    Value y = phase.memory(op->getResult(0), MemRefType::get(permutation.out, element));
    int64_t last = permutation.out.size() - 1, across = permutation.contiguous();
    phase.setName("transpose");

    // The grid covers all dimensions of the result but those of the tile.
    SmallVector<int64_t> parts(permutation.out);
    parts[last] = llvm::divideCeilSigned(parts[last], kTile);
    if (across != last)
      parts[across] = llvm::divideCeilSigned(parts[across], kTile);
    else
      parts[last] = 1;
    phase.setGrid(ShapedType::getNumElements(parts), 8);
    Loops &loops = phase.loops;
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value part) {
          SmallVector<Value> at(parts.size());
          for (int64_t d = last; d >= 0; --d) {
            at[d] = d == 0 ? part : loops.rem(part, parts[d]);
            part = d == 0 ? part : loops.div(part, parts[d]);
          }
          auto copy = [&] {
            SmallVector<Value> source(at.size());
            for (auto [d, from] : llvm::enumerate(permutation.from))
              source[from] = at[d];
            loops.store(loops.load(x, source), y, at);
          };
          auto along = [&](int64_t d, int64_t tile, function_ref<void()> body, StringRef name) {
            Value low = loops.mul(at[d], tile),
                  high = loops.min(loops.add(low, tile), loops.index(permutation.out[d]));
            loops.loop(
                low, high, 1, [&](Value i) { at[d] = i, body(); }, name);
          };
          if (across == last)
            return along(last, permutation.out[last], copy, "column");
          along(
              across, kTile, [&] { along(last, kTile, copy, "column"); }, "row");
        },
        "part");
  }
};

RegisterAlgorithm<Transpose> registration;
} // namespace
