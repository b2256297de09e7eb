// SPDX-License-Identifier: Apache-2.0
// Completes calls right before an operator, compares, and takes out again what they made.
#include "frontends/dsl/CompleteCalls.h"

#include "frontends/dsl/CallGraph.h"

#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using mlir::Operation;

namespace cnnc::dsl {

mlir::NamedAttrList argumentsOf(Operation &op) {
  mlir::NamedAttrList arguments(op.getAttrDictionary());
  cast<cnn::LayerOpInterface>(op).describe(arguments);
  return arguments;
}

bool complete(const Signature &signature, Operation &op, ArrayRef<mlir::Value> tensors,
              const mlir::NamedAttrList &arguments, function_ref<bool(const Completed &)> onCompleted) {
  mlir::OpBuilder builder(&op);
  cnn::LayerCall call(builder, op.getLoc(), "");
  auto next = tensors.begin();
  for (const SignatureParameter &parameter : signature.parameters) {
    if (!parameter.isTensor()) {
      if (mlir::Attribute value = arguments.get(parameter.name))
        call.set(parameter.name, value);
      continue;
    }
    size_t count = parameter.kind == "tensors" ? tensors.end() - next : next != tensors.end();
    if (count)
      call.setTensors(parameter.name, ArrayRef(next, count));
    next += count;
  }
  Operation *before = op.getPrevNode();
  bool good = succeeded(signature.operation.getInterface<cnn::LayerOpInterface>()->complete(call));
  Completed completed{call.weights().vec(), call.attributes().getDictionary(op.getContext()), {}};
  for (Operation *last = op.getPrevNode(); last != before; last = last->getPrevNode())
    completed.added.push_back(last);
  good = good && onCompleted(completed);
  for (Operation *last : completed.added)
    last->erase();
  return good;
}

/// Whether the completed call is the operator, which has this many tensors before its weights.
static bool fits(Operation &op, const Completed &completed, unsigned tensors) {
  if (op.getNumOperands() != tensors + completed.weights.size() || completed.attributes != op.getAttrDictionary())
    return false;
  return all_of(enumerate(completed.weights), [&](const auto &weight) {
    mlir::Value operand = op.getOperand(tensors + weight.index());
    return operand.getType() == weight.value().type && isWeight(operand);
  });
}

bool completesTo(const Signature &signature, Operation &op, ArrayRef<mlir::Value> tensors,
                 const mlir::NamedAttrList &arguments) {
  return complete(signature, op, tensors, arguments,
                  [&](const Completed &completed) { return fits(op, completed, tensors.size()); });
}

std::optional<unsigned> tensorCount(const Signature &signature, Operation &op) {
  unsigned most = 0, least = 0;
  for (const SignatureParameter &parameter : signature.parameters) {
    if (parameter.kind == "tensors")
      return op.getNumOperands();
    most += parameter.isTensor();
    least += parameter.isTensor() && !parameter.value;
  }
  mlir::NamedAttrList arguments = argumentsOf(op);
  for (unsigned count = least; count <= std::min(most, op.getNumOperands()); ++count) {
    SmallVector<mlir::Value> tensors(op.getOperands().take_front(count));
    if (completesTo(signature, op, tensors, arguments))
      return count;
  }
  return std::nullopt;
}

void takeOverFirst(const Signature &signature, Operation &op, std::vector<mlir::Value> &tensors) {
  Operation *first = tensors.empty() ? nullptr : tensors.front().getDefiningOp();
  if (!first || isWeight(tensors.front()) || first->getNumOperands() != 1 || !first->hasOneUse())
    return;
  std::vector<mlir::Value> shorter = tensors;
  shorter.front() = first->getOperand(0);
  bool isSame = complete(signature, op, shorter, argumentsOf(op), [&](const Completed &completed) {
    if (completed.added.size() != 1 || !fits(op, completed, tensors.size()))
      return false;
    Operation *added = completed.added.front();
    return added->getName() == first->getName() && added->getAttrDictionary() == first->getAttrDictionary() &&
           added->getOperands() == first->getOperands() && added->getResultTypes() == first->getResultTypes();
  });
  if (isSame)
    tensors = std::move(shorter);
}

} // namespace cnnc::dsl
