// SPDX-License-Identifier: Apache-2.0
// Chains of elementwise operators: on blocked images, where any of the operands is one, and on plain tensors.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

RankedTensorType resultOf(FusedOp op) { return cast<RankedTensorType>(op->getResult(0).getType()); }

/// Blocked images. A vector of channels at a time, row by row.
class BlockedElementwise : public Algorithm {
public:
  StringRef name() const override { return "elementwise"; }
  int rank() const override { return 40; }

  bool accepts(FusedOp op, const Target &) const override {
    if (!isa<ElementwiseOpInterface>(op.getAnchor()) || resultOf(op).getRank() != 4 || !Epilogue::supports(op, /*anchored=*/false))
      return false;
    return llvm::any_of(op.getInputs(), [&](Value input) {
      BlockedAttr layout = layoutOf(input.getType());
      return layout && layout.getBlock() == kBlock && cast<RankedTensorType>(input.getType()).getShape() == resultOf(op).getShape();
    });
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto shape = resultOf(op).getShape();
    BlockedAttr layout = layoutOf(resultOf(op));
    Epilogue chain(phase, op, /*anchored=*/false);
    Value y = phase.memory(op->getResult(0));
    Loops &loops = phase.loops;
    auto vector = VectorType::get({target.lanes()}, phase.builder.getF32Type());
    int64_t blocks = llvm::divideCeilSigned(shape[1], kBlock);
    phase.setName(("elementwise_" + op.getAnchor()->getName().stripDialect()).str());
    phase.setGrid(shape[0] * blocks * shape[2], 8);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value row = loops.named(loops.rem(i, shape[2]), "row"), plane = loops.named(loops.div(i, shape[2]), "plane");
      Value image = loops.named(loops.div(plane, blocks), "image"), block = loops.named(loops.rem(plane, blocks), "block");
      loops.loop(shape[3], [&](Value column) {
        for (int64_t first = 0; first < kBlock; first += target.lanes()) {
          Value lane = loops.index(first);
          Value value = chain.apply(loops, chain.memory(), Value(), vector, {image, block, row, column, lane});
          if (shape[1] % kBlock != 0 && !chain.preservesZero())
            value = zeroBeyond(loops, value, loops.add(loops.mul(block, kBlock), lane), shape[1]);
          vector::StoreOp::create(loops.builder, loops.loc, value, y,
                                  ValueRange{image, block, loops.add(row, layout.top()), loops.add(column, layout.left()), lane});
        }
      }, "column");
    });
  }
};

/// Plain tensors of any rank. Neighbouring dimensions along which no operand changes between broadcast and not are
/// seen as one; vectors run along the last, and its tail goes element by element.
class PlainElementwise : public Algorithm {
public:
  StringRef name() const override { return "elementwise_plain"; }
  int rank() const override { return 30; }

  bool accepts(FusedOp op, const Target &) const override {
    if (!isa<ElementwiseOpInterface>(op.getAnchor()) || resultOf(op).getRank() == 0)
      return false;
    auto isFloat = [](Type type) { return cast<RankedTensorType>(type).getElementType().isF32(); };
    for (Operation &inner : op.getBody().front().without_terminator())
      if (!llvm::all_of(inner.getOperandTypes(), isFloat) || !llvm::all_of(inner.getResultTypes(), isFloat))
        return false;
    return true;
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    SmallVector<int64_t> starts = groupStarts(op), extents = joined(resultOf(op).getShape(), starts);
    Loops &loops = phase.loops;
    SmallVector<Value> inputs;
    for (Value input : op.getInputs())
      inputs.push_back(phase.memory(input, MemRefType::get(joined(aligned(input, resultOf(op).getRank()), starts),
                                                           phase.builder.getF32Type())));
    Value y = phase.memory(op->getResult(0), MemRefType::get(extents, phase.builder.getF32Type()));

    int64_t length = extents.back(), rows = ShapedType::getNumElements(extents) / length, lanes = target.lanes();
    // A single long row is shared out in pieces.
    int64_t pieces = rows == 1 && length > 4096 ? llvm::divideCeil(length, 4096) : 1;
    phase.setName(("elementwise_" + op.getAnchor()->getName().stripDialect()).str());
    phase.setGrid(rows * pieces, std::max<int64_t>(1, 4096 / length));
    auto vector = VectorType::get({lanes}, phase.builder.getF32Type());
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      SmallVector<Value> indices(extents.size());
      Value rest = pieces == 1 ? i : loops.index(0);
      for (int64_t d = static_cast<int64_t>(extents.size()) - 2; d >= 0; --d) {
        indices[d] = d == 0 ? rest : loops.rem(rest, extents[d]);
        rest = d == 0 ? rest : loops.div(rest, extents[d]);
      }
      Value low = loops.index(0), high = loops.index(length);
      if (pieces > 1) {
        low = loops.mul(i, 4096);
        high = loops.min(loops.add(low, 4096), high);
      }
      auto compute = [&](Type type, Value at) {
        indices.back() = at;
        Value value = chain(op, loops, inputs, extents, indices, type);
        if (isa<VectorType>(type))
          vector::StoreOp::create(loops.builder, loops.loc, value, y, indices);
        else
          loops.store(value, y, indices);
      };
      Value whole = length >= lanes ? loops.add(low, loops.mul(loops.div(loops.sub(high, low), lanes), lanes)) : low;
      if (length >= lanes)
        loops.loop(low, whole, lanes, [&](Value at) { compute(vector, at); }, "at");
      if (length % lanes)
        loops.loop(whole, high, 1, [&](Value at) { compute(vector.getElementType(), at); }, "at");
    });
  }

private:
  /// The shape of an operand with ones in front, up to the result's rank.
  static SmallVector<int64_t> aligned(Value value, int64_t rank) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(rank - type.getRank(), 1);
    llvm::append_range(shape, type.getShape());
    return shape;
  }

  /// Neighbouring dimensions that can be seen as one: the first dimension of each group, and their number in the end.
  static SmallVector<int64_t> groupStarts(FusedOp op) {
    auto shape = resultOf(op).getShape();
    int64_t rank = shape.size();
    SmallVector<int64_t> starts = {0};
    // Dimensions of one element join any group; `last` is the latest other one.
    for (int64_t d = 1, last = 0; d < rank; ++d) {
      bool joins = shape[d] == 1 || shape[last] == 1 || llvm::all_of(op.getInputs(), [&](Value input) {
        auto own = aligned(input, rank);
        return (own[last] == 1) == (own[d] == 1);
      });
      if (!joins)
        starts.push_back(d);
      if (shape[d] != 1)
        last = d;
    }
    starts.push_back(rank);
    return starts;
  }

  static SmallVector<int64_t> joined(ArrayRef<int64_t> shape, ArrayRef<int64_t> starts) {
    SmallVector<int64_t> extents;
    for (auto [first, last] : llvm::zip(starts.drop_back(), starts.drop_front()))
      extents.push_back(ShapedType::getNumElements(shape.slice(first, last - first)));
    return extents;
  }

  static Value chain(FusedOp op, Loops &loops, ArrayRef<Value> inputs, ArrayRef<int64_t> extents, ArrayRef<Value> indices, Type type) {
    DenseMap<Value, Value> known;
    for (auto [argument, memory] : llvm::zip(op.getBody().getArguments(), inputs)) {
      auto shape = cast<MemRefType>(memory.getType()).getShape();
      SmallVector<Value> at;
      for (auto [extent, full, position] : llvm::zip(shape, extents, indices))
        at.push_back(extent == 1 && full != 1 ? loops.index(0) : position);
      auto vector = dyn_cast<VectorType>(type);
      if (vector && shape.back() == extents.back())
        known[argument] = vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
      else if (vector)
        known[argument] = vector::BroadcastOp::create(loops.builder, loops.loc, vector, loops.load(memory, at));
      else
        known[argument] = loops.load(memory, at);
    }
    return applyOperators(loops, op, /*anchored=*/false, std::move(known));
  }
};

RegisterAlgorithm<BlockedElementwise> blockedRegistration;
RegisterAlgorithm<PlainElementwise> plainRegistration;
} // namespace
