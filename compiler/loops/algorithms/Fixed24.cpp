// SPDX-License-Identifier: Apache-2.0
// The fully connected layer of one image whose weights come from memory: they are fixed-point numbers of 24 bits, which
// a group of units decodes as it reads them. Sums are of f32, as everywhere; the scale of a unit is applied to its sum.
#include "compiler/cost/Algorithm.h"
#include "compiler/loops/Epilogue.h"
#include "compiler/loops/FixedPoint.h"
#include "compiler/loops/algorithms/ConvCost.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

namespace {
constexpr int64_t kBlock = Target::kBlock;
/// Steps of the sum after which a part of it is added to the total.
constexpr int64_t kChunkSteps = 288;

class Fixed24Kernel {
public:
  Fixed24Kernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), phase(phase), s(ConvShape::of(op)), lanes(target.lanes()), epilogue(phase, op, /*anchored=*/true),
        floats(VectorType::get({lanes}, phase.builder.getF32Type())),
        integers(VectorType::get({lanes}, phase.builder.getI32Type())) {}

  void write() {
    Loops &loops = phase.loops;
    ElementsAttr weight = constantOf(op.getAnchorInput(1));
    Packing ofUnits = Packing::ofChannels(op.getContext(), s.filters);
    SmallVector<Value> arguments = {phase.memory(op.getAnchorInput(0)),
                                    phase.packed(weight, fixed::packing(op.getContext(), s.filters, s.channels)),
                                    phase.packed(fixed::scalesOf(weight), ofUnits)};
    if (op.getAnchor()->getNumOperands() == 3)
      arguments.push_back(phase.packed(constantOf(op.getAnchorInput(2)), ofUnits));
    arguments.push_back(phase.memory(op->getResult(0)));
    llvm::append_range(arguments, epilogue.memory());
    phase.setName("fc_fixed24");
    phase.setGrid(llvm::divideCeilSigned(s.filters, fixed::kGroup));
    loops.loop(
        phase.begin(), phase.end(), 1,
        [&](Value group) {
          SmallVector<Value> all = arguments;
          all.push_back(group);
          forWidthOfPart(loops, group, s.filters, fixed::kGroup, [&](int64_t width) {
            func::CallOp::create(loops.builder, loops.loc, writeGroup(width, ValueRange(all).getTypes()), all);
          });
        },
        "group");
  }

private:
  /// A function for `width` units of a group.
  func::FuncOp writeGroup(int64_t width, TypeRange types) {
    return phase.function("fc_fixed24_tile_" + std::to_string(width), types, [&](Loops &loops, ValueRange arguments) {
      auto next = [&](StringRef word) {
        Value value = arguments.front();
        value.setLoc(NameLoc::get(loops.builder.getStringAttr(word)));
        arguments = arguments.drop_front();
        return value;
      };
      Value x = next("x"), w = next("w"), scale = next("scale");
      Value bias = op.getAnchor()->getNumOperands() == 3 ? next("bias") : Value();
      Value y = next("y");
      ValueRange others = arguments.drop_back();
      Value group = arguments.back();
      group.setLoc(NameLoc::get(loops.builder.getStringAttr("group")));

      SmallVector<int64_t> units; // of the group: where its vectors begin
      for (int64_t lane = 0; lane < kBlock; lane += lanes)
        for (int64_t unit = lane; unit < width; unit += kBlock)
          units.push_back(unit);
      SmallVector<Value> zeros(units.size(), loops.number(floats, 0));
      auto overChannels = [&](Value from, int64_t count) {
        return loops.carry(count, zeros, "channel", [&](Value channel, ValueRange sums) {
          return step(loops, x, w, group, loops.add(from, channel), units, sums);
        });
      };
      // Long sums are made of shorter ones, each from zero.
      int64_t chunks = (s.channels - 1) / kChunkSteps, rest = s.channels - chunks * kChunkSteps;
      SmallVector<Value> sums = overChannels(loops.index(0), rest);
      sums = loops.carry(chunks, sums, "chunk", [&](Value chunk, ValueRange totals) {
        auto parts = overChannels(loops.add(loops.mul(chunk, kChunkSteps), rest), kChunkSteps);
        for (auto [total, part] : llvm::zip_equal(totals, parts))
          part = arith::AddFOp::create(loops.builder, loops.loc, total, part);
        return parts;
      });
      for (auto [unit, sum] : llvm::zip_equal(units, sums)) {
        Value block = loops.add(loops.mul(group, fixed::kVectors), unit / kBlock), lane = loops.index(unit % kBlock);
        auto load = [&](Value memory) -> Value {
          return vector::LoadOp::create(loops.builder, loops.loc, floats, memory, ValueRange{block, lane});
        };
        Value factor = load(scale);
        sum = bias ? Value(vector::FMAOp::create(loops.builder, loops.loc, sum, factor, load(bias)))
                   : arith::MulFOp::create(loops.builder, loops.loc, sum, factor);
        Value zero = loops.index(0);
        sum = epilogue.apply(loops, others, sum, floats, {zero, block, zero, zero, lane});
        storeVector(loops, sum, y, {zero, loops.add(loops.mul(group, fixed::kGroup), unit)}, width - unit);
      }
    });
  }

  /// One input channel for all sums.
  SmallVector<Value> step(Loops &loops, Value x, Value w, Value group, Value channel, ArrayRef<int64_t> units,
                          ValueRange sums) {
    OpBuilder &builder = loops.builder;
    Location loc = loops.loc;
    SmallVector<Value> next(sums);
    Value pixel = loops.named(
        vector::BroadcastOp::create(builder, loc, floats, loops.load(x, {loops.index(0), channel})), "pixel");
    std::array<Value, fixed::kStored> stored;
    for (auto [unit, sum] : llvm::zip_equal(units, next)) {
      int64_t v = unit / kBlock;
      Value number;
      if (v < fixed::kStored) {
        Value bits = vector::LoadOp::create(builder, loc, floats, w,
                                            ValueRange{group, loops.index(v), channel, loops.index(unit % kBlock)});
        number = stored[v] = loops.named(arith::BitcastOp::create(builder, loc, integers, bits), "number");
      } else {
        number = loops.named(fourth(loops, stored), "number");
      }
      Value weight = loops.named(arith::SIToFPOp::create(builder, loc, floats, number), "weight");
      sum = vector::FMAOp::create(builder, loc, pixel, weight, sum);
    }
    return next;
  }

  /// The number whose bytes are the lowest of the three others.
  Value fourth(Loops &loops, ArrayRef<Value> stored) {
    OpBuilder &builder = loops.builder;
    Location loc = loops.loc;
    Value number;
    for (auto [v, other] : llvm::enumerate(stored)) {
      Value byte = v == 0 ? other : arith::AndIOp::create(builder, loc, other, loops.integer(integers, 255));
      Value moved =
          arith::ShLIOp::create(builder, loc, byte, loops.integer(integers, 24 - 8 * static_cast<int64_t>(v)));
      number = number ? arith::OrIOp::create(builder, loc, number, moved) : moved;
    }
    return number;
  }

  FusedOp op;
  Phase &phase;
  ConvShape s;
  int64_t lanes;
  Epilogue epilogue;
  VectorType floats, integers;
};

class Fixed24 : public Algorithm {
public:
  StringRef name() const override { return "fixed24"; }
  int rank() const override { return 50; }
  bool accepts(FusedOp op, const Target &target) const override {
    auto fc = dyn_cast<FcOp>(op.getAnchor());
    bool holdsSums = target.registers >= 2 * kBlock || 2 * target.lanes() >= kBlock;
    if (!fc || target.strict || !holdsSums || !Epilogue::supports(op, /*anchored=*/true))
      return false;
    for (unsigned i = 1; i < fc->getNumOperands(); ++i)
      if (!constantOf(op.getAnchorInput(i)))
        return false;
    Value x = op.getAnchorInput(0);
    ConvShape s = ConvShape::of(op);
    if (constantOf(x) || !cast<RankedTensorType>(x.getType()).getElementType().isF32() || s.outColumns != 1 ||
        4 * s.filters * s.channels <= target.core.l2Bytes)
      return false;
    ArrayRef<char> weight = rawBytes(constantOf(op.getAnchorInput(1)));
    return !weight.empty() && fixed::suits(weight, s.filters);
  }

  LayoutNeed operandLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  LayoutNeed resultLayout(FusedOp, unsigned) const override { return LayoutNeed::plain(); }
  double cycles(FusedOp op, DictionaryAttr, const Target &target) const override {
    return fixedCycles(ConvShape::of(op), target);
  }
  int64_t weightBytes(FusedOp op) const override {
    ConvShape s = ConvShape::of(op);
    return 4 * (fixed::packing(op.getContext(), s.filters, s.channels).elements() + 2 * s.filters);
  }
  void lower(FusedOp op, const Target &target, Phase &phase) const override {
    Fixed24Kernel(op, target, phase).write();
  }
};

RegisterAlgorithm<Fixed24> registration;
} // namespace
