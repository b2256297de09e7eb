// SPDX-License-Identifier: Apache-2.0
// A free batch is run image by image, so no operator may mix images. Walks @main, the network of one image, beside
// @two_images, that of two, and asks of each pair of operators
//   1. that both do the same to the same operands: only leading dimensions of 1 and 2 may tell them apart;
//   2. where an operand is a batch, that each image is computed by itself, and that the results are batches again.
// Inputs and results of the network must all be batches. Without @two_images the batch was proven before.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_PROVEBATCH
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
/// Two shapes, or lists with a shape's extents, that differ in the leading 1 and 2 only.
bool areBatches(ArrayRef<int64_t> one, ArrayRef<int64_t> two) {
  return !one.empty() && !two.empty() && one.front() == 1 && two.front() == 2 && one.drop_front() == two.drop_front();
}

bool areBatches(Type one, Type two) {
  auto a = cast<RankedTensorType>(one), b = cast<RankedTensorType>(two);
  return a.getElementType() == b.getElementType() && areBatches(a.getShape(), b.getShape());
}

/// Big constants that the front end made twice are two attributes.
bool areEqual(Attribute one, Attribute two) {
  if (one == two)
    return true;
  auto a = dyn_cast_or_null<ElementsAttr>(one), b = dyn_cast_or_null<ElementsAttr>(two);
  return a && b && a.getType() == b.getType() && !rawBytes(a).empty() && rawBytes(a) == rawBytes(b);
}

class Comparison {
public:
  Comparison(func::FuncOp one, func::FuncOp two) : one(one), two(two) {}
  LogicalResult run();

private:
  LogicalResult compareInputs();
  LogicalResult compare(Operation &a, Operation &b);
  bool haveEqualAttributes(Operation &a, Operation &b, bool batch) const;
  LogicalResult compareResults(Operation &a, Operation &b);
  LogicalResult refuse(Location loc, const Twine &reason);

  func::FuncOp one, two;
  IRMapping counterpart;
  DenseSet<Value> batches; // of `one`
};

LogicalResult Comparison::refuse(Location loc, const Twine &reason) {
  InFlightDiagnostic error = emitError(loc) << reason << ", so the number of images must be fixed:";
  for (BlockArgument input : one.getArguments())
    if (batches.contains(input)) {
      auto name = one.getArgAttrOfType<StringAttr>(input.getArgNumber(), CnnDialect::kName);
      error << " --shape " << (name ? name.getValue() : "NAME") << "=";
      llvm::interleave(cast<RankedTensorType>(input.getType()).getShape(), error, "x");
    }
  return error;
}

LogicalResult Comparison::compareInputs() {
  for (auto [a, b] : llvm::zip_equal(one.getArguments(), two.getArguments())) {
    counterpart.map(a, b);
    if (areBatches(a.getType(), b.getType()))
      batches.insert(a);
  }
  for (BlockArgument input : one.getArguments())
    if (auto name = one.getArgAttrOfType<StringAttr>(input.getArgNumber(), CnnDialect::kName); !batches.contains(input))
      return refuse(one.getLoc(), "input '" + (name ? name.getValue() : "") + "' has no batch while others have one");
  return success();
}

bool Comparison::haveEqualAttributes(Operation &a, Operation &b, bool batch) const {
  DictionaryAttr first = a.getAttrDictionary(), second = b.getAttrDictionary();
  if (first.size() != second.size())
    return false;
  return llvm::all_of(first, [&](NamedAttribute entry) {
    Attribute other = second.get(entry.getName());
    auto list = dyn_cast<DenseI64ArrayAttr>(entry.getValue()), otherList = dyn_cast_or_null<DenseI64ArrayAttr>(other);
    return areEqual(entry.getValue(), other) || (batch && list && otherList && areBatches(list, otherList));
  });
}

LogicalResult Comparison::compare(Operation &a, Operation &b) {
  auto isBatch = [&](Value operand) { return batches.contains(operand); };
  bool batch = llvm::any_of(a.getOperands(), isBatch);
  bool alike =
      a.getName() == b.getName() && a.getNumOperands() == b.getNumOperands() && a.getNumResults() == b.getNumResults();
  for (auto [x, y] : llvm::zip(a.getOperands(), b.getOperands()))
    alike &= counterpart.lookupOrNull(x) == y;
  if (!alike)
    return refuse(b.getLoc(), "the node does something else with two images than with one");
  if (!haveEqualAttributes(a, b, batch))
    return refuse(b.getLoc(), "what the node computes depends on the number of images");
  if (a.hasTrait<OpTrait::IsTerminator>())
    return compareResults(a, b);
  auto lowerable = dyn_cast<LowerableOpInterface>(b);
  if (batch && (!lowerable || !lowerable.isPerImage()))
    return refuse(b.getLoc(), "the node mixes images");
  for (auto [x, y] : llvm::zip(a.getResults(), b.getResults())) {
    counterpart.map(x, y);
    if (batch ? !areBatches(x.getType(), y.getType()) : x.getType() != y.getType())
      return refuse(b.getLoc(), "the node mixes images");
    if (batch)
      batches.insert(x);
  }
  return success();
}

LogicalResult Comparison::compareResults(Operation &a, Operation &b) {
  for (auto [i, result] : llvm::enumerate(a.getOperands()))
    if (auto name = one.getResultAttrOfType<StringAttr>(i, CnnDialect::kName); !batches.contains(result))
      return refuse(b.getLoc(), "output '" + (name ? name.getValue() : "") + "' has no batch");
  return success();
}

LogicalResult Comparison::run() {
  if (failed(compareInputs()))
    return failure();
  Block &first = one.getBody().front(), &second = two.getBody().front();
  for (auto [a, b] : llvm::zip(first, second))
    if (failed(compare(a, b)))
      return failure();
  return success();
}

struct ProveBatch : graph::impl::ProveBatchBase<ProveBatch> {
  void runOnOperation() override {
    auto one = getOperation().lookupSymbol<func::FuncOp>("main");
    auto two = getOperation().lookupSymbol<func::FuncOp>(CnnDialect::kTwoImages);
    if (!one || !two)
      return;
    if (failed(Comparison(one, two).run()))
      return signalPassFailure();
    two.erase();
  }
};
} // namespace
