// SPDX-License-Identifier: Apache-2.0
// How an operator infers its result and is verified: by one rule, so that both say the same.
#pragma once

#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/StringExtras.h"

namespace cnnc::cnn {

/// Starts a message about an operator.
using Emit = llvm::function_ref<mlir::InFlightDiagnostic()>;

inline mlir::RankedTensorType tensorOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
/// A tensor of the same elements and another shape, in no particular layout.
inline mlir::RankedTensorType reshaped(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> shape) {
  return mlir::RankedTensorType::get(shape, type.getElementType());
}
/// A shape in messages: "1x64x7x7", and "scalar" for none.
inline std::string text(mlir::RankedTensorType type) {
  return type.getRank() ? llvm::join(llvm::map_range(type.getShape(), [](int64_t n) { return std::to_string(n); }), "x")
                        : "scalar";
}

} // namespace cnnc::cnn

/// Defines inferReturnTypes() of OP by RULE(op, emit), which takes the operator or its adaptor,
/// checks all that the result depends on, and returns the result's type.
#define CNN_INFER_TYPE(OP, RULE)                                                                                       \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location> location, Adaptor op,                      \
                                     SmallVectorImpl<Type> &types) {                                                   \
    FailureOr<RankedTensorType> type =                                                                                 \
        RULE(op, [&] { return location ? mlir::emitError(*location) : InFlightDiagnostic(); });                        \
    if (succeeded(type))                                                                                               \
      types.push_back(*type);                                                                                          \
    return type;                                                                                                       \
  }
/// And verify(), of operators that declare it.
#define CNN_INFER(OP, RULE)                                                                                            \
  CNN_INFER_TYPE(OP, RULE)                                                                                             \
  LogicalResult OP::verify() {                                                                                         \
    return RULE(*this, [&] { return emitOpError(); });                                                                 \
  }
