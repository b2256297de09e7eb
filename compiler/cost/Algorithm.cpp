// SPDX-License-Identifier: Apache-2.0
// The registry of algorithms.
#include "compiler/cost/Algorithm.h"

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
