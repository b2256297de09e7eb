// SPDX-License-Identifier: Apache-2.0
// A tile of pixels of the upper half and its mate in the lower, with a part of the first filters and its mate, are one
// piece of work: its seven products pass through the registers one after another, and what is not finished waits in the
// result:
//
//   C11 = P1 + P2   C12 = U4 + P3   C21 = U3 - P4   C22 = U3 + P5   with U2 = P1 + P6, U3 = U2 + P7, U4 = U2 + P5
#include "compiler/loops/algorithms/StrassenKernel.h"

#include "compiler/loops/Epilogue.h"
#include "dialects/cnn/Constants.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

StrassenPlan StrassenPlan::of(DictionaryAttr parameters) {
  auto list = [&](StringRef name) { return cast<DenseI64ArrayAttr>(parameters.get(name)).asArrayRef(); };
  return {{list("tile")[0], list("tile")[1]}, list("merge").front(), parameters.contains("prefetch")};
}

DictionaryAttr StrassenPlan::attribute(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> parameters = {
      builder.getNamedAttr("tile", builder.getDenseI64ArrayAttr({tile.pixels, tile.channels})),
      builder.getNamedAttr("merge", builder.getDenseI64ArrayAttr({merge}))};
  if (prefetch)
    parameters.push_back(builder.getNamedAttr("prefetch", builder.getStringAttr("next")));
  return builder.getDictionaryAttr(parameters);
}

MemRefType loops::strassenSums(MLIRContext *context, const ConvShape &s) {
  return MemRefType::get({4, s.inputBlocks() / 2, llvm::divideCeilSigned(s.outRows, 2), s.outColumns, Target::kBlock},
                         Float32Type::get(context));
}

namespace {
constexpr int64_t kBlock = Target::kBlock;

/// A quarter of a matrix: the first or second half of its rows, and of its columns.
struct Quarter {
  int64_t row, column;
};
constexpr Quarter k11 = {0, 0}, k12 = {0, 1}, k21 = {1, 0}, k22 = {1, 1};
/// The sums of quarters of the input are numbered where quarters have their row.
constexpr Quarter kS1 = {0, 0}, kS2 = {1, 0}, kS3 = {2, 0}, kS4 = {3, 0};

/// A product's left factor (a sum of quarters of the input, or a quarter), whether it is added to what
/// is kept of others, and its end: it is kept for others, or finishes a quarter of the result, or both.
struct Kind {
  bool ofSums, isAdded;
  enum { Keep, Finish, Both } end;
};

class StrassenKernel {
public:
  StrassenKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), target(target), phase(phase), s(ConvShape::of(op)),
        plan(StrassenPlan::of(op.getPlanAttr().getParameters())), blocks(s.inputBlocks() / 2), channels(s.filters / 2),
        rows(llvm::divideCeilSigned(s.outRows, 2) / plan.merge),
        vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {}

  void writeSums() {
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getAnchorInput(0));
    Value sums = phase.workspace(op, 0, strassenSums(op.getContext(), s));
    int64_t half = llvm::divideCeilSigned(s.outRows, 2);
    phase.setName("strassen_sums");
    phase.setGrid(blocks * half, half);
    auto writeRow = [&](Value block, Value row, bool isLast) {
      auto input = [&](Quarter a, Value column, Value lane) {
        return load(loops, x,
                    {loops.index(0), loops.add(block, a.column * blocks), inRow(loops, loops.add(row, a.row * half)),
                     inColumn(loops, column), lane});
      };
      auto write = [&](Value column, Value lane) {
        Value first = input(k11, column, lane), zero = loops.number(vector, 0);
        Value lower = isLast ? zero : input(k21, column, lane);
        Value s1 = isLast ? zero : plus(loops, lower, input(k22, column, lane));
        Value s2 = minus(loops, s1, first), s3 = minus(loops, first, lower);
        Value s4 = minus(loops, input(k12, column, lane), s2);
        std::array<Value, 4> made = {s1, s2, s3, s4};
        for (auto [index, sum] : llvm::enumerate(made))
          vector::StoreOp::create(loops.builder, loops.loc, sum, sums,
                                  ValueRange{loops.index(index), block, row, column, lane});
      };
      loops.loop(
          s.outColumns,
          [&](Value column) {
            loops.loop(
                loops.index(0), loops.index(kBlock), target.lanes(), [&](Value lane) { write(column, lane); }, "lane");
          },
          "column");
    };
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value block = loops.named(loops.div(i, half), "block"), row = loops.named(loops.rem(i, half), "row");
      forRow(loops, row, [&](bool isLast) { writeRow(block, row, isLast); });
    });
  }

  void write() {
    Loops &loops = phase.loops;
    Epilogue epilogue(phase, op, /*anchored=*/true, plan.merge);
    SmallVector<Value> arguments = {phase.memory(op.getAnchorInput(0), merged(op.getAnchorInput(0))),
                                    phase.packed(constantOf(op.getAnchorInput(1)), filterPacking())};
    hasBias = op.getAnchor()->getNumOperands() == 3;
    if (hasBias)
      arguments.push_back(
          phase.packed(constantOf(op.getAnchorInput(2)), Packing::ofChannels(op.getContext(), s.filters)));
    arguments.push_back(phase.memory(op->getResult(0), merged(op->getResult(0))));
    llvm::append_range(arguments, epilogue.memory());
    MemRefType sums = strassenSums(op.getContext(), s);
    arguments.push_back(phase.workspace(op, 0, plan.merge == 1 ? sums : mergeRows(sums, plan.merge)));
    phase.setName("strassen");
    int64_t parts = llvm::divideCeil(channels, plan.tile.channels);
    phase.setGrid(parts * rows);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      TilePlace place = {
          loops.index(0), loops.named(loops.div(i, rows), "part"), loops.named(loops.rem(i, rows), "row"), {}, {}};
      forWidthOfPart(loops, place.part, channels, plan.tile.channels, [&](int64_t width) {
        RowCut cut(s.outColumns * plan.merge, plan.tile.pixels);
        forEachTile(loops, cut, [&](int64_t size, Value column) {
          place.column = column;
          SmallVector<Value> all = arguments;
          if (plan.prefetch)
            all.push_back(ahead(loops, place, cut.number(loops, size, column), cut.count));
          place.appendTo(all);
          forRow(loops, place.row, [&](bool isLast) {
            func::CallOp::create(loops.builder, loops.loc,
                                 writeTile(epilogue, size, width, isLast, ValueRange(all).getTypes()), all);
          });
        });
      });
    });
  }

private:
  Value load(Loops &loops, Value memory, ValueRange at) {
    return vector::LoadOp::create(loops.builder, loops.loc, vector, memory, at);
  }
  Value plus(Loops &loops, Value a, Value b) { return arith::AddFOp::create(loops.builder, loops.loc, a, b); }
  Value minus(Loops &loops, Value a, Value b) { return arith::SubFOp::create(loops.builder, loops.loc, a, b); }

  Value inRow(Loops &loops, Value row) {
    return loops.add(loops.mul(row, s.strideH), layoutOf(op.getAnchorInput(0).getType()).top());
  }
  Value inColumn(Loops &loops, Value column) {
    return loops.add(loops.mul(column, s.strideW), layoutOf(op.getAnchorInput(0).getType()).left());
  }
  /// Runs `body` for a row of the upper half, and says whether it is one that has no mate in the lower half.
  void forRow(Loops &loops, Value row, function_ref<void(bool isLast)> body) {
    if (s.outRows % 2 == 0)
      return body(false);
    Value hasMate =
        arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::slt, row, loops.index(rows - 1));
    auto choice = scf::IfOp::create(loops.builder, loops.loc, hasMate, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(loops.builder);
    loops.builder.setInsertionPointToStart(choice.thenBlock());
    body(false);
    loops.builder.setInsertionPointToStart(choice.elseBlock());
    body(true);
  }

  /// The value's memory with `merge` rows seen as one.
  MemRefType merged(Value value) const {
    MemRefType type = phase.network.storage.of(value).type;
    return plan.merge == 1 ? type : mergeRows(type, plan.merge);
  }

  /// B11, B21, T2, T3, T1, B22, -T4: the right factors of the seven products in their order, P4 with its sign.
  Packing filterPacking() {
    MLIRContext *context = op.getContext();
    auto dim = [&](unsigned d) { return getAffineDimExpr(d, context); };
    auto term = [&](double factor, Quarter b) {
      return Packing::Term{factor, {b.column * channels, b.row * blocks * kBlock, 0, 0}};
    };
    return {{7, channels / kBlock, blocks, kBlock, kBlock},
            AffineMap::get(5, 0,
                           {dim(1) * kBlock + dim(4), dim(2) * kBlock + dim(3), getAffineConstantExpr(0, context),
                            getAffineConstantExpr(0, context)},
                           context),
            {},
            {{term(1, k11)},
             {term(1, k21)},
             {term(1, k22), term(-1, k12), term(1, k11)},
             {term(1, k22), term(-1, k12)},
             {term(1, k12), term(-1, k11)},
             {term(1, k22)},
             {term(-1, k22), term(1, k12), term(-1, k11), term(1, k21)}}};
  }

  /// Who prefetches the next part, as in direct convolution.
  PrefetchAhead prefetches() const {
    return {plan.tile.channels / kBlock, rows * RowCut(s.outColumns * plan.merge, plan.tile.pixels).count};
  }
  Value ahead(Loops &loops, const TilePlace &place, Value number, int64_t tilesOfRow) const {
    int64_t ofPart = plan.tile.channels / kBlock;
    Value own = loops.mul(place.part, ofPart), turn = loops.add(loops.mul(place.row, tilesOfRow), number);
    Value next = loops.add(loops.add(own, ofPart), loops.mul(turn, prefetches().each));
    return prefetches().choose(loops, turn, next, own);
  }

  /// The seven products of a tile, or the four of one without a mate.
  func::FuncOp writeTile(const Epilogue &epilogue, int64_t pixels, int64_t width, bool isLast, TypeRange types) {
    std::string name =
        "strassen_tile_" + std::to_string(pixels) + "x" + std::to_string(width) + (isLast ? "_last" : "");
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      TileArguments t(loops, arguments, hasBias, /*inChain=*/false);
      // The sums of the input stand behind what the epilogue reads.
      int64_t operands = epilogue.memory().size();
      Value sums = t.others[operands];
      sums.setLoc(NameLoc::get(loops.builder.getStringAttr("sums")));
      auto product = [&](Kind kind, int64_t index, Quarter a, Quarter from, Quarter to) {
        SmallVector<Value> all = {kind.ofSums ? sums : t.x, t.w};
        if (hasBias)
          all.push_back(t.bias);
        all.push_back(t.y);
        llvm::append_range(all, t.others.take_front(operands));
        llvm::append_range(all, t.others.drop_front(operands + 1)); // ahead
        for (int64_t number : {index, a.row, a.column})
          all.push_back(loops.index(number));
        for (Quarter c : {from, to})
          all.append({loops.add(loops.mul(t.place.part, plan.tile.channels / kBlock), c.column * channels / kBlock),
                      loops.add(t.place.row, c.row * rows)});
        t.place.appendTo(all);
        func::CallOp::create(loops.builder, loops.loc,
                             writeProduct(epilogue, kind, pixels, width, ValueRange(all).getTypes()), all);
      };
      product({false, false, Kind::Keep}, 0, k11, k12, k12);  // P1
      product({false, true, Kind::Finish}, 1, k12, k12, k11); // C11 = P1 + P2
      product({true, true, Kind::Keep}, 2, kS2, k12, k12);    // U2 = P1 + P6
      if (!isLast) {
        product({true, true, Kind::Keep}, 3, kS3, k12, k21);  // U3 = U2 + P7
        product({true, false, Kind::Both}, 4, kS1, k12, k21); // U4 = U2 + P5, C22 = U3 + P5
      }
      product({true, true, Kind::Finish}, 5, kS4, k12, k12); // C12 = U4 + P3; with A21 = A22 = 0, U4 is U2
      if (!isLast)
        product({false, true, Kind::Finish}, 6, k22, k21, k21); // C21 = U3 - P4
    });
  }

  func::FuncOp writeProduct(const Epilogue &epilogue, Kind kind, int64_t pixels, int64_t width, TypeRange types) {
    static constexpr StringLiteral kEnds[] = {"keep", "finish", "both"};
    std::string name = ("strassen_" + kEnds[kind.end] + Twine("_") + Twine(pixels) + "x" + Twine(width)).str();
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      TileArguments t(loops, arguments, hasBias, /*inChain=*/false);
      static constexpr StringLiteral kNames[] = {"product",  "fromRow",  "fromColumn", "startBlock",
                                                 "startRow", "endBlock", "endRow"};
      ValueRange numbers = t.others.take_back(std::size(kNames));
      for (auto [number, word] : llvm::zip(numbers, kNames))
        number.setLoc(NameLoc::get(loops.builder.getStringAttr(word)));
      writeProduct(loops, t, numbers, epilogue, kind, pixels, width / target.lanes());
    });
  }

  void writeProduct(Loops &loops, const TileArguments &t, ValueRange numbers, const Epilogue &epilogue, Kind kind,
                    int64_t pixels, int64_t vectors) {
    auto [image, part, row, column, share] = t.place;
    Value product = numbers[0], aRow = numbers[1], aColumn = numbers[2];
    auto start = std::pair(numbers[3], numbers[4]), end = std::pair(numbers[5], numbers[6]);
    Value next = plan.prefetch ? t.others.drop_back(numbers.size()).back() : Value();
    if (next)
      next.setLoc(NameLoc::get(loops.builder.getStringAttr("ahead")));
    BlockedAttr out = layoutOf(op->getResult(0).getType());
    auto laneOf = [&](int64_t v) { return v * target.lanes(); };
    SmallVector<Value> filterBlocks;
    for (int64_t v = 0; v < vectors; ++v)
      filterBlocks.push_back(loops.add(loops.mul(part, plan.tile.channels / kBlock), laneOf(v) / kBlock));

    /// The first block of filters and the row of a tile in a quarter of the result.
    using Place = std::pair<Value, Value>;
    auto forEach = [&](function_ref<void(int64_t v, int64_t p, size_t index)> body) {
      for (int64_t p = 0; p < pixels; ++p)
        for (int64_t v = 0; v < vectors; ++v)
          body(v, p, v * pixels + p);
    };
    auto blockOf = [&](int64_t v, const Place &at) { return loops.add(at.first, laneOf(v) / kBlock); };
    auto vectorAt = [&](int64_t v, int64_t p, const Place &at) -> SmallVector<Value> {
      return {image, blockOf(v, at), loops.add(at.second, out.top()), loops.add(column, p + out.left()),
              loops.index(laneOf(v) % kBlock)};
    };
    // Sums, and what is kept at `from`, go to `to`.
    auto keep = [&](ValueRange sums, std::optional<Place> from, const Place &to, bool isFinal) {
      forEach([&](int64_t v, int64_t p, size_t i) {
        Value value = sums[i], lane = loops.index(laneOf(v) % kBlock);
        if (from)
          value = plus(loops, value, load(loops, t.y, vectorAt(v, p, *from)));
        if (isFinal && hasBias)
          value = plus(loops, value, load(loops, t.bias, {blockOf(v, to), lane}));
        if (isFinal)
          value = epilogue.apply(loops, t.others, value, vector,
                                 {image, blockOf(v, to), to.second, loops.add(column, p), lane});
        vector::StoreOp::create(loops.builder, loops.loc, value, t.y, vectorAt(v, p, to));
      });
    };

    Value inputRow = kind.ofSums ? row : inRow(loops, loops.add(row, loops.mul(aRow, rows)));
    auto element = [&](int64_t p, Value block, Value channel) {
      Value pixel = loops.add(column, p);
      if (kind.ofSums)
        return loops.load(t.x, {aRow, block, inputRow, pixel, channel});
      Value inputBlock = loops.add(block, loops.mul(aColumn, blocks));
      return loops.load(t.x, {loops.index(0), inputBlock, inputRow, inColumn(loops, pixel), channel});
    };
    SmallVector<Value> sums(pixels * vectors, loops.number(vector, 0));
    sums = loops.carry(blocks, sums, "block", [&](Value block, ValueRange carried) {
      return loops.carry(kBlock, carried, "channel", [&](Value channel, ValueRange last) {
        SmallVector<Value> result(last), weights;
        for (int64_t v = 0; v < vectors; ++v)
          weights.push_back(loops.named(
              load(loops, t.w, {product, filterBlocks[v], block, channel, loops.index(laneOf(v) % kBlock)}), "weight"));
        for (int64_t i = 0; next && i < prefetches().each; ++i)
          loops.prefetch(t.w, {product, loops.add(next, i), block, channel, loops.index(0)});
        for (int64_t p = 0; p < pixels; ++p) {
          Value pixel = loops.named(
              vector::BroadcastOp::create(loops.builder, loops.loc, vector, element(p, block, channel)), "pixel");
          for (int64_t v = 0; v < vectors; ++v)
            result[v * pixels + p] =
                vector::FMAOp::create(loops.builder, loops.loc, pixel, weights[v], result[v * pixels + p]);
        }
        return result;
      });
    });
    if (kind.end != Kind::Both)
      return keep(sums, kind.isAdded ? std::optional(start) : std::nullopt, end, kind.end == Kind::Finish);
    keep(sums, end, {start.first, end.second}, /*isFinal=*/true);
    keep(sums, start, start, /*isFinal=*/false);
  }

  FusedOp op;
  const Target &target;
  Phase &phase;
  ConvShape s;
  StrassenPlan plan;
  int64_t blocks, channels, rows; ///< half of the input's blocks, of the filters, of the rows as they are merged
  VectorType vector;
  bool hasBias = false;
};
} // namespace

void loops::writeStrassenSums(FusedOp op, const Target &target, Phase &phase) {
  StrassenKernel(op, target, phase).writeSums();
}
void loops::writeStrassen(FusedOp op, const Target &target, Phase &phase) { StrassenKernel(op, target, phase).write(); }
