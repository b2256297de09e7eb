// SPDX-License-Identifier: Apache-2.0
// A tile is transformed along its columns, then along its rows; what lies between waits in a few lines of memory. Where
// the filter has a single row, or column, one of both is left out.
#include "compiler/loops/algorithms/WinogradTransform.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static constexpr int64_t kBlock = Target::kBlock;

WinogradTransform::WinogradTransform(FusedOp op, const WinogradShape &shape, const Target &target)
    : op(op), s(shape), target(target), vertical(WinogradMatrices::of(s.m[0], s.taps[0], s.stride[0])),
      horizontal(WinogradMatrices::of(s.m[1], s.taps[1], s.stride[1])),
      vector(VectorType::get({target.lanes()}, Float32Type::get(op.getContext()))) {}

Value WinogradTransform::load(Loops &loops, Value memory, ValueRange at) {
  return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
}

void WinogradTransform::store(Loops &loops, Value value, Value memory, ValueRange at) {
  vector::StoreOp::create(loops.builder, loops.loc, value, memory, at);
}

void WinogradTransform::forLanes(Loops &loops, function_ref<void(Value)> body) {
  if (target.lanes() >= kBlock)
    return body(loops.index(0));
  loops.loop(loops.index(0), loops.index(kBlock), target.lanes(), body, "lane");
}

void WinogradTransform::columns(Loops &loops, const Matrix &matrix, int64_t count, Read read, Write write) {
  loops.loop(
      count,
      [&](Value column) {
        multiply(
            loops, matrix, [&](int64_t row) { return read(loops.index(row), column); },
            [&](int64_t row, Value value) { write(value, loops.index(row), column); });
      },
      "column");
}

void WinogradTransform::rows(Loops &loops, const Matrix &matrix, Value count, Read read, Write write) {
  loops.loop(
      loops.index(0), count, 1,
      [&](Value row) {
        multiply(
            loops, matrix, [&](int64_t column) { return read(row, loops.index(column)); },
            [&](int64_t column, Value value) { write(value, row, loops.index(column)); });
      },
      "row");
}

Value WinogradTransform::firstPixel(Loops &loops, Value number, unsigned d) const {
  int64_t step = s.dilation[d];
  Value first = loops.mul(loops.div(number, step), s.m[d] * step);
  return step == 1 ? first : loops.add(first, loops.rem(number, step));
}

void WinogradTransform::input(Loops &loops, Value image, Value inputBlock, Value source, Value row) {
  BlockedAttr layout = layoutOf(op.getAnchorInput(0).getType());
  Value tileRow = loops.div(source, s.tileColumns), tileColumn = loops.rem(source, s.tileColumns);
  Value firstRow = loops.mul(firstPixel(loops, tileRow, 0), s.stride[0]),
        firstColumn = loops.mul(firstPixel(loops, tileColumn, 1), s.stride[1]);
  Value top = loops.named(loops.add(firstRow, layout.top() - s.padTop), "top"),
        left = loops.named(loops.add(firstColumn, layout.left() - s.padLeft), "left"), half = loops.index(0);
  forLanes(loops, [&](Value lane) {
    auto readPixel = [&](Value y, Value column) {
      return load(loops, x,
                  {image, inputBlock, loops.add(top, loops.mul(y, s.dilation[0])),
                   loops.add(left, loops.mul(column, s.dilation[1])), lane});
    };
    auto readWork = [&](Value y, Value column) { return load(loops, work, {slot, half, y, column, lane}); };
    auto writeWork = [&](Value value, Value y, Value column) {
      store(loops, value, work, {slot, half, y, column, lane});
    };
    auto writeMatrix = [&](Value value, Value y, Value column) {
      store(loops, value, transformed, {matrixSlot, loops.add(loops.mul(y, s.n[1]), column), row, lane});
    };
    if (s.n[1] == 1)
      return columns(loops, vertical.input, 1, readPixel, writeMatrix);
    if (s.n[0] == 1)
      return rows(loops, horizontal.input, loops.index(1), readPixel, writeMatrix);
    columns(loops, vertical.input, s.n[1], readPixel, writeWork);
    rows(loops, horizontal.input, loops.index(s.n[0]), readWork, writeMatrix);
  });
}

void WinogradTransform::output(Loops &loops, const Epilogue &epilogue, Value image, Value filterBlock, Value source,
                               Value row) {
  BlockedAttr layout = layoutOf(op->getResult(0).getType());
  Value top = loops.named(firstPixel(loops, loops.div(source, s.tileColumns), 0), "top"),
        left = loops.named(firstPixel(loops, loops.rem(source, s.tileColumns), 1), "left"), half = loops.index(1);
  forLanes(loops, [&](Value lane) {
    Value start = bias ? load(loops, bias, {filterBlock, lane}) : Value();
    auto readProduct = [&](Value y, Value column) {
      return load(loops, products, {slot, loops.add(loops.mul(y, s.n[1]), column), row, lane});
    };
    auto readWork = [&](Value y, Value column) { return load(loops, work, {slot, half, y, column, lane}); };
    auto writeWork = [&](Value value, Value y, Value column) {
      store(loops, value, work, {slot, half, y, column, lane});
    };
    auto writePixel = [&](Value pixel, Value y, Value column) {
      Value sum = start ? Value(arith::AddFOp::create(loops.builder, loops.loc, pixel, start)) : pixel;
      Value result = epilogue.apply(loops, epilogue.memory(), sum, vector, {image, filterBlock, y, column, lane});
      if (s.filters % kBlock != 0 && !epilogue.preservesZero())
        result = zeroBeyond(loops, result, loops.add(loops.mul(filterBlock, kBlock), lane), s.filters);
      store(loops, result, this->y,
            {image, filterBlock, loops.add(y, layout.top()), loops.add(column, layout.left()), lane});
    };
    // Of a tile's pixels along one dimension, those beyond `extent` do not exist.
    auto guarded = [&](Value at, int64_t index, int64_t extent, unsigned d, function_ref<void()> write) {
      int64_t rest = extent % (s.m[d] * s.dilation[d]);
      if (rest == 0 || (s.dilation[d] == 1 && index < rest))
        return write();
      auto inside = scf::IfOp::create(loops.builder, loops.loc, loops.within(at, 0, extent), /*withElseRegion=*/false);
      OpBuilder::InsertionGuard guard(loops.builder);
      loops.builder.setInsertionPointToStart(inside.thenBlock());
      write();
    };
    auto writeRow = [&](Value value, Value y, Value i) {
      Value column = loops.add(left, loops.mul(i, s.dilation[1])), line = loops.add(top, loops.mul(y, s.dilation[0]));
      guarded(column, *getConstantIntValue(i), s.columns, 1, [&] { writePixel(value, line, column); });
    };
    auto writeColumn = [&](Value value, Value i, Value) {
      Value line = loops.add(top, loops.mul(i, s.dilation[0]));
      guarded(line, *getConstantIntValue(i), s.rows, 0, [&] { writePixel(value, line, left); });
    };
    if (s.n[1] == 1)
      return columns(loops, vertical.output, 1, readProduct, writeColumn);
    if (s.n[0] == 1)
      return rows(loops, horizontal.output, loops.index(1), readProduct, writeRow);
    columns(loops, vertical.output, s.n[1], readProduct, writeWork);
    Value rowsInside = loops.index(s.m[0]);
    if (int64_t step = s.dilation[0]; s.rows % (s.m[0] * step)) {
      Value left = loops.sub(loops.index(s.rows + step - 1), top); // of a map with fewer rows none may be
      rowsInside = loops.min(rowsInside, step == 1 ? left : loops.div(loops.max(left, loops.index(0)), step));
    }
    rows(loops, horizontal.output, rowsInside, readWork, writeRow);
  });
}
