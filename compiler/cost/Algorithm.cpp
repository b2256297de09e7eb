// SPDX-License-Identifier: Apache-2.0
// The registry of algorithms, and the choice between them.
#include "compiler/cost/Algorithm.h"

#include "dialects/cnn/Constants.h"

using namespace cnnc;

namespace {
struct Registry {
  std::vector<std::unique_ptr<const Algorithm>> owned;
  std::vector<const Algorithm *> byRank;
};
Registry &registry() {
  static Registry instance;
  return instance;
}
} // namespace

int64_t cnnc::flopsOf(cnn::FusedOp op) {
  int64_t flops = 0;
  op.getBody().walk([&](cnn::CostOpInterface inner) { flops += inner.getFlops(); });
  return flops;
}

double Algorithm::cycles(cnn::FusedOp op, mlir::DictionaryAttr, const Target &target) const {
  int64_t bytes = cnn::bytesOf(op->getOperandTypes()) + cnn::bytesOf(op->getResultTypes());
  // Kernels without parameters mostly wait for memory, and add or compare rather than multiply and add.
  return flopsOf(op) / (target.core.multiplyAdds * target.lanes()) +
         bytes / (bytes > target.core.l2Bytes ? target.core.l3Rate : target.core.l2Rate);
}

int64_t Algorithm::weightBytes(cnn::FusedOp op) const {
  int64_t bytes = 0;
  for (mlir::Value operand : op.getInputs())
    if (cnn::constantOf(operand))
      bytes += cnn::bytesOf(operand.getType());
  return bytes;
}

cnn::PlanAttr Choice::plan() const {
  mlir::MLIRContext *context = parameters.getContext();
  return cnn::PlanAttr::get(context, mlir::StringAttr::get(context, algorithm->name()), parameters);
}

/// Keeps the cheapest first, and of equals those that came first.
static void addChoices(llvm::SmallVector<Choice> &choices, const Algorithm &algorithm, cnn::FusedOp op,
                       const Target &target) {
  for (mlir::DictionaryAttr parameters : algorithm.candidates(op, target)) {
    Choice choice{&algorithm, parameters, algorithm.cycles(op, parameters, target)};
    auto cheaper = [](const Choice &a, const Choice &b) { return a.cycles < b.cycles; };
    choices.insert(llvm::upper_bound(choices, choice, cheaper), choice);
  }
}

llvm::SmallVector<Choice> cnnc::choicesOf(const Algorithm &algorithm, cnn::FusedOp op, const Target &target) {
  llvm::SmallVector<Choice> choices;
  addChoices(choices, algorithm, op, target);
  return choices;
}

llvm::SmallVector<Choice> cnnc::choicesFor(cnn::FusedOp op, const Target &target) {
  llvm::SmallVector<Choice> choices;
  for (const Algorithm *algorithm : algorithms()) {
    if (!choices.empty() && algorithm->rank() < choices.front().algorithm->rank())
      break;
    if (algorithm->accepts(op, target))
      addChoices(choices, *algorithm, op, target);
  }
  return choices;
}

void cnnc::registerAlgorithm(std::unique_ptr<const Algorithm> algorithm) {
  // Names break ties, so that the order never depends on that of static initialisers.
  auto before = [](const Algorithm *a, const Algorithm *b) {
    return a->rank() != b->rank() ? a->rank() > b->rank() : a->name() < b->name();
  };
  auto &list = registry().byRank;
  list.insert(llvm::upper_bound(list, algorithm.get(), before), algorithm.get());
  registry().owned.push_back(std::move(algorithm));
}

llvm::ArrayRef<const Algorithm *> cnnc::algorithms() { return registry().byRank; }

const Algorithm *cnnc::findAlgorithm(llvm::StringRef name) {
  auto it = llvm::find_if(algorithms(), [&](const Algorithm *algorithm) { return algorithm->name() == name; });
  return it == algorithms().end() ? nullptr : *it;
}

const Algorithm &cnnc::algorithmOf(cnn::FusedOp op) {
  const Algorithm *algorithm = findAlgorithm(op.getPlanAttr().getAlgorithm());
  assert(algorithm && "plans name registered algorithms");
  return *algorithm;
}
