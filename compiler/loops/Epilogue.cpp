// SPDX-License-Identifier: Apache-2.0
// Elementwise operators on vectors of channels.
#include "compiler/loops/Epilogue.h"

#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kBlock = Target::kBlock;

/// The extents of an operand along image, channel, row and column, as it broadcasts to a result of this rank.
static std::array<int64_t, 4> extentsOf(RankedTensorType type, int64_t resultRank) {
  SmallVector<int64_t, 4> shape(resultRank - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  return resultRank == 2 ? std::array<int64_t, 4>{1, shape[1], 1, shape[0]}
                         : std::array<int64_t, 4>{shape[0], shape[1], shape[2], shape[3]};
}

static SmallVector<Operation *> operatorsOf(FusedOp op, bool anchored) {
  SmallVector<Operation *> operators;
  for (Operation &inner : op.getBody().front().without_terminator())
    operators.push_back(&inner);
  if (anchored)
    operators.erase(operators.begin());
  return operators;
}

/// The region's arguments that its elementwise operators read.
static SmallVector<BlockArgument> argumentsOf(ArrayRef<Operation *> operators) {
  SmallVector<BlockArgument> arguments;
  for (Operation *inner : operators)
    for (Value operand : inner->getOperands())
      if (auto argument = dyn_cast<BlockArgument>(operand); argument && !llvm::is_contained(arguments, argument))
        arguments.push_back(argument);
  return arguments;
}

bool Epilogue::supports(FusedOp op, bool anchored) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  if ((result.getRank() != 2 && result.getRank() != 4) || !result.getElementType().isF32())
    return false;
  auto operators = operatorsOf(op, anchored);
  for (Operation *inner : operators)
    if (!isa<ElementwiseOpInterface>(inner) || !cast<RankedTensorType>(inner->getResult(0).getType()).getElementType().isF32())
      return false;
  return llvm::all_of(argumentsOf(operators), [&](BlockArgument argument) {
    auto type = cast<RankedTensorType>(argument.getType());
    bool constant = static_cast<bool>(constantOf(op.getInputs()[argument.getArgNumber()]));
    return type.getElementType().isF32() && type.getRank() <= result.getRank() &&
           (constant || (type.getRank() == result.getRank() && (type.getRank() == 4 || type == withoutLayout(result))));
  });
}

/// A constant stored like a blocked activation: [image][block][row][column][lane].
static Packing blockedConstant(RankedTensorType type, int64_t resultRank) {
  MLIRContext *context = type.getContext();
  auto extents = extentsOf(type, resultRank);
  auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
  AffineExpr channel = extents[1] == 1 ? dim(1) + dim(4) : dim(1) * kBlock + dim(4);
  SmallVector<AffineExpr> all = resultRank == 2 ? SmallVector<AffineExpr>{dim(3), channel}
                                                : SmallVector<AffineExpr>{dim(0), channel, dim(2), dim(3)};
  return {{extents[0], static_cast<int64_t>(llvm::divideCeil(extents[1], kBlock)), extents[2], extents[3], kBlock},
          AffineMap::get(5, 0, ArrayRef(all).take_back(type.getRank()), context)};
}

Epilogue::Epilogue(Phase &phase, FusedOp op, bool anchored, int64_t merged)
    : op(op), operators(operatorsOf(op, anchored)), resultType(cast<RankedTensorType>(op->getResult(0).getType())),
      matrix(resultType.getRank() == 2), merged(merged) {
  for (BlockArgument argument : argumentsOf(operators)) {
    Value value = op.getInputs()[argument.getArgNumber()];
    auto type = withoutLayout(cast<RankedTensorType>(argument.getType()));
    Operand operand{argument, static_cast<unsigned>(buffers.size()), type, std::nullopt};
    if (ElementsAttr constant = constantOf(value)) {
      auto dense = dyn_cast<DenseElementsAttr>(constant);
      if (dense && dense.isSplat() && (type.getNumElements() == 1 || resultType.getShape()[1] % kBlock == 0))
        operand.splat = dense.getSplatValue<float>();
      else
        buffers.push_back(phase.packed(constant, blockedConstant(type, resultType.getRank())));
    } else {
      MemRefType stored = phase.network.storage.of(value).type;
      if (merged > 1 && type.getShape()[2] != 1)
        stored = mergeRows(stored, merged);
      buffers.push_back(phase.memory(value, stored));
    }
    operands.push_back(operand);
  }
}

bool Epilogue::preservesZero() const {
  return llvm::all_of(operators, [](Operation *inner) { return cast<ElementwiseOpInterface>(inner).preservesZero(); });
}

bool Epilogue::fillsRegisters(const Target &target) const {
  constexpr size_t kMostOperations = 16;
  if (target.registers >= 32)
    return false;
  // They are written once more, to be counted.
  Block block;
  OpBuilder builder(op.getContext());
  builder.setInsertionPointToEnd(&block);
  auto vector = VectorType::get({target.lanes()}, builder.getF32Type());
  for (Operation *inner : operators) {
    SmallVector<Value> values(inner->getNumOperands(), block.addArgument(vector, inner->getLoc()));
    cast<ElementwiseOpInterface>(inner).emitElement(builder, values);
  }
  return block.getOperations().size() > kMostOperations;
}

Value Epilogue::read(Loops &loops, Value memory, const Operand &operand, VectorType vector, const Point &point) const {
  auto type = cast<MemRefType>(memory.getType());
  if (type.getRank() == 2) {
    Value channel = loops.add(loops.mul(point.block, kBlock), point.lane);
    return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, ValueRange{point.column, channel});
  }
  auto extents = extentsOf(operand.type, resultType.getRank());
  BlockedAttr layout;
  if (Value value = op.getInputs()[cast<BlockArgument>(operand.argument).getArgNumber()]; !constantOf(value))
    layout = layoutOf(value.getType());
  Value zero = loops.index(0);
  auto at = [&](bool broadcast, Value position, int64_t halo) {
    return loops.add(broadcast ? zero : position, halo);
  };
  // Columns of merged rows belong to several rows, also where each of these has one.
  int64_t columns = merged > 1 ? extents[2] : extents[3];
  SmallVector<Value> indices = {at(extents[0] == 1, point.image, 0), extents[1] == 1 ? zero : point.block,
                                at(extents[2] == 1, point.row, layout ? layout.top() : 0),
                                at(columns == 1, point.column, layout ? layout.left() : 0),
                                extents[1] == 1 ? zero : point.lane};
  if (extents[1] == 1 && resultType.getShape()[1] != 1)
    return vector::BroadcastOp::create(loops.builder, loops.loc, vector, loops.load(memory, indices));
  return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, indices);
}

Value Epilogue::apply(Loops &loops, ValueRange memory, Value anchor, VectorType vector, const Point &point) const {
  DenseMap<Value, Value> known;
  if (anchor)
    known[op.getAnchor()->getResult(0)] = anchor;
  for (const Operand &operand : operands)
    known[operand.argument] = operand.splat ? loops.number(vector, *operand.splat)
                                            : read(loops, memory[operand.buffer], operand, vector, point);
  return applyOperators(loops, op, static_cast<bool>(anchor), std::move(known));
}

Value loops::applyOperators(Loops &loops, FusedOp op, bool anchored, DenseMap<Value, Value> known) {
  for (Operation *inner : operatorsOf(op, anchored)) {
    auto values = llvm::map_to_vector(inner->getOperands(), [&](Value value) { return known.lookup(value); });
    known[inner->getResult(0)] = cast<ElementwiseOpInterface>(inner).emitElement(loops.builder, values);
  }
  return known.lookup(op.getBody().front().getTerminator()->getOperand(0));
}

void loops::storeVector(Loops &loops, Value vector, Value memory, ValueRange indices, int64_t count) {
  auto type = cast<VectorType>(vector.getType());
  if (count >= type.getNumElements()) {
    vector::StoreOp::create(loops.builder, loops.loc, vector, memory, indices);
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> at(indices);
    at.back() = loops.add(at.back(), i);
    loops.store(vector::ExtractOp::create(loops.builder, loops.loc, vector, ArrayRef<int64_t>{i}), memory, at);
  }
}

Value loops::zeroBeyond(Loops &loops, Value vector, Value channel, int64_t channels) {
  auto type = cast<VectorType>(vector.getType());
  auto integers = VectorType::get(type.getShape(), loops.builder.getI32Type());
  SmallVector<int32_t> lanes;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    lanes.push_back(i);
  Value number = arith::ConstantOp::create(loops.builder, loops.loc, DenseElementsAttr::get(integers, ArrayRef<int32_t>(lanes)));
  Value left = arith::IndexCastOp::create(loops.builder, loops.loc, loops.builder.getI32Type(),
                                          loops.sub(loops.index(channels), channel));
  Value limit = vector::BroadcastOp::create(loops.builder, loops.loc, integers, left);
  Value valid = arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::slt, number, limit);
  return arith::SelectOp::create(loops.builder, loops.loc, valid, vector, loops.number(type, 0));
}
