// SPDX-License-Identifier: Apache-2.0
// A tile of pixels of the upper half and its mate in the lower, with a part of the first filters and its mate, are one
// piece of work: its seven products pass through the registers one after another, and what is not finished waits in the
// result:
//
//   C11 = P1 + P2   C12 = U4 + P3   C21 = U3 - P4   C22 = U3 + P5   with U2 = P1 + P6, U3 = U2 + P7, U4 = U2 + P5
//
// Of an odd number of blocks of filters the last has no mate, and takes four products: with B12 = B22 = 0, C21 = U2 -
// P4. Of an odd number of input blocks the second half has one less, as if that were zero.
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
  return MemRefType::get({4, llvm::divideCeilSigned(s.inputBlocks(), 2), llvm::divideCeilSigned(s.outRows, 2),
                          s.outColumns, Target::kBlock},
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
/// is kept of others, and its end: it is kept for others, or finishes a quarter of the result, or both. It is short if
/// its factor has a block less than others.
struct Kind {
  bool ofSums, isAdded;
  enum { Keep, Finish, Both } end;
  bool isShort = false;
};

class StrassenKernel {
public:
  StrassenKernel(FusedOp op, const Target &target, Phase &phase)
      : op(op), target(target), phase(phase), s(ConvShape::of(op)),
        plan(StrassenPlan::of(op.getPlanAttr().getParameters())), blocks(llvm::divideCeilSigned(s.inputBlocks(), 2)),
        filterBlocks(llvm::divideCeilSigned(s.filterBlocks(), 2)),
        rows(llvm::divideCeilSigned(s.outRows, 2) / plan.merge),
        vector(VectorType::get({target.lanes()}, phase.builder.getF32Type())) {}

  void writeSums() {
    Loops &loops = phase.loops;
    Value x = phase.memory(op.getAnchorInput(0));
    Value sums = phase.workspace(op, 0, strassenSums(op.getContext(), s));
    int64_t half = llvm::divideCeilSigned(s.outRows, 2);
    phase.setName("strassen_sums");
    phase.setGrid(blocks * half, half);
    auto writeRow = [&](Value block, Value row, bool isLast, bool isLone) {
      auto input = [&](Quarter a, Value column, Value lane) {
        return load(loops, x,
                    {loops.index(0), loops.add(block, a.column * blocks), inRow(loops, loops.add(row, a.row * half)),
                     inColumn(loops, column), lane});
      };
      auto write = [&](Value column, Value lane) {
        Value first = input(k11, column, lane), zero = loops.number(vector, 0);
        Value lower = isLast ? zero : input(k21, column, lane);
        Value s1 = isLast || isLone ? lower : plus(loops, lower, input(k22, column, lane));
        Value s2 = minus(loops, s1, first), s3 = minus(loops, first, lower);
        Value s4 = minus(loops, isLone ? zero : input(k12, column, lane), s2);
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
      forMate(loops, s.inputBlocks(), block, blocks - 1, [&](bool isLone) {
        forMate(loops, s.outRows, row, rows - 1, [&](bool isLast) { writeRow(block, row, isLast, isLone); });
      });
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
    // The block without a mate is a part of its own. Parts are told by their first block.
    int64_t mated = s.filterBlocks() / 2 * kBlock, parts = llvm::divideCeil(mated, plan.tile.channels);
    bool hasLone = s.filterBlocks() % 2;
    phase.setGrid((parts + hasLone) * rows);
    loops.loop(phase.begin(), phase.end(), 1, [&](Value i) {
      Value part = loops.named(loops.div(i, rows), "part"), row = loops.named(loops.rem(i, rows), "row");
      forMate(loops, hasLone ? 1 : 0, part, parts, [&](bool isLone) {
        Value first = isLone ? loops.index(filterBlocks - 1) : loops.mul(part, plan.tile.channels / kBlock);
        auto write = [&](int64_t width) {
          writeRow(arguments, epilogue, {loops.index(0), first, row, {}, {}}, width, isLone);
        };
        if (isLone)
          write(kBlock);
        else
          forWidthOfPart(loops, part, mated, plan.tile.channels, write);
      });
    });
  }

private:
  /// A row of tiles and their mates.
  void writeRow(ArrayRef<Value> arguments, const Epilogue &epilogue, TilePlace place, int64_t width, bool isLone) {
    Loops &loops = phase.loops;
    RowCut cut(s.outColumns * plan.merge, plan.tile.pixels);
    forEachTile(loops, cut, [&](int64_t size, Value column) {
      place.column = column;
      SmallVector<Value> all(arguments);
      if (plan.prefetch)
        all.push_back(ahead(loops, place, cut.number(loops, size, column), cut.count));
      place.appendTo(all);
      forMate(loops, s.outRows, place.row, rows - 1, [&](bool isLast) {
        func::CallOp::create(loops.builder, loops.loc,
                             writeTile(epilogue, size, width, isLast, isLone, ValueRange(all).getTypes()), all);
      });
    });
  }

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
  /// Runs `body` for one of the first half of `count` rows or blocks, and says whether it is the `last`, which has no
  /// mate in the second half.
  void forMate(Loops &loops, int64_t count, Value one, int64_t last, function_ref<void(bool isLast)> body) {
    if (count % 2 == 0)
      return body(false);
    Value hasMate = arith::CmpIOp::create(loops.builder, loops.loc, arith::CmpIPredicate::slt, one, loops.index(last));
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
      return Packing::Term{factor, {b.column * filterBlocks * kBlock, b.row * blocks * kBlock, 0, 0}};
    };
    return {{7, filterBlocks, blocks, kBlock, kBlock},
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
    Value turn = loops.add(loops.mul(place.row, tilesOfRow), number);
    Value next = loops.add(loops.add(place.part, plan.tile.channels / kBlock), loops.mul(turn, prefetches().each));
    return prefetches().choose(loops, turn, next, place.part);
  }

  /// The seven products of a tile, or the four of one without a mate, or the two of one without any.
  func::FuncOp writeTile(const Epilogue &epilogue, int64_t pixels, int64_t width, bool isLast, bool isLone,
                         TypeRange types) {
    std::string name = "strassen_tile_" + std::to_string(pixels) + "x" + std::to_string(width) +
                       (isLone ? "_lone" : "") + (isLast ? "_last" : "");
    return phase.function(name, types, [&](Loops &loops, ValueRange arguments) {
      TileArguments t(loops, arguments, hasBias, /*inChain=*/false);
      // The sums of the input stand behind what the epilogue reads.
      int64_t operands = epilogue.memory().size();
      Value sums = t.others[operands];
      sums.setLoc(NameLoc::get(loops.builder.getStringAttr("sums")));
      auto product = [&](Kind kind, int64_t index, Quarter a, Quarter from, Quarter to) {
        kind.isShort = !kind.ofSums && a.column && s.inputBlocks() % 2;
        SmallVector<Value> all = {kind.ofSums ? sums : t.x, t.w};
        if (hasBias)
          all.push_back(t.bias);
        all.push_back(t.y);
        llvm::append_range(all, t.others.take_front(operands));
        llvm::append_range(all, t.others.drop_front(operands + 1)); // ahead
        for (int64_t number : {index, a.row, a.column})
          all.push_back(loops.index(number));
        for (Quarter c : {from, to})
          all.append({loops.add(t.place.part, c.column * filterBlocks), loops.add(t.place.row, c.row * rows)});
        t.place.appendTo(all);
        func::CallOp::create(loops.builder, loops.loc,
                             writeProduct(epilogue, kind, pixels, width, ValueRange(all).getTypes()), all);
      };
      if (isLone) {
        Quarter kept = isLast ? k11 : k21;
        product({false, false, Kind::Keep}, 0, k11, kept, kept); // P1
        product({false, true, Kind::Finish}, 1, k12, kept, k11); // C11 = P1 + P2
        if (!isLast) {
          product({true, true, Kind::Keep}, 2, kS2, kept, kept);   // U2 = P1 + P6
          product({false, true, Kind::Finish}, 6, k22, kept, k21); // C21 = U2 - P4
        }
        return;
      }
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
    std::string name = ("strassen_" + kEnds[kind.end] + Twine("_") + Twine(pixels) + "x" + Twine(width) +
                        (kind.isShort ? "_short" : ""))
                           .str();
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
    SmallVector<Value> filters;
    for (int64_t v = 0; v < vectors; ++v)
      filters.push_back(loops.add(part, laneOf(v) / kBlock));

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
        if (isFinal && s.filters % kBlock && !epilogue.preservesZero())
          value = zeroBeyond(loops, value, loops.add(loops.mul(blockOf(v, to), kBlock), lane), s.filters);
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
    sums = loops.carry(blocks - kind.isShort, sums, "block", [&](Value block, ValueRange carried) {
      return loops.carry(kBlock, carried, "channel", [&](Value channel, ValueRange last) {
        SmallVector<Value> result(last), weights;
        for (int64_t v = 0; v < vectors; ++v)
          weights.push_back(loops.named(
              load(loops, t.w, {product, filters[v], block, channel, loops.index(laneOf(v) % kBlock)}), "weight"));
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
  int64_t blocks, filterBlocks, rows; ///< of the first half: input blocks, blocks of filters, rows as they are merged
  VectorType vector;
  bool hasBias = false;
};
} // namespace

void loops::writeStrassenSums(FusedOp op, const Target &target, Phase &phase) {
  StrassenKernel(op, target, phase).writeSums();
}
void loops::writeStrassen(FusedOp op, const Target &target, Phase &phase) { StrassenKernel(op, target, phase).write(); }
