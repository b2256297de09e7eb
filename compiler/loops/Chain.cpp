// SPDX-License-Identifier: Apache-2.0
// A chain in loops: for each band of the result's rows, from the first stage to the last, the rows that the next stage
// needs and that are not in its ring yet.
#include "compiler/loops/Chain.h"

#include "compiler/cost/Algorithm.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

/// Shares that may run at once; each has rings of its own.
static constexpr int64_t kShares = 16;

static RowWindow windowOf(FusedOp stage) { return *algorithmOf(stage).rowWindow(stage); }

ChainLayout::ChainLayout(ChainOp chain) : stages(chain.getStages()) {
  auto shape = cast<RankedTensorType>(chain.getType()).getShape();
  images = shape[0];
  bands = llvm::divideCeilSigned(shape[2], chain.getRows());
  grid = images * bands;
  grain = llvm::divideCeilSigned(grid, kShares);
  int64_t shares = llvm::divideCeilSigned(grid, grain);
  rings.resize(stages.size() - 1);
  int64_t rows = chain.getRows(); // that a stage computes for one band, when its ring is empty
  for (size_t i = rings.size(); i-- > 0;) {
    RowWindow window = windowOf(stages[i + 1]);
    rows = (rows - 1) * window.stride + window.extent;
    MemRefType whole = memrefOf(cast<RankedTensorType>(stages[i]->getResult(0).getType()));
    SmallVector<int64_t> extents(whole.getShape());
    extents[0] = shares;
    extents[2] = rows;
    rings[i] = {rows, 0, MemRefType::get(extents, whole.getElementType())};
  }
  for (Ring &ring : rings) {
    ring.offset = bytes;
    bytes += llvm::alignTo(ring.type.getNumElements() * elementBytes(ring.type.getElementType()), 64);
  }
}

namespace {
/// The rows of each stage's result for one band. Those below `begin` are in the ring already; `last` may lie beyond
/// the image, where the ring gets rows of zeros.
struct StageRows {
  Value begin, end;  // computed now
  Value first, last; // of what the next stage reads
  Value before;      // the end of the last band's rows
};

class ChainKernel {
public:
  ChainKernel(ChainOp chain, const Target &target, Phase &phase)
      : layout(chain), rows(chain.getRows()), height(cast<RankedTensorType>(chain.getType()).getDimSize(2)),
        target(target), phase(phase), loops(phase.loops),
        vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {}

  void write() {
    phase.setGrid(layout.grid, layout.grain);
    share = loops.named(loops.div(phase.begin(), layout.grain), "share");
    for (FusedOp stage : ArrayRef(layout.stages).drop_back())
      zeroSides(stage->getResult(0));
    std::string name;
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value i) {
          Value image = loops.named(loops.div(i, layout.bands), "image");
          auto ranges = rangesOf(i);
          for (auto [stage, range] : llvm::zip(layout.stages, ranges)) {
            bool isLast = stage == layout.stages.back();
            if (!isLast)
              zeroRows(stage->getResult(0), range);
            algorithmOf(stage).lowerRows(stage, target, phase, {share, image, range.begin, range.end});
            name += (name.empty() ? "" : "_") + phase.getName().str();
          }
        },
        "band");
    phase.setName(name);
  }

private:
  SmallVector<StageRows> rangesOf(Value i) {
    SmallVector<StageRows> ranges(layout.stages.size());
    Value band = loops.rem(i, layout.bands), first = loops.named(loops.mul(band, rows), "firstRow");
    Value last = loops.add(first, rows);
    if (height % rows)
      last = loops.min(last, loops.index(height));
    Value isFirst =
        arith::OrIOp::create(loops.builder, loops.loc, equal(i, phase.begin()), equal(band, loops.index(0)));
    ranges.back() = {first, loops.named(last, "lastRow"), first, last, first};
    for (size_t s = layout.rings.size(); s-- > 0;) {
      const StageRows &next = ranges[s + 1];
      RowWindow window = windowOf(layout.stages[s + 1]);
      auto type = cast<RankedTensorType>(layout.stages[s]->getResult(0).getType());
      auto inImage = [&](Value row) {
        return loops.min(loops.max(row, loops.index(0)), loops.index(type.getDimSize(2)));
      };
      auto endFor = [&](Value row) {
        return loops.add(loops.mul(row, window.stride), window.extent - window.stride - window.pad);
      };
      StageRows &range = ranges[s];
      range.first = loops.add(loops.mul(next.begin, window.stride), -window.pad);
      range.last = endFor(next.end);
      range.before = inImage(endFor(next.before));
      range.end = inImage(range.last);
      Value fresh = inImage(range.first), later = loops.max(fresh, range.before);
      range.begin = arith::SelectOp::create(loops.builder, loops.loc, isFirst, fresh, later);
    }
    return ranges;
  }

  Value equal(Value a, Value b) {
    return arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::eq, a, b);
  }

  /// Zeros in the given rows and columns, counted with the halo, of all blocks of a ring.
  void zero(Value ring, Value firstRow, Value lastRow, int64_t firstColumn, int64_t lastColumn, bool wraps) {
    Value memory = phase.memory(ring), zeros = loops.number(vector, 0);
    auto type = cast<MemRefType>(memory.getType());
    RowPlace place(phase, ring);
    loops.loop(
        type.getDimSize(1),
        [&](Value block) {
          loops.loop(
              firstRow, lastRow, 1,
              [&](Value row) {
                loops.loop(
                    loops.index(firstColumn), loops.index(lastColumn), 1,
                    [&](Value column) {
                      for (int64_t lane = 0; lane < type.getDimSize(4); lane += target.lanes())
                        vector::StoreOp::create(
                            loops.builder, loops.loc, zeros, memory,
                            ValueRange{share, block, wraps ? place.row(loops, row) : row, column, loops.index(lane)});
                    },
                    "column");
              },
              "row");
        },
        "block");
  }

  /// The columns of the halo, which no stage writes.
  void zeroSides(Value ring) {
    BlockedAttr layout = layoutOf(ring.getType());
    ArrayRef<int64_t> shape = phase.network.storage.of(ring).type.getShape();
    Value none = loops.index(0), all = loops.index(shape[2]);
    if (layout.left())
      zero(ring, none, all, 0, layout.left(), /*wraps=*/false);
    if (layout.right())
      zero(ring, none, all, shape[3] - layout.right(), shape[3], /*wraps=*/false);
  }

  /// The rows of the halo that the next stage reads, above and below the image.
  void zeroRows(Value ring, const StageRows &range) {
    auto type = cast<RankedTensorType>(ring.getType());
    BlockedAttr layout = layoutOf(type);
    int64_t columns = phase.network.storage.of(ring).type.getDimSize(3), top = layout.top();
    auto rows = [&](Value first, Value last) {
      zero(ring, loops.add(first, top), loops.add(last, top), 0, columns, /*wraps=*/true);
    };
    if (top)
      rows(loops.max(range.first, loops.index(-top)), loops.index(0));
    if (layout.bottom())
      rows(loops.index(type.getDimSize(2)), loops.min(range.last, loops.index(type.getDimSize(2) + layout.bottom())));
  }

  ChainLayout layout;
  int64_t rows, height;
  const Target &target;
  Phase &phase;
  Loops &loops;
  VectorType vector;
  Value share;
};
} // namespace

void loops::lowerChain(ChainOp chain, const Target &target, Phase &phase) { ChainKernel(chain, target, phase).write(); }
