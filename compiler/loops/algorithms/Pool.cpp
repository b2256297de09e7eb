// SPDX-License-Identifier: Apache-2.0
// Pooling of blocked images over windows. A tile of results first joins the rows of each column that its windows share,
// then the columns of each window. Windows that leave the image at the top or bottom take fewer rows; which columns
// are missing at the left and right is known when the kernel is written.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Chain.h"
#include "compiler/loops/algorithms/Tile.h"
#include "dialects/cnn/VectorMath.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <map>

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;

/// A max or average pool in numbers.
struct Window {
  ArrayRef<int64_t> in, out, kernel, stride, pad, dilation;
  bool average = false, countsPad = false;

  static std::optional<Window> of(FusedOp op) {
    auto fill = [](auto pool) {
      auto shape = [](Value value) { return cast<RankedTensorType>(value.getType()).getShape(); };
      return Window{shape(pool.getX()), shape(pool.getY()), pool.getKernel(),
                    pool.getStride(),   pool.getPad(),      pool.getDilation()};
    };
    if (auto pool = dyn_cast<MaxPoolOp>(op.getAnchor()))
      return fill(pool);
    auto pool = dyn_cast<AvgPoolOp>(op.getAnchor());
    if (!pool)
      return std::nullopt;
    Window window = fill(pool);
    window.average = true;
    window.countsPad = pool.getCountIncludePad();
    return window;
  }

  int64_t extent(unsigned d) const { return (kernel[d] - 1) * dilation[d] + 1; }
  /// The end of what counts in a mean: padding may, but never what a last window reaches beyond it.
  int64_t countedEnd(unsigned d) const { return in[d + 2] + (countsPad ? pad[d + 2] : 0); }
};

/// The columns of the windows of one result: taps [low, high) lie inside the image, `counted` of them count in a mean.
struct ColumnTaps {
  int64_t low = 0, high, counted;
  /// Of a window that misses none.
  explicit ColumnTaps(const Window &w) : high(w.kernel[1]), counted(high) {}
  ColumnTaps(const Window &w, int64_t column) {
    int64_t first = column * w.stride[1] - w.pad[1], step = w.dilation[1];
    auto before = [&](int64_t end) { return std::min(llvm::divideCeilSigned(end - first, step), w.kernel[1]); };
    low = llvm::divideCeilSigned(std::max<int64_t>(-first, 0), step);
    high = before(w.in[3]);
    counted = before(w.countedEnd(1)) - (w.countsPad ? 0 : low);
  }
  bool isWhole(const Window &w) const { return low == 0 && high == w.kernel[1] && counted == w.kernel[1]; }
};

/// The same of the rows of one result, whose number is known when it is computed.
struct RowTaps {
  Value low, high, counted, first;
  RowTaps(Loops &loops, Value row, const Window &w) {
    first = loops.sub(loops.mul(row, w.stride[0]), loops.index(w.pad[0]));
    int64_t step = w.dilation[0];
    // Smallest k with first + k * step >= 0, and the first k beyond an end; both numerators are kept positive.
    Value zero = loops.index(0), missing = loops.max(loops.sub(zero, first), zero);
    low = loops.div(loops.add(missing, step - 1), step);
    auto before = [&](int64_t end) {
      Value room = loops.max(loops.sub(loops.index(end + step - 1), first), zero);
      return loops.min(loops.div(room, step), loops.index(w.kernel[0]));
    };
    high = before(w.in[2]);
    counted = w.countsPad ? before(w.countedEnd(0)) : loops.sub(high, low);
  }
};

/// Where a row of results is made.
struct PoolRow {
  Value share, image, block, row;
};

class PoolKernel {
public:
  PoolKernel(FusedOp op, const Target &target, Phase &phase)
      : w(*Window::of(op)), loops(phase.loops), lanes(target.lanes()),
        vector(VectorType::get({lanes}, phase.builder.getF32Type())), x(phase.memory(op.getInputs()[0])),
        y(phase.memory(op->getResult(0))), in(layoutOf(op.getInputs()[0].getType())),
        out(layoutOf(op->getResult(0).getType())), from(phase, op.getInputs()[0]), to(phase, op->getResult(0)) {
    // A tile's columns stay in registers.
    constexpr int64_t kOthers = 4;
    tile = std::max<int64_t>(1, (target.registers - kOthers - w.extent(1)) / w.stride[1] + 1);
    phase.setName(((w.average ? "avg_pool" : "max_pool") + Twine(w.kernel[0]) + "x" + Twine(w.kernel[1])).str());
  }

  int64_t blocks() const { return llvm::divideCeilSigned(w.out[1], kBlock); }
  const Window &window() const { return w; }

  void writeRow(const PoolRow &place) {
    RowTaps rows(loops, place.row, w);
    std::map<int64_t, Value> scales; // of means, by the columns that count
    for (int64_t column = 0; w.average && column < w.out[3]; ++column)
      if (Value &scale = scales[ColumnTaps(w, column).counted]; !scale)
        scale = scaleOf(rows, ColumnTaps(w, column).counted);

    auto write = [&](int64_t size, Value column) { writeTile(place, rows, scales, size, column); };
    // Tiles without missing columns run in a loop, as far as they are of one size.
    RowCut cut(w.out[3], tile);
    auto sizeOf = [&](int64_t number) { return number < cut.larger ? cut.size : cut.size - 1; };
    int64_t column = 0;
    for (int64_t number = 0, next; number < cut.count; number = next) {
      int64_t size = sizeOf(number), first = column;
      auto isWhole = [&](int64_t from) {
        return llvm::all_of(llvm::seq(from, from + size),
                            [&](int64_t column) { return ColumnTaps(w, column).isWhole(w); });
      };
      bool repeats = isWhole(first);
      for (next = number + 1, column += size; repeats && next < cut.count && sizeOf(next) == size && isWhole(column);
           ++next)
        column += size;
      if (next == number + 1)
        write(size, loops.index(first));
      else
        loops.loop(
            loops.index(first), loops.index(column), size, [&](Value at) { write(size, at); }, "column");
    }
  }

private:
  /// One over the number of elements that count, in all lanes.
  Value scaleOf(const RowTaps &rows, int64_t columns) {
    Type i32 = loops.builder.getI32Type(), element = vector.getElementType();
    Value count = arith::IndexCastOp::create(loops.builder, loops.loc, i32, loops.mul(rows.counted, columns));
    Value number = arith::SIToFPOp::create(loops.builder, loops.loc, element, count);
    Value scale = arith::DivFOp::create(loops.builder, loops.loc, loops.number(element, 1), number);
    return loops.named(vector::BroadcastOp::create(loops.builder, loops.loc, vector, scale), "scale");
  }

  /// A NaN does not always outlive a maximum.
  Value join(Value a, Value b) {
    Float total(loops, a), value(loops, b);
    return w.average ? total + value : maximum(total, value);
  }

  /// `size` results from `column` on. A constant column may miss some of its taps.
  void writeTile(const PoolRow &place, const RowTaps &rows, const std::map<int64_t, Value> &scales, int64_t size,
                 Value column) {
    std::optional<int64_t> known = getConstantIntValue(column);
    auto tapsOf = [&](int64_t p) { return known ? ColumnTaps(w, *known + p) : ColumnTaps(w); };
    auto offsetOf = [&](int64_t p, int64_t tap) { return p * w.stride[1] + tap * w.dilation[1]; };
    auto forTaps = [&](int64_t p, function_ref<void(int64_t)> body) {
      ColumnTaps taps = tapsOf(p);
      for (int64_t tap = taps.low; tap < taps.high; ++tap)
        body(offsetOf(p, tap));
    };
    std::map<int64_t, unsigned> columns; // by their distance from the first one
    for (int64_t p = 0; p < size; ++p)
      forTaps(p, [&](int64_t offset) { columns[offset] = 0; });
    for (auto [index, entry] : llvm::enumerate(columns))
      entry.second = index;

    Value firstColumn = loops.add(loops.mul(column, w.stride[1]), in.left() - w.pad[1]);
    Value inImage = from.image(place.image, place.share), outImage = to.image(place.image, place.share);
    Value outRow = to.row(loops, loops.add(place.row, out.top()));
    for (int64_t lane = 0; lane < kBlock; lane += lanes) {
      Value nothing = loops.number(vector, w.average ? 0.0 : -INFINITY);
      SmallVector<Value> start(columns.size(), nothing);
      auto joined = loops.loop(
          rows.low, rows.high, 1, start,
          [&](Value ky, ValueRange carried) {
            Value row = loops.add(loops.add(rows.first, loops.mul(ky, w.dilation[0])), in.top());
            Value inRow = from.row(loops, row);
            SmallVector<Value> next;
            for (auto [offset, index] : columns) {
              Value at[] = {inImage, place.block, inRow, loops.add(firstColumn, offset), loops.index(lane)};
              next.push_back(
                  join(carried[index], vector::LoadOp::create(loops.builder, loops.loc, vector, x, ValueRange(at))));
            }
            return next;
          },
          "ky");
      for (int64_t p = 0; p < size; ++p) {
        Value result = nothing;
        forTaps(p, [&](int64_t offset) {
          Value value = joined[columns[offset]];
          result = result == nothing ? value : join(result, value);
        });
        if (w.average)
          result = Float(loops, result) * Float(loops, scales.at(tapsOf(p).counted));
        Value at[] = {outImage, place.block, outRow, loops.add(loops.add(column, p), out.left()), loops.index(lane)};
        vector::StoreOp::create(loops.builder, loops.loc, result, y, ValueRange(at));
      }
    }
  }

  Window w;
  Loops &loops;
  int64_t lanes, tile;
  VectorType vector;
  Value x, y;
  BlockedAttr in, out;
  RowPlace from, to;
};

class Pool : public Algorithm {
public:
  StringRef name() const override { return "pool"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    auto type = cast<RankedTensorType>(op.getInputs()[0].getType());
    return Window::of(op) && op.getBody().front().getOperations().size() == 2 && type.getRank() == 4 &&
           type.getElementType().isF32();
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  std::optional<RowWindow> rowWindow(FusedOp op) const override {
    Window window = *Window::of(op);
    return RowWindow{window.stride[0], window.extent(0), window.pad[0]};
  }
  void lowerRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) const override {
    PoolKernel kernel(op, target, phase);
    phase.loops.loop(
        kernel.blocks(),
        [&](Value block) {
          phase.loops.loop(
              rows.first, rows.last, 1,
              [&](Value row) {
                kernel.writeRow({rows.share, rows.image, block, row});
              },
              "row");
        },
        "block");
  }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    PoolKernel kernel(op, target, phase);
    ArrayRef<int64_t> out = kernel.window().out;
    phase.setGrid(out[0] * kernel.blocks() * out[2], 4);
    Loops &loops = phase.loops;
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value row = loops.named(loops.rem(i, out[2]), "row"), plane = loops.named(loops.div(i, out[2]), "plane");
      Value block = loops.named(loops.rem(plane, kernel.blocks()), "block");
      kernel.writeRow({{}, loops.named(loops.div(plane, kernel.blocks()), "image"), block, row});
    });
  }
};

RegisterAlgorithm<Pool> registration;
} // namespace
