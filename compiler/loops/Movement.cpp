// SPDX-License-Identifier: Apache-2.0
// Kernels that move values.
#include "compiler/loops/Movement.h"

#include "dialects/cnn/CnnOps.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

void loops::zeroHalo(Phase &phase, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  BlockedAttr layout = layoutOf(type);
  Loops &loops = phase.loops;
  Value memory = phase.memory(value);
  auto shape = cast<MemRefType>(memory.getType()).getShape();
  Value zero = loops.number(storedElement(type.getElementType()), 0);
  auto fill = [&](Value image, Value block, Value row, int64_t from, int64_t to) {
    loops.loop(loops.index(from), loops.index(to), 1, [&](Value column) {
      loops.loop(shape[4], [&](Value lane) { loops.store(zero, memory, {image, block, row, column, lane}); }, "lane");
    }, "column");
  };
  phase.setGrid(shape[0] * shape[1]);
  loops.loop(phase.begin(), phase.end(), 1, [&](Value plane) {
    Value image = loops.named(loops.div(plane, shape[1]), "image"), block = loops.named(loops.rem(plane, shape[1]), "block");
    auto rows = [&](int64_t from, int64_t to, int64_t left, int64_t right) {
      if (from < to && left < right)
        loops.loop(loops.index(from), loops.index(to), 1, [&](Value row) { fill(image, block, row, left, right); }, "row");
    };
    int64_t bottom = shape[2] - layout.bottom(), right = shape[3] - layout.right();
    rows(0, layout.top(), 0, shape[3]);
    rows(layout.top(), bottom, 0, layout.left());
    rows(layout.top(), bottom, right, shape[3]);
    rows(bottom, shape[2], 0, shape[3]);
  }, "plane");
}

namespace {
/// Where element (image, channel, row, column) of a 4-d value lies.
SmallVector<Value> position(Loops &loops, BlockedAttr layout, Value image, Value block, Value lane, Value row, Value column) {
  return {image, block, loops.add(row, layout.top()), loops.add(column, layout.left()), lane};
}

/// Rows of one channel each: vectors along the row, then single elements.
void convertRows(Phase &phase, Value from, Value to, Value source, Value target, RankedTensorType type) {
  Loops &loops = phase.loops;
  BlockedAttr fromLayout = layoutOf(from.getType()), toLayout = layoutOf(to.getType());
  auto at = [&](BlockedAttr layout, Value image, Value channel, Value row, Value column) {
    return layout ? position(loops, layout, image, channel, loops.index(0), row, column)
                  : SmallVector<Value>{image, channel, row, column};
  };
  int64_t channels = type.getDimSize(1), rows = type.getDimSize(2), columns = type.getDimSize(3);
  phase.setGrid(type.getDimSize(0) * channels * rows, 8);
  loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
    Value row = loops.named(loops.rem(i, rows), "row"), plane = loops.named(loops.div(i, rows), "plane");
    Value image = loops.named(loops.div(plane, channels), "image"), channel = loops.named(loops.rem(plane, channels), "channel");
    loops.loop(columns, [&](Value column) {
      loops.store(loops.load(source, at(fromLayout, image, channel, row, column)), target,
                  at(toLayout, image, channel, row, column));
    }, "column");
  });
}
} // namespace

SmallVector<Value> loops::positionOf(Loops &loops, Type type, ValueRange at) {
  BlockedAttr layout = layoutOf(type);
  if (!layout)
    return SmallVector<Value>(at);
  return position(loops, layout, at[0], loops.div(at[1], layout.getBlock()), loops.rem(at[1], layout.getBlock()), at[2], at[3]);
}

/// Rows of the last dimension.
static void fillPlain(Phase &phase, Value memory, ArrayRef<int64_t> shape, function_ref<Value(ValueRange)> element) {
  Loops &loops = phase.loops;
  int64_t length = shape.empty() ? 1 : shape.back(), outer = shape.empty() ? 0 : shape.size() - 1;
  phase.setGrid(ShapedType::getNumElements(shape) / length, std::max<int64_t>(1, 1024 / length));
  loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
    SmallVector<Value> at(shape.size());
    for (int64_t d = outer; d-- > 0; i = loops.div(i, shape[d]))
      at[d] = d == 0 ? i : loops.rem(i, shape[d]);
    loops.loop(length, [&](Value last) {
      if (!at.empty())
        at.back() = last;
      loops.store(element(at), memory, at);
    }, "column");
  });
}

void loops::fillLayout(Phase &phase, Value value, function_ref<Value(ValueRange)> element) {
  auto type = cast<RankedTensorType>(value.getType());
  BlockedAttr layout = layoutOf(type);
  Value memory = phase.memory(value);
  if (!layout)
    return fillPlain(phase, memory, type.getShape(), element);
  Loops &loops = phase.loops;
  auto shape = type.getShape();
  int64_t block = layout.getBlock(), blocks = llvm::divideCeilSigned(shape[1], block), rows = shape[2];
  Value zero = loops.number(storedElement(type.getElementType()), 0);
  phase.setGrid(shape[0] * blocks * rows, std::max<int64_t>(1, 1024 / (shape[3] * block)));
  loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
    Value row = loops.rem(i, rows), plane = loops.div(i, rows);
    Value image = loops.div(plane, blocks), part = loops.rem(plane, blocks);
    Value valid = shape[1] % block ? loops.min(loops.index(block), loops.sub(loops.index(shape[1]), loops.mul(part, block)))
                                   : loops.index(block);
    loops.loop(shape[3], [&](Value column) {
      auto lanes = [&](Value from, Value to, function_ref<Value(Value)> of) {
        loops.loop(from, to, 1, [&](Value lane) {
          loops.store(of(lane), memory, position(loops, layout, image, part, lane, row, column));
        }, "lane");
      };
      lanes(loops.index(0), valid, [&](Value lane) {
        return element({image, loops.add(loops.mul(part, block), lane), row, column});
      });
      if (shape[1] % block)
        lanes(valid, loops.index(block), [&](Value) { return zero; });
    }, "column");
  });
}

void loops::convertLayout(Phase &phase, Value from, Value to) {
  auto type = cast<RankedTensorType>(to.getType());
  BlockedAttr fromLayout = layoutOf(from.getType()), toLayout = layoutOf(type);
  Value source = phase.memory(from), target = phase.memory(to);
  auto blockOf = [](BlockedAttr layout) { return layout ? layout.getBlock() : 1; };
  int64_t fromBlock = blockOf(fromLayout), toBlock = blockOf(toLayout);
  if (fromBlock == 1 && toBlock == 1)
    return convertRows(phase, from, to, source, target, type);

  // Walk by the blocks of the blocked side; the other side is plain, of single channels, or blocked alike.
  Loops &loops = phase.loops;
  int64_t block = std::max(fromBlock, toBlock);
  int64_t channels = type.getDimSize(1), blocks = llvm::divideCeil(channels, block), rows = type.getDimSize(2);
  auto at = [&](BlockedAttr layout, Value image, Value part, Value lane, Value row, Value column) {
    if (layout && layout.getBlock() == block)
      return position(loops, layout, image, part, lane, row, column);
    Value channel = loops.add(loops.mul(part, block), lane);
    return layout ? position(loops, layout, image, channel, loops.index(0), row, column)
                  : SmallVector<Value>{image, channel, row, column};
  };
  Value zero = loops.number(storedElement(type.getElementType()), 0);
  phase.setGrid(type.getDimSize(0) * blocks * rows, 4);
  loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
    Value row = loops.named(loops.rem(i, rows), "row"), plane = loops.named(loops.div(i, rows), "plane");
    Value image = loops.named(loops.div(plane, blocks), "image"), part = loops.named(loops.rem(plane, blocks), "block");
    Value valid = loops.min(loops.index(block), loops.sub(loops.index(channels), loops.mul(part, block)));
    // Channels outside: a row of them has a length that is known, and stays one loop.
    loops.loop(loops.index(0), valid, 1, [&](Value lane) {
      loops.loop(type.getDimSize(3), [&](Value column) {
        loops.store(loops.load(source, at(fromLayout, image, part, lane, row, column)), target,
                    at(toLayout, image, part, lane, row, column));
      }, "column");
    }, "lane");
    if (toBlock == block && channels % block != 0)
      loops.loop(valid, loops.index(block), 1, [&](Value lane) {
        loops.loop(type.getDimSize(3), [&](Value column) {
          loops.store(zero, target, at(toLayout, image, part, lane, row, column));
        }, "column");
      }, "lane");
  });
}

void loops::copyOutput(Phase &phase, Value value, unsigned index) {
  Loops &loops = phase.loops;
  auto type = memrefOf(withoutLayout(cast<RankedTensorType>(value.getType())));
  Value source = phase.memory(value), target = phase.output(index, type);
  loops.loop(phase.begin(), phase.end(), 1, [&](Value) {
    loops.nest(type.getShape(), [&](ValueRange indices) { loops.store(loops.load(source, indices), target, indices); });
  });
}
