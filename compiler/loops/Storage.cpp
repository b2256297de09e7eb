// SPDX-License-Identifier: Apache-2.0
// The plan of memory: inputs and outputs in place, one arena with reuse, views.
#include "compiler/loops/Storage.h"

#include "compiler/loops/Packing.h"

#include "dialects/cnn/Loops.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kAlignment = 64;

std::string Place::word() const {
  switch (base) {
  case Arena:
    return "arena";
  case Weights:
    return "weights";
  case Input:
    return "input" + std::to_string(index);
  case Output:
    return "output" + std::to_string(index);
  }
  llvm_unreachable("four bases");
}

Type loops::storedElement(Type element) {
  return element.isInteger(1) ? IntegerType::get(element.getContext(), 8) : signless(element);
}

MemRefType loops::memrefOf(RankedTensorType type) {
  Type element = storedElement(type.getElementType());
  BlockedAttr layout = layoutOf(type);
  if (!layout)
    return MemRefType::get(type.getShape(), element);
  ArrayRef<int64_t> shape = type.getShape();
  return MemRefType::get({shape[0], llvm::divideCeilSigned(shape[1], layout.getBlock()), layout.top() + shape[2] + layout.bottom(),
                          layout.left() + shape[3] + layout.right(), layout.getBlock()},
                         element);
}

/// The value whose memory this one shows.
static Value rootOf(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  return value;
}

static bool isMadeByPhase(Value value) { return value.getDefiningOp<FusedOp>() || value.getDefiningOp<ConvertLayoutOp>(); }

StoragePlan::StoragePlan(func::FuncOp function) {
  placeInputsAndOutputs(function);
  placeArena(function);
  placeViews(function);
}

void StoragePlan::placeInputsAndOutputs(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    storages[argument] = {{Place::Input, argument.getArgNumber(), 0}, memrefOf(cast<RankedTensorType>(argument.getType()))};
  for (OpOperand &result : function.getBody().front().getTerminator()->getOpOperands()) {
    Value root = rootOf(result.get());
    bool possible = isMadeByPhase(root) && !layoutOf(root.getType()) && !storages.contains(root);
    inPlace.push_back(possible);
    if (possible)
      storages[root] = {{Place::Output, result.getOperandNumber(), 0}, memrefOf(cast<RankedTensorType>(root.getType()))};
  }
}

namespace {
/// A buffer that lives from the phase that makes it to the last that reads it.
struct Buffer {
  Value value;
  int64_t bytes, first, last, offset = 0;
};
} // namespace

void StoragePlan::placeArena(func::FuncOp function) {
  SmallVector<Buffer> buffers;
  DenseMap<Value, size_t> bufferOf;
  int64_t time = 0;
  for (Operation &op : function.getBody().front()) {
    ++time;
    for (Value operand : op.getOperands())
      if (auto it = bufferOf.find(rootOf(operand)); it != bufferOf.end())
        buffers[it->second].last = time;
    for (Value result : op.getResults())
      if (isMadeByPhase(result) && !storages.contains(result)) {
        MemRefType type = memrefOf(cast<RankedTensorType>(result.getType()));
        bufferOf[result] = buffers.size();
        buffers.push_back({result, type.getNumElements() * elementBytes(type.getElementType()), time, time});
      }
  }

  SmallVector<Buffer *> bySize = llvm::map_to_vector(buffers, [](Buffer &buffer) { return &buffer; });
  llvm::sort(bySize, [](Buffer *a, Buffer *b) { return a->bytes != b->bytes ? a->bytes > b->bytes : a < b; });
  SmallVector<Buffer *> placed; // by rising offset
  for (Buffer *buffer : bySize) {
    for (Buffer *other : placed)
      if (other->first <= buffer->last && buffer->first <= other->last && other->offset < buffer->offset + buffer->bytes &&
          buffer->offset < other->offset + other->bytes)
        buffer->offset = llvm::alignTo(other->offset + other->bytes, kAlignment);
    auto above = llvm::find_if(placed, [&](Buffer *other) { return other->offset > buffer->offset; });
    placed.insert(above, buffer);
    arenaSize = std::max<int64_t>(arenaSize, llvm::alignTo(buffer->offset + buffer->bytes, kAlignment));
  }
  for (const Buffer &buffer : buffers)
    storages[buffer.value] = {{Place::Arena, 0, buffer.offset}, memrefOf(cast<RankedTensorType>(buffer.value.getType()))};
}

void StoragePlan::placeViews(func::FuncOp function) {
  for (auto reshape : function.getBody().front().getOps<ReshapeOp>()) {
    auto source = storages.find(reshape.getX());
    if (source == storages.end())
      continue; // of a constant, which has no memory of its own
    MemRefType type = memrefOf(cast<RankedTensorType>(reshape.getType()));
    // The channels of a blocked 1x1 image: rows may be padded to whole blocks.
    if (BlockedAttr layout = layoutOf(reshape.getX().getType())) {
      int64_t row = source->second.type.getDimSize(1) * layout.getBlock();
      type = MemRefType::get(type.getShape(), type.getElementType(),
                             StridedLayoutAttr::get(type.getContext(), 0, {row, 1}));
    }
    Place place = source->second.place;
    storages[reshape.getY()] = {place, type};
  }
}
