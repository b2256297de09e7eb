// SPDX-License-Identifier: Apache-2.0
// Softmax and its logarithm over the last dimension of more than one element: three sweeps over a row, which stays in
// the first cache.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"
#include "dialects/cnn/VectorMath.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
/// Rows and their length, if the axis is the last that counts.
std::optional<std::pair<int64_t, int64_t>> rowsOf(FusedOp op) {
  auto find = [](auto softmax) -> std::optional<std::pair<int64_t, int64_t>> {
    auto type = cast<RankedTensorType>(softmax.getX().getType());
    auto shape = type.getShape();
    int64_t axis = softmax.getAxis();
    if (!type.getElementType().isF32() || ShapedType::getNumElements(shape.drop_front(axis + 1)) != 1)
      return std::nullopt;
    return std::pair(ShapedType::getNumElements(shape.take_front(axis)), shape[axis]);
  };
  if (auto softmax = dyn_cast<SoftmaxOp>(op.getAnchor()))
    return find(softmax);
  if (auto softmax = dyn_cast<LogSoftmaxOp>(op.getAnchor()))
    return find(softmax);
  return std::nullopt;
}

class Softmax : public Algorithm {
public:
  StringRef name() const override { return "softmax"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    return rowsOf(op) && op.getBody().front().getOperations().size() == 2;
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto [rows, length] = *rowsOf(op);
    bool logarithm = isa<LogSoftmaxOp>(op.getAnchor());
    Loops &loops = phase.loops;
    Type element = phase.builder.getF32Type();
    auto vector = VectorType::get({target.lanes()}, element);
    auto memory = MemRefType::get({rows, length}, element);
    Value x = phase.memory(op.getInputs()[0], memory), y = phase.memory(op->getResult(0), memory);
    phase.setName(logarithm ? "log_softmax" : "softmax");
    phase.setGrid(rows);
    int64_t whole = length / target.lanes() * target.lanes();

    loops.loop(phase.begin(), phase.end(), 1, [&](Value row) {
      // Folds a row with `join`: a vector of partial results, then its lanes, then the tail.
      auto fold = [&](double start, function_ref<Value(Value, Value)> join, function_ref<Value(Value, Type)> read) {
        Value total = loops.number(element, start);
        if (whole) {
          Value lanes = loops.loop(loops.index(0), loops.index(whole), target.lanes(), ValueRange{loops.number(vector, start)},
                                   [&](Value at, ValueRange carried) { return SmallVector<Value>{join(carried[0], read(at, vector))}; }, "at")[0];
          for (int64_t i = 0; i < target.lanes(); ++i)
            total = join(total, vector::ExtractOp::create(loops.builder, loops.loc, lanes, ArrayRef<int64_t>{i}));
        }
        if (whole < length)
          total = loops.loop(loops.index(whole), loops.index(length), 1, ValueRange{total},
                             [&](Value at, ValueRange carried) { return SmallVector<Value>{join(carried[0], read(at, element))}; }, "at")[0];
        return total;
      };
      auto forAll = [&](function_ref<Value(Value, Type)> compute) {
        if (whole)
          loops.loop(loops.index(0), loops.index(whole), target.lanes(), [&](Value at) {
            vector::StoreOp::create(loops.builder, loops.loc, compute(at, vector), y, ValueRange{row, at});
          }, "at");
        if (whole < length)
          loops.loop(loops.index(whole), loops.index(length), 1, [&](Value at) { loops.store(compute(at, element), y, {row, at}); }, "at");
      };
      auto read = [&](Value from, Value at, Type type) -> Value {
        return isa<VectorType>(type) ? Value(vector::LoadOp::create(loops.builder, loops.loc, cast<VectorType>(type), from, ValueRange{row, at}))
                                     : loops.load(from, {row, at});
      };
      auto as = [&](Value scalar, Type type) -> Value {
        return isa<VectorType>(type) ? Value(vector::BroadcastOp::create(loops.builder, loops.loc, cast<VectorType>(type), scalar)) : scalar;
      };
      auto add = [&](Value a, Value b) -> Value { return arith::AddFOp::create(loops.builder, loops.loc, a, b); };
      auto sub = [&](Value a, Value b) -> Value { return arith::SubFOp::create(loops.builder, loops.loc, a, b); };

      Value most = fold(-INFINITY, [&](Value a, Value b) -> Value { return arith::MaximumFOp::create(loops.builder, loops.loc, a, b); },
                        [&](Value at, Type type) { return read(x, at, type); });
      auto exponential = [&](Value at, Type type) { return emitExp(loops, sub(read(x, at, type), as(most, type))); };
      if (logarithm) {
        Value total = emitLog(loops, fold(0, add, exponential));
        forAll([&](Value at, Type type) { return sub(sub(read(x, at, type), as(most, type)), as(total, type)); });
        return;
      }
      forAll(exponential);
      Value total = fold(0, add, [&](Value at, Type type) { return read(y, at, type); });
      forAll([&](Value at, Type type) -> Value { return arith::DivFOp::create(loops.builder, loops.loc, read(y, at, type), as(total, type)); });
    }, "row");
  }
};

RegisterAlgorithm<Softmax> registration;
} // namespace
