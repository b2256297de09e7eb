// SPDX-License-Identifier: Apache-2.0
// Resampling of blocked images: a vector of channels from the one or four that lie around its source. Neighbouring
// blocks share what is computed of a column.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Phase.h"
#include "dialects/cnn/ops/ResizeAxis.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// So many blocks of channels go together.
constexpr int64_t kGroup = 4;

/// The sources of an index of the result along one dimension: one, or two with their weights in all lanes.
struct Sources {
  SmallVector<Value, 2> places;
  std::optional<Float> first, second;

  /// `before` is the halo in front of the image; `names` are those of the places in the C++ source.
  Sources(Loops &loops, const ResizeAxis &axis, bool isLinear, VectorType vector, Value i, int64_t before,
          std::array<StringRef, 2> names) {
    auto addPlace = [&](Value place) {
      places.push_back(loops.named(loops.add(place, before), names[places.size()]));
    };
    if (axis.isIdentity() || !isLinear) {
      addPlace(axis.isIdentity() ? i : axis.nearest(i));
      return;
    }
    auto [below, above, weight] = axis.linear(i);
    addPlace(below);
    addPlace(above);
    Float narrow(loops, arith::TruncFOp::create(loops.builder, loops.loc, vector.getElementType(), weight));
    auto inAllLanes = [&](Float value, StringRef name) {
      return Float(loops, loops.named(vector::BroadcastOp::create(loops.builder, loops.loc, vector, value), name));
    };
    first = inAllLanes(1.0 - narrow, "first");
    second = inAllLanes(narrow, "second");
  }

  Float blend(function_ref<Float(Value)> at) const {
    Float value = at(places.front());
    return first ? value * *first + at(places.back()) * *second : value;
  }
};

class Resize : public Algorithm {
public:
  StringRef name() const override { return "resize"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &) const override {
    auto resize = dyn_cast<ResizeOp>(op.getAnchor());
    if (!resize || op.getBody().front().getOperations().size() != 2)
      return false;
    auto in = resize.getX().getType(), out = resize.getY().getType();
    auto scales = resize.getScales();
    return in.getRank() == 4 && in.getElementType().isF32() && resize.getCoordinates() != "tf_crop_and_resize" &&
           in.getDimSize(0) == out.getDimSize(0) && in.getDimSize(1) == out.getDimSize(1) && scales[0] == 1 &&
           scales[1] == 1;
  }
  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::blocked(); }

  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    auto resize = cast<ResizeOp>(op.getAnchor());
    auto shape = resize.getY().getType().getShape();
    BlockedAttr in = layoutOf(op.getInputs()[0].getType()), out = layoutOf(op->getResult(0).getType());
    int64_t blocks = llvm::divideCeilSigned(shape[1], kBlock), groups = llvm::divideCeilSigned(blocks, kGroup);
    bool isLinear = resize.getMode() == "linear";
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getInputs()[0]), y = phase.memory(op->getResult(0));
    auto vector = VectorType::get({target.lanes()}, phase.builder.getF32Type());
    ResizeAxis rowAxis(loops, resize, 2), columnAxis(loops, resize, 3);

    phase.setName(("resize_" + resize.getMode()).str());
    phase.setGrid(shape[0] * groups * shape[2], 4);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value row = loops.named(loops.rem(i, shape[2]), "row"), rest = loops.div(i, shape[2]);
      Value image = loops.named(loops.div(rest, groups), "image");
      Value firstBlock = loops.mul(loops.rem(rest, groups), kGroup);
      Value endBlock = loops.index(blocks);
      if (groups > 1)
        endBlock = loops.min(loops.add(firstBlock, kGroup), endBlock);
      Sources rows(loops, rowAxis, isLinear, vector, row, in.top(), {"above", "below"});
      loops.loop(
          shape[3],
          [&](Value column) {
            Sources columns(loops, columnAxis, isLinear, vector, column, in.left(), {"left", "right"});
            loops.loop(
                firstBlock, endBlock, 1,
                [&](Value block) {
                  for (int64_t lane = 0; lane < kBlock; lane += target.lanes()) {
                    Value value = rows.blend([&](Value sourceRow) {
                      return columns.blend([&](Value sourceColumn) {
                        Value at[] = {image, block, sourceRow, sourceColumn, loops.index(lane)};
                        return Float(loops, vector::LoadOp::create(loops.builder, loops.loc, vector, x, ValueRange(at)));
                      });
                    });
                    Value at[] = {image, block, loops.add(row, out.top()), loops.add(column, out.left()),
                                  loops.index(lane)};
                    vector::StoreOp::create(loops.builder, loops.loc, value, y, ValueRange(at));
                  }
                },
                "block");
          },
          "column");
    });
  }
};

RegisterAlgorithm<Resize> registration;
} // namespace
