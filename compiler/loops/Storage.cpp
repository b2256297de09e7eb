// SPDX-License-Identifier: Apache-2.0
// The plan of memory: inputs and outputs in place, one arena with reuse, views.
#include "compiler/loops/Storage.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Chain.h"
#include "compiler/loops/Packing.h"

#include "dialects/cnn/Loops.h"
#include "dialects/cnn/Views.h"

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
  return MemRefType::get({shape[0], llvm::divideCeilSigned(shape[1], layout.getBlock()),
                          layout.top() + shape[2] + layout.bottom(), layout.left() + shape[3] + layout.right(),
                          layout.getBlock()},
                         element);
}

MemRefType loops::mergeRows(MemRefType type, int64_t count) {
  auto [strides, offset] = type.getStridesAndOffset();
  SmallVector<int64_t> shape(type.getShape());
  shape[2] /= count;
  shape[3] *= count;
  strides[2] *= count;
  auto layout = StridedLayoutAttr::get(type.getContext(), offset, strides);
  return MemRefType::get(shape, type.getElementType(),
                         type.getLayout().isIdentity() ? MemRefLayoutAttrInterface() : layout);
}

/// The value whose memory this one shows.
static Value rootOf(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getX();
  return value;
}

static bool isMadeByPhase(Value value) {
  return isa_and_nonnull<FusedOp, ChainOp, ConvertLayoutOp>(value.getDefiningOp());
}

static int64_t workspaceBytes(Operation *op, const Target &target) {
  if (auto chain = dyn_cast<ChainOp>(op))
    return ChainLayout(chain).bytes;
  auto fused = dyn_cast<FusedOp>(op);
  return fused ? algorithmOf(fused).workspaceBytes(fused, target) : 0;
}

static int64_t bytesOf(MemRefType type) { return type.getNumElements() * elementBytes(type.getElementType()); }

/// The memref of a value that is a part of a buffer: its images lie as far apart as those of the whole.
static MemRefType partOf(RankedTensorType part, RankedTensorType whole) {
  MemRefType type = memrefOf(part);
  if (part == whole)
    return type;
  auto [strides, offset] = type.getStridesAndOffset();
  int64_t image = memrefOf(whole).getStridesAndOffset().first[0];
  if (part.getDimSize(0) == 1 || image == strides[0])
    return type;
  strides[0] = image;
  return MemRefType::get(type.getShape(), type.getElementType(),
                         StridedLayoutAttr::get(type.getContext(), offset, strides));
}

StoragePlan::StoragePlan(func::FuncOp function, const Target &target) {
  placeInputsAndOutputs(function);
  placeArena(function, target);
  placeViews(function);
}

void StoragePlan::placeInputsAndOutputs(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    storages[argument] = {{Place::Input, argument.getArgNumber(), 0},
                          memrefOf(cast<RankedTensorType>(argument.getType()))};
  for (OpOperand &result : function.getBody().front().getTerminator()->getOpOperands()) {
    Value root = rootOf(result.get());
    bool possible = isMadeByPhase(root) && !layoutOf(root.getType()) && !storages.contains(root);
    inPlace.push_back(possible);
    if (possible)
      storages[root] = {{Place::Output, result.getOperandNumber(), 0},
                        memrefOf(cast<RankedTensorType>(root.getType()))};
  }
}

namespace {
/// A buffer that lives from the phase that makes its first part to the last that reads any; a workspace has no value.
struct Buffer {
  Value value;
  int64_t bytes, first, last, offset = 0;
};
} // namespace

void StoragePlan::placeArena(func::FuncOp function, const Target &target) {
  Views views(function);
  SmallVector<Buffer> buffers;
  DenseMap<Value, size_t> bufferOf;
  SmallVector<Value> values; // that lie in the arena
  SmallVector<std::pair<Operation *, size_t>> workspaceBuffers;
  int64_t time = 0;
  for (Operation &op : function.getBody().front()) {
    ++time;
    if (int64_t bytes = workspaceBytes(&op, target)) {
      workspaceBuffers.push_back({&op, buffers.size()});
      buffers.push_back({Value(), bytes, time, time});
    }
    op.walk([&](Operation *reader) { // the stages of a chain, too
      for (Value operand : reader->getOperands())
        if (auto it = bufferOf.find(views.of(rootOf(operand)).buffer); it != bufferOf.end())
          buffers[it->second].last = time;
    });
    for (Value result : op.getResults())
      if ((isMadeByPhase(result) || isa<JoinOp>(op)) && !storages.contains(result)) {
        Value buffer = views.of(result).buffer;
        values.push_back(result);
        if (bufferOf.try_emplace(buffer, buffers.size()).second)
          buffers.push_back({buffer, bytesOf(memrefOf(cast<RankedTensorType>(buffer.getType()))), time, time});
        buffers[bufferOf[buffer]].last = time;
      }
  }

  SmallVector<Buffer *> bySize = llvm::map_to_vector(buffers, [](Buffer &buffer) { return &buffer; });
  llvm::sort(bySize, [](Buffer *a, Buffer *b) { return a->bytes != b->bytes ? a->bytes > b->bytes : a < b; });
  SmallVector<Buffer *> placed; // by rising offset
  for (Buffer *buffer : bySize) {
    for (Buffer *other : placed)
      if (other->first <= buffer->last && buffer->first <= other->last &&
          other->offset < buffer->offset + buffer->bytes && buffer->offset < other->offset + other->bytes)
        buffer->offset = llvm::alignTo(other->offset + other->bytes, kAlignment);
    auto above = llvm::find_if(placed, [&](Buffer *other) { return other->offset > buffer->offset; });
    placed.insert(above, buffer);
    arenaSize = std::max<int64_t>(arenaSize, llvm::alignTo(buffer->offset + buffer->bytes, kAlignment));
  }
  for (auto [op, index] : workspaceBuffers)
    workspaces[op] = buffers[index].offset;
  for (Value value : values) {
    View view = views.of(value);
    auto type = cast<RankedTensorType>(value.getType()), whole = cast<RankedTensorType>(view.buffer.getType());
    int64_t offset = buffers[bufferOf[view.buffer]].offset;
    if (view.firstBlock)
      offset += view.firstBlock * bytesOf(memrefOf(whole)) / (whole.getDimSize(0) * memrefOf(whole).getDimSize(1));
    storages[value] = {{Place::Arena, 0, offset}, partOf(type, whole)};
  }
  for (auto chain : function.getOps<ChainOp>())
    placeStages(chain);
}

void StoragePlan::placeStages(ChainOp chain) {
  ChainLayout layout(chain);
  for (auto [stage, ring] : llvm::zip(layout.stages, layout.rings))
    storages[stage->getResult(0)] = {{Place::Arena, 0, workspaces.lookup(chain) + ring.offset}, ring.type, ring.rows};
  storages[layout.stages.back()->getResult(0)] = of(chain.getY());
}

void StoragePlan::placeViews(func::FuncOp function) {
  for (auto reshape : function.getBody().front().getOps<ReshapeOp>()) {
    auto source = storages.find(reshape.getX());
    if (source == storages.end())
      continue; // of a constant, which has no memory of its own
    storages[reshape.getY()] = {source->second.place, memrefOf(cast<RankedTensorType>(reshape.getType()))};
  }
}
