// SPDX-License-Identifier: Apache-2.0
// Names of ONNX nodes, shapes and parameters in one line each.
#include "compiler/cost/PlanText.h"

#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

/// The names of the ONNX nodes in a location, in order.
static void collectNodes(Location loc, SmallVectorImpl<StringRef> &nodes) {
  if (auto name = dyn_cast<NameLoc>(loc)) {
    if (!llvm::is_contained(nodes, name.getName().strref()))
      nodes.push_back(name.getName());
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collectNodes(part, nodes);
  }
}

std::string cnnc::nodesOf(Location loc) {
  SmallVector<StringRef> nodes;
  collectNodes(loc, nodes);
  return llvm::join(nodes, ", ");
}

std::string cnnc::shapeText(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleave(cast<RankedTensorType>(type).getShape(), os, "x");
  return text;
}

static std::string shapesOfChain(ChainOp chain) {
  auto stages = chain.getStages();
  std::string text = shapesOf(stages.front());
  for (FusedOp stage : llvm::drop_begin(stages))
    text += " -> " + shapeText(stage->getResult(0).getType());
  return text;
}

std::string cnnc::shapesOf(Operation *op) {
  if (auto chain = dyn_cast<ChainOp>(op))
    return shapesOfChain(chain);
  std::string from;
  for (Value operand : op->getOperands())
    if (!constantOf(operand))
      from += (from.empty() ? "" : ", ") + shapeText(operand.getType());
  std::string to;
  for (Value result : op->getResults())
    to += (to.empty() ? "" : ", ") + shapeText(result.getType());
  return from + " -> " + to;
}

std::string cnnc::layerText(Operation *op) { return nodesOf(op->getLoc()) + " | " + shapesOf(op); }

std::string cnnc::planText(PlanAttr plan) {
  std::string text = plan.getAlgorithm().str();
  llvm::raw_string_ostream os(text);
  for (NamedAttribute parameter : plan.getParameters()) {
    os << ' ' << parameter.getName().strref() << '=';
    if (auto list = dyn_cast<DenseI64ArrayAttr>(parameter.getValue()))
      llvm::interleave(list.asArrayRef(), os, "x");
    else if (auto word = dyn_cast<StringAttr>(parameter.getValue()))
      os << word.getValue();
    else if (auto number = dyn_cast<IntegerAttr>(parameter.getValue()))
      os << number.getInt();
    else
      os << parameter.getValue();
  }
  return text;
}

std::string cnnc::planText(ChainOp chain) {
  std::string text = "chain rows=" + std::to_string(chain.getRows());
  for (FusedOp stage : chain.getStages())
    text += " | " + planText(stage.getPlanAttr());
  return text;
}
