// SPDX-License-Identifier: Apache-2.0
// Local response normalisation of blocked images: the squares of the channels around are those of
// this vector and its two neighbours, shifted against each other.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

class Lrn : public Algorithm {
public:
  StringRef name() const override { return "lrn"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &target) const override {
    auto lrn = dyn_cast<LrnOp>(op.getAnchor());
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    return lrn && op.getBody().front().getOperations().size() == 2 && type.getRank() == 4 &&
           type.getElementType().isF32() &&
           static_cast<int64_t>(lrn.getSize()) / 2 <= target.lanes();
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto lrn = cast<LrnOp>(op.getAnchor());
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    BlockedAttr in = layoutOf(op.getInputs()[0].getType()),
                out = layoutOf(op->getResult(0).getType());
    int64_t blocks = llvm::divideCeilSigned(shape[1], kBlock), lanes = target.lanes(),
            vectors = kBlock / lanes;
    int64_t before = (lrn.getSize() - 1) / 2, after = lrn.getSize() / 2;
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getInputs()[0]), y = phase.memory(op->getResult(0));
    auto vector = VectorType::get({lanes}, phase.builder.getF32Type());
    Value zero = loops.number(vector, 0);

    phase.setName("lrn" + std::to_string(lrn.getSize()));
    phase.setGrid(shape[0] * blocks * shape[2], 4);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value row = loops.rem(i, shape[2]), plane = loops.div(i, shape[2]);
      Value image = loops.div(plane, blocks), block = loops.rem(plane, blocks);
      loops.loop(
          shape[3],
          [&](Value column) {
            auto at = [&](BlockedAttr layout, Value block, int64_t v) {
              return SmallVector<Value>{image, block, loops.add(row, layout.top()),
                                        loops.add(column, layout.left()), loops.index(v * lanes)};
            };
            auto square = [&](Value block, int64_t v) -> Value {
              Value value =
                  vector::LoadOp::create(loops.builder, loops.loc, vector, x, at(in, block, v));
              return arith::MulFOp::create(loops.builder, loops.loc, value, value);
            };
            // The squares of the whole block between those of the vectors beside it, where there
            // are any.
            SmallVector<Value> squares;
            Value previous = loops.add(block, -1), next = loops.add(block, 1);
            squares.push_back(before ? loops.when(
                                           loops.within(previous, 0, blocks),
                                           [&] { return square(previous, vectors - 1); }, zero)
                                     : zero);
            for (int64_t v = 0; v < vectors; ++v)
              squares.push_back(square(block, v));
            squares.push_back(
                after ? loops.when(
                            loops.within(next, 0, blocks), [&] { return square(next, 0); }, zero)
                      : zero);

            for (int64_t v = 0; v < vectors; ++v) {
              Value sum;
              for (int64_t shift = -before; shift <= after; ++shift) {
                Value term = shifted(loops, ArrayRef(squares).slice(v, 3), shift, lanes);
                sum =
                    sum ? Value(arith::AddFOp::create(loops.builder, loops.loc, sum, term)) : term;
              }
              Value value =
                  vector::LoadOp::create(loops.builder, loops.loc, vector, x, at(in, block, v));
              vector::StoreOp::create(loops.builder, loops.loc,
                                      lrn.emitNormalized(loops.builder, value, sum), y,
                                      at(out, block, v));
            }
          },
          "column");
    });
  }

private:
  /// The lanes `shift` beyond those of the middle one of three neighbouring vectors.
  static Value shifted(Loops &loops, ArrayRef<Value> three, int64_t shift, int64_t lanes) {
    if (shift == 0 || std::abs(shift) == lanes)
      return three[1 + shift / lanes];
    SmallVector<int64_t> mask = llvm::to_vector(
        llvm::seq<int64_t>((shift + lanes) % lanes, (shift + lanes) % lanes + lanes));
    return vector::ShuffleOp::create(loops.builder, loops.loc, shift < 0 ? three[0] : three[1],
                                     shift < 0 ? three[1] : three[2], mask);
  }
};

RegisterAlgorithm<Lrn> registration;
} // namespace
