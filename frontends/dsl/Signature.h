// SPDX-License-Identifier: Apache-2.0
// The parameters of an operator, from the signature that it carries.
#pragma once

#include "frontends/dsl/Ast.h"
#include "frontends/dsl/Value.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"

#include <optional>

namespace cnnc::dsl {

/// A parameter of an operator; `words` are those that its kind enumerates.
struct SignatureParameter {
  std::string name, kind;
  std::vector<std::string> words;
  const Expr *value;             ///< its default as it is written, or null
  std::optional<Value> standard; ///< and what it is worth
  bool isTensor() const { return kind == "tensor" || kind == "tensors"; }
};

class Signature {
public:
  /// Of `cnn.NAME`; nothing if no operator of that name can be called.
  static std::shared_ptr<const Signature> of(mlir::MLIRContext &context, llvm::StringRef name);
  /// All names that `of` knows.
  static std::vector<std::string> names(mlir::MLIRContext &context);

  std::string name;
  mlir::RegisteredOperationName operation;
  std::vector<SignatureParameter> parameters;
  /// `conv(x, filters, kernel, stride = 1, pad = 0, …)`: all that must be given, and as many more as asked for.
  std::string write(unsigned optional = 2) const;

private:
  explicit Signature(mlir::RegisteredOperationName operation) : operation(operation) {}
  File file; ///< holds the defaults
};

} // namespace cnnc::dsl
