// SPDX-License-Identifier: Apache-2.0
// Tries calls: what an operator's signature makes of tensors and arguments.
#pragma once

#include "frontends/dsl/Signature.h"

#include "dialects/cnn/LayerCall.h"

namespace cnnc::dsl {

/// How an operator is completed from a call's arguments.
struct Completed {
  std::vector<cnn::LayerCall::Weight> weights;
  mlir::DictionaryAttr attributes;
  llvm::SmallVector<mlir::Operation *> added; ///< before the operator; they exist only within onCompleted
};

/// What a call of the operator says, tensors apart.
mlir::NamedAttrList argumentsOf(mlir::Operation &op);
/// Completes a call with these tensors and arguments beside the operator, and cleans up.
bool complete(const Signature &signature, mlir::Operation &op, llvm::ArrayRef<mlir::Value> tensors,
              const mlir::NamedAttrList &arguments, llvm::function_ref<bool(const Completed &)> onCompleted);
/// Whether that makes the operator again, with the operands behind the tensors as its weights.
bool completesTo(const Signature &signature, mlir::Operation &op, llvm::ArrayRef<mlir::Value> tensors,
                 const mlir::NamedAttrList &arguments);
/// How many operands are given as tensors, if the others are the layer's weights.
std::optional<unsigned> tensorCount(const Signature &signature, mlir::Operation &op);
/// Puts the operand of the first tensor's own operator in the tensor's place, if a call with it makes both operators.
void takeOverFirst(const Signature &signature, mlir::Operation &op, std::vector<mlir::Value> &tensors);

} // namespace cnnc::dsl
