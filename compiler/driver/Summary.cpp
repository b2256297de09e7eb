// SPDX-License-Identifier: Apache-2.0
// Asks each operator of a network for what it costs and sees. Knows interfaces, and weights without values.
#include "compiler/driver/Summary.h"

#include "compiler/cost/PlanText.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/Constants.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cmath>

using namespace cnnc;
using namespace mlir;

namespace {
class Summarizer {
public:
  Summarizer(func::FuncOp main, StringRef network) : main(main) { summary.network = network.str(); }
  llvm::Expected<Summary> run();

private:
  void addInput(BlockArgument input);
  llvm::Error addLayer(Operation &op);
  void countConstants(Operation &op, SummaryLayer &layer);
  ReceptiveField fieldOf(Operation &op) const;

  func::FuncOp main;
  Summary summary;
  DenseMap<Value, size_t> layers;
  DenseSet<Value> counted;
};

std::string outputsOf(TypeRange types) {
  return llvm::join(llvm::map_range(types, [](Type type) { return shapeText(type); }), ", ");
}

std::string nameOf(func::FuncOp main, unsigned input) {
  auto name = main.getArgAttrOfType<StringAttr>(input, cnn::CnnDialect::kName);
  return name ? name.str() : "input " + std::to_string(input);
}

/// A pixel behind a window sees one more stride of the field before for each further pixel of the window.
cnn::Reach compose(cnn::Reach before, cnn::Reach window) {
  double extent = static_cast<double>(before.extent) + static_cast<double>(window.extent - 1) * before.stride;
  return {static_cast<int64_t>(std::ceil(extent)), before.stride * window.stride};
}

bool areImages(RankedTensorType a, RankedTensorType b) { return a.getRank() == 4 && b.getRank() == 4; }
} // namespace

void Summarizer::addInput(BlockArgument input) {
  SummaryLayer layer;
  layer.name = nameOf(main, input.getArgNumber());
  layer.op = "input";
  layer.output = shapeText(input.getType());
  layer.bytes = cnn::bytesOf(input.getType());
  layer.field.emplace();
  layers[input] = summary.layers.size();
  summary.layers.push_back(std::move(layer));
}

void Summarizer::countConstants(Operation &op, SummaryLayer &layer) {
  auto statistics = dyn_cast<cnn::StatisticOpInterface>(op);
  for (OpOperand &operand : op.getOpOperands()) {
    // A parameter is a constant whose values nobody asked for.
    auto parameter = operand.get().getDefiningOp<cnn::ParameterOp>();
    if ((!parameter && !cnn::constantOf(operand.get())) || !counted.insert(operand.get()).second)
      continue;
    auto type = cast<RankedTensorType>(operand.get().getType());
    summary.weightBytes += cnn::bytesOf(type);
    bool isStatistic = statistics && statistics.isStatistic(operand.getOperandNumber());
    // A number within a formula is not learned.
    bool isNumber = !parameter && isa<cnn::ElementwiseOpInterface>(op) && type.getNumElements() == 1;
    if (isa<FloatType>(type.getElementType()) && !isStatistic && !isNumber)
      layer.parameters += type.getNumElements();
  }
}

/// The largest of what it sees through its operands. Those that are no image of the result's size do not count: gates
/// of single channels, which a whole image decides.
ReceptiveField Summarizer::fieldOf(Operation &op) const {
  auto result = cast<RankedTensorType>(op.getResult(0).getType());
  auto window = dyn_cast<cnn::WindowOpInterface>(op);
  ReceptiveField field;
  for (Value operand : op.getOperands()) {
    auto found = layers.find(operand);
    auto type = cast<RankedTensorType>(operand.getType());
    if (found == layers.end() || !areImages(type, result))
      continue;
    ReceptiveField before = summary.layers[found->second].field;
    if (window) {
      if (!before)
        return std::nullopt;
      auto [rows, columns] = window.getReach();
      return std::array{compose((*before)[0], rows), compose((*before)[1], columns)};
    }
    if (type.getShape().take_back(2) != result.getShape().take_back(2))
      continue;
    if (!before)
      return std::nullopt;
    if (!field)
      field = before;
    for (int d = 0; d != 2; ++d)
      (*field)[d].extent = std::max((*field)[d].extent, (*before)[d].extent);
  }
  return field;
}

llvm::Error Summarizer::addLayer(Operation &op) {
  if (op.hasTrait<OpTrait::ConstantLike>() || op.hasTrait<OpTrait::IsTerminator>() || isa<cnn::ParameterOp>(op))
    return llvm::Error::success();
  auto cost = dyn_cast<cnn::CostOpInterface>(op);
  if (!cost)
    return llvm::createStringError(
        "the passes of the compiler ran over this module; a summary is of a network as read");
  SummaryLayer layer;
  layer.name = nodesOf(op.getLoc());
  layer.op = op.getName().stripDialect().str();
  layer.output = outputsOf(op.getResultTypes());
  layer.bytes = cost.getBytes();
  if (auto product = dyn_cast<cnn::ProductOpInterface>(op))
    layer.multiplyAdds = product.getMultiplyAdds();
  countConstants(op, layer);
  layer.field = fieldOf(op);
  for (Value operand : op.getOperands())
    if (auto found = layers.find(operand); found != layers.end() && !llvm::is_contained(layer.inputs, found->second))
      layer.inputs.push_back(found->second);
  for (Value result : op.getResults())
    layers[result] = summary.layers.size();
  summary.parameters += layer.parameters;
  summary.multiplyAdds += layer.multiplyAdds;
  summary.activationBytes += cnn::bytesOf(op.getResultTypes());
  summary.layers.push_back(std::move(layer));
  return llvm::Error::success();
}

llvm::Expected<Summary> Summarizer::run() {
  for (BlockArgument input : main.getArguments())
    addInput(input);
  for (Operation &op : main.getBody().front())
    if (llvm::Error error = addLayer(op))
      return std::move(error);
  for (OpOperand &operand : main.getBody().front().getTerminator()->getOpOperands()) {
    auto name = main.getResultAttrOfType<StringAttr>(operand.getOperandNumber(), cnn::CnnDialect::kName);
    if (auto found = layers.find(operand.get()); found != layers.end())
      summary.outputs.emplace_back(name ? name.str() : "output", found->second);
  }
  return std::move(summary);
}

llvm::Expected<Summary> Summary::of(ModuleOp module, StringRef network) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || main.isExternal())
    return llvm::createStringError("holds no function 'main'");
  return Summarizer(main, network).run();
}

std::string cnnc::text(const ReceptiveField &field) {
  if (!field)
    return "all";
  return std::to_string((*field)[0].extent) + "x" + std::to_string((*field)[1].extent);
}
