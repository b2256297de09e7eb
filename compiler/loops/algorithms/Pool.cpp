// SPDX-License-Identifier: Apache-2.0
// Pooling of blocked images: over windows, whose edges are loop bounds, and over whole images.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Chain.h"
#include "compiler/loops/Epilogue.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

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
};

bool isBlockedImage(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getRank() == 4 && type.getElementType().isF32();
}

/// Image, channel block and row of a grid of rows.
struct RowOfGrid {
  Value image, block, row;
  RowOfGrid(Loops &loops, Value i, int64_t blocks, int64_t rows)
      : image(loops.named(loops.div(loops.div(i, rows), blocks), "image")),
        block(loops.named(loops.rem(loops.div(i, rows), blocks), "block")),
        row(loops.named(loops.rem(i, rows), "row")) {}
};

/// One dimension of a window at one output position: the taps [low, high) that lie inside the image, and the first
/// tap's coordinate, which may be negative.
struct Taps {
  Value low, high, first;
  Taps(Loops &loops, Value position, const Window &window, unsigned d) {
    first = loops.sub(loops.mul(position, window.stride[d]), loops.index(window.pad[d]));
    // Smallest k with first + k * dilation >= 0, and the first k beyond the image; both numerators are kept positive.
    Value zero = loops.index(0);
    Value before = loops.max(loops.sub(zero, first), zero);
    low = loops.div(loops.add(before, window.dilation[d] - 1), window.dilation[d]);
    Value room = loops.max(loops.sub(loops.index(window.in[d + 2] + window.dilation[d] - 1), first), zero);
    high = loops.min(loops.div(room, window.dilation[d]), loops.index(window.kernel[d]));
  }
};

class Pool : public Algorithm {
public:
  StringRef name() const override { return "pool"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    return Window::of(op) && op.getBody().front().getOperations().size() == 2 && isBlockedImage(op.getInputs()[0]);
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  std::optional<RowWindow> rowWindow(FusedOp op) const override {
    Window window = *Window::of(op);
    return RowWindow{window.stride[0], (window.kernel[0] - 1) * window.dilation[0] + 1, window.pad[0]};
  }
  void lowerRows(FusedOp op, const Target &target, Phase &phase, const RowRange &rows) const override {
    Window window = *Window::of(op);
    nameKernel(window, phase);
    phase.loops.loop(
        llvm::divideCeilSigned(window.out[1], kBlock),
        [&](Value block) {
          phase.loops.loop(
              rows.first, rows.last, 1,
              [&](Value row) { writeRow(op, window, target, phase, rows.share, rows.image, block, row); }, "row");
        },
        "block");
  }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    Window window = *Window::of(op);
    int64_t blocks = llvm::divideCeilSigned(window.out[1], kBlock);
    nameKernel(window, phase);
    phase.setGrid(window.out[0] * blocks * window.out[2], 4);
    phase.loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      RowOfGrid at(phase.loops, i, blocks, window.out[2]);
      writeRow(op, window, target, phase, Value(), at.image, at.block, at.row);
    });
  }

private:
  static void nameKernel(const Window &window, Phase &phase) {
    phase.setName(
        ((window.average ? "avg_pool" : "max_pool") + Twine(window.kernel[0]) + "x" + Twine(window.kernel[1])).str());
  }

  static void writeRow(FusedOp op, const Window &window, const Target &target, Phase &phase, Value share, Value image,
                       Value block, Value row) {
    Loops &loops = phase.loops;
    BlockedAttr in = layoutOf(op.getInputs()[0].getType()), out = layoutOf(op->getResult(0).getType());
    RowPlace from(phase, op.getInputs()[0]), to(phase, op->getResult(0));
    Value x = phase.memory(op.getInputs()[0]), y = phase.memory(op->getResult(0));
    auto vector = VectorType::get({target.lanes()}, phase.builder.getF32Type());
    int64_t vectors = kBlock / target.lanes();
    Taps rows(loops, row, window, 0);
    Value inImage = from.image(image, share), outImage = to.image(image, share),
          outRow = to.row(loops, loops.add(row, out.top()));
    loops.loop(
        loops.index(0), loops.index(window.out[3]), 1,
        [&](Value column) {
          Taps columns(loops, column, window, 1);
          SmallVector<Value> start(vectors, loops.number(vector, window.average ? 0.0 : -INFINITY));
          auto sums = loops.loop(
              rows.low, rows.high, 1, start,
              [&](Value ky, ValueRange inKy) {
                Value inRow =
                    from.row(loops, loops.add(loops.add(rows.first, loops.mul(ky, window.dilation[0])), in.top()));
                return loops.loop(
                    columns.low, columns.high, 1, inKy,
                    [&](Value kx, ValueRange carried) {
                      Value inColumn =
                          loops.add(loops.add(columns.first, loops.mul(kx, window.dilation[1])), in.left());
                      SmallVector<Value> next;
                      for (int64_t v = 0; v < vectors; ++v) {
                        Value value = vector::LoadOp::create(
                            loops.builder, loops.loc, vector, x,
                            ValueRange{inImage, block, inRow, inColumn, loops.index(v * target.lanes())});
                        next.push_back(
                            window.average
                                ? Value(arith::AddFOp::create(loops.builder, loops.loc, carried[v], value))
                                : Value(arith::MaximumFOp::create(loops.builder, loops.loc, carried[v], value)));
                      }
                      return next;
                    },
                    "kx");
              },
              "ky");
          Value count = window.average ? divisor(loops, window, rows, columns, vector) : Value();
          for (int64_t v = 0; v < vectors; ++v) {
            Value lane = loops.index(v * target.lanes());
            Value value = count ? Value(arith::DivFOp::create(loops.builder, loops.loc, sums[v], count)) : sums[v];
            vector::StoreOp::create(loops.builder, loops.loc, value, y,
                                    ValueRange{outImage, block, outRow, loops.add(column, out.left()), lane});
          }
        },
        "column");
  }

  /// How many elements the mean is of. Padding may count, but never what a last window reaches beyond it.
  static Value divisor(Loops &loops, const Window &window, const Taps &rows, const Taps &columns, VectorType vector) {
    auto extent = [&](const Taps &taps, unsigned d) -> Value {
      if (!window.countsPad)
        return loops.sub(taps.high, taps.low);
      Value room = loops.sub(loops.index(window.in[d + 2] + window.pad[d + 2] + window.dilation[d] - 1), taps.first);
      return loops.min(loops.div(room, window.dilation[d]), loops.index(window.kernel[d]));
    };
    Value elements = arith::MulIOp::create(loops.builder, loops.loc, extent(rows, 0), extent(columns, 1));
    Value integer = arith::IndexCastOp::create(loops.builder, loops.loc, loops.builder.getI32Type(), elements);
    Value number = arith::SIToFPOp::create(loops.builder, loops.loc, vector.getElementType(), integer);
    return vector::BroadcastOp::create(loops.builder, loops.loc, vector, number);
  }
};

class GlobalPool : public Algorithm {
public:
  StringRef name() const override { return "global_pool"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    return isa<GlobalAvgPoolOp, GlobalMaxPoolOp>(op.getAnchor()) && op.getBody().front().getOperations().size() == 2 &&
           isBlockedImage(op.getInputs()[0]);
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto shape = cast<RankedTensorType>(op.getInputs()[0].getType()).getShape();
    BlockedAttr in = layoutOf(op.getInputs()[0].getType()), out = layoutOf(op->getResult(0).getType());
    bool average = isa<GlobalAvgPoolOp>(op.getAnchor());
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getInputs()[0]), y = phase.memory(op->getResult(0));
    auto vector = VectorType::get({target.lanes()}, phase.builder.getF32Type());
    int64_t vectors = kBlock / target.lanes(), blocks = llvm::divideCeilSigned(shape[1], kBlock);
    auto join = [&](Value a, Value b) -> Value {
      return average ? Value(arith::AddFOp::create(loops.builder, loops.loc, a, b))
                     : Value(arith::MaximumFOp::create(loops.builder, loops.loc, a, b));
    };
    phase.setName(average ? "global_avg_pool" : "global_max_pool");
    phase.setGrid(shape[0] * blocks, 2);
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value i) {
          Value image = loops.named(loops.div(i, blocks), "image"), block = loops.named(loops.rem(i, blocks), "block");
          SmallVector<Value> start(vectors, loops.number(vector, average ? 0.0 : -INFINITY));
          // Each row by itself, then the rows: the sum's error grows with H + W, not with H * W.
          auto totals = loops.carry(shape[2], start, "row", [&](Value row, ValueRange soFar) {
            auto inRow = loops.carry(shape[3], start, "column", [&](Value column, ValueRange carried) {
              SmallVector<Value> next;
              for (int64_t v = 0; v < vectors; ++v)
                next.push_back(join(
                    carried[v],
                    vector::LoadOp::create(loops.builder, loops.loc, vector, x,
                                           ValueRange{image, block, loops.add(row, in.top()),
                                                      loops.add(column, in.left()), loops.index(v * target.lanes())})));
              return next;
            });
            SmallVector<Value> next;
            for (auto [a, b] : llvm::zip(soFar, inRow))
              next.push_back(join(a, b));
            return next;
          });
          for (int64_t v = 0; v < vectors; ++v) {
            Value value = totals[v];
            if (average)
              value = arith::DivFOp::create(loops.builder, loops.loc, value, loops.number(vector, shape[2] * shape[3]));
            vector::StoreOp::create(loops.builder, loops.loc, value, y,
                                    ValueRange{image, block, loops.index(out.top()), loops.index(out.left()),
                                               loops.index(v * target.lanes())});
          }
        },
        "plane");
  }
};

RegisterAlgorithm<Pool> poolRegistration;
RegisterAlgorithm<GlobalPool> globalPoolRegistration;
} // namespace
