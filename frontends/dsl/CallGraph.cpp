// SPDX-License-Identifier: Apache-2.0
// Which calls a graph needs, in which order, and what in them depends on the number of images.
#include "frontends/dsl/CallGraph.h"

#include "dialects/cnn/CnnOps.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace llvm;
using mlir::Operation;

namespace cnnc::dsl {

bool isWeight(mlir::Value value) { return isa_and_present<cnn::ConstantOp, cnn::ParameterOp>(value.getDefiningOp()); }

std::vector<Operation *> inOrderOfNeed(mlir::func::FuncOp function) {
  std::vector<Operation *> order;
  SmallPtrSet<Operation *, 32> seen;
  std::vector<std::pair<Operation *, unsigned>> path;
  auto visit = [&](mlir::Value value) {
    if (Operation *op = value.getDefiningOp(); op && !isWeight(value) && seen.insert(op).second)
      path.push_back({op, 0});
  };
  for (mlir::Value output : function.getBody().front().getTerminator()->getOperands()) {
    visit(output);
    while (!path.empty()) {
      auto &[op, next] = path.back();
      if (next < op->getNumOperands()) {
        visit(op->getOperand(next++));
        continue;
      }
      order.push_back(op);
      path.pop_back();
    }
  }
  return order;
}

void dropUnused(CallGraph &graph) {
  std::vector<char> isUsed(graph.calls.size(), false);
  auto use = [&](TensorRef ref) {
    if (ref.call >= 0)
      isUsed[ref.call] = true;
  };
  for (const auto &[name, ref] : graph.outputs)
    use(ref);
  for (size_t i = graph.calls.size(); i--;)
    if (isUsed[i])
      for (const CallArgument &argument : graph.calls[i].arguments)
        for_each(argument.tensors, use);
  std::vector<int> places(graph.calls.size());
  std::vector<Call> kept;
  for (size_t i = 0; i != graph.calls.size(); ++i) {
    places[i] = kept.size();
    if (isUsed[i])
      kept.push_back(std::move(graph.calls[i]));
  }
  auto move = [&](TensorRef &ref) { ref.call = ref.call < 0 ? ref.call : places[ref.call]; };
  for (Call &call : kept)
    for (CallArgument &argument : call.arguments)
      for_each(argument.tensors, move);
  for (auto &[name, ref] : graph.outputs)
    move(ref);
  graph.calls = std::move(kept);
}

mlir::LogicalResult markImages(CallGraph &one, const CallGraph &two, mlir::Location location) {
  auto differ = [&](const Twine &where) {
    return mlir::emitError(location,
                           where + " depends on the number of images in a way that no text says; fix it with --shape");
  };
  if (one.calls.size() != two.calls.size())
    return differ("the network");
  for (auto [input, twice] : zip(one.inputs, two.inputs))
    input.hasFreeBatch = input.types != twice.types;
  for (auto [call, other] : zip(one.calls, two.calls)) {
    if (call.callee != other.callee || call.arguments.size() != other.arguments.size())
      return differ("the network");
    for (auto [argument, twice] : zip(call.arguments, other.arguments)) {
      if (argument.tensors != twice.tensors || argument.atoms.size() != twice.atoms.size())
        return differ(call.callee + " '" + call.name + "'");
      for (auto [atom, changed] : zip(argument.atoms, twice.atoms)) {
        if (atom == changed)
          continue;
        const int64_t *a = atom.value().as<int64_t>(), *b = changed.value().as<int64_t>();
        if (!a || !b || *b != 2 * *a)
          return differ(call.callee + " '" + call.name + "'");
        atom.images = *a;
        argument.isDefault = false;
      }
    }
  }
  return mlir::success();
}

} // namespace cnnc::dsl
