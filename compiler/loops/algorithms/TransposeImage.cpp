// SPDX-License-Identifier: Apache-2.0
// Transposition between NHWC and blocked NCHW, and of whatever elementwise operators follow, element by element. It
// reads an image in whatever layout it comes in, and writes the one that its reader wants: pixels in NHWC become the
// planes of the first convolution in one phase.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/Movement.h"
#include "dialects/cnn/ops/Elements.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

class TransposeImage : public Algorithm {
public:
  StringRef name() const override { return "transpose_image"; }
  int rank() const override { return 55; }

  bool accepts(FusedOp op, const Target &) const override {
    auto transpose = dyn_cast<TransposeOp>(op.getAnchor());
    bool continues = op.getBody().front().getOperations().size() > 2;
    return transpose && (continues || layoutOf(op.getInputs()[0].getType()) ||
                         transpose.getPermutation() == ArrayRef<int64_t>{0, 3, 1, 2});
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::any(); }
  LayoutNeed resultLayout(FusedOp op, unsigned) const override {
    return typeOf(op->getResult(0)).getRank() == 4 ? LayoutNeed::any() : LayoutNeed::plain();
  }

  void lower(FusedOp op, const Target &, Phase &phase) const override {
    Loops &loops = phase.loops;
    auto transpose = cast<TransposeOp>(op.getAnchor());
    Value source = op.getAnchorInput(0), memory = phase.memory(source);
    SmallVector<Value> operands = llvm::map_to_vector(op.getInputs(), [&](Value input) { return phase.memory(input); });
    Type from = typeOf(source).getElementType();
    bool alone = op.getBody().front().getOperations().size() == 2;

    fillLayout(phase, op->getResult(0), [&](ValueRange at) -> Value {
      SmallVector<Value> sourceAt(at.size());
      for (auto [i, d] : llvm::zip(at, transpose.getPermutation()))
        sourceAt[d] = i;
      SmallVector<Value> position = positionOf(loops, source.getType(), sourceAt);
      if (alone)
        return loops.load(memory, position);
      DenseMap<Value, Value> known;
      for (auto [argument, input, operand] : llvm::zip(op.getBody().getArguments(), op.getInputs(), operands))
        if (llvm::any_of(argument.getUsers(), [&](Operation *user) { return user != transpose; }))
          known[argument] = loadBroadcast(loops, input, operand, at);
      known[transpose.getY()] = loadAs(loops, computeType(from), from, memory, position);
      return applyOperators(loops, op, /*anchored=*/true, known);
    });
  }

private:
  /// The element of an operand that broadcasts to the result.
  static Value loadBroadcast(Loops &loops, Value operand, Value memory, ValueRange at) {
    SmallVector<Value> indices;
    auto shape = typeOf(operand).getShape();
    for (auto [i, extent] : llvm::zip(at.take_back(shape.size()), shape))
      indices.push_back(extent == 1 ? loops.index(0) : i);
    return loops.load(memory, positionOf(loops, operand.getType(), indices));
  }
};

RegisterAlgorithm<TransposeImage> registration;
} // namespace
