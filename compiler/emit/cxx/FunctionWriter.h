// SPDX-License-Identifier: Apache-2.0
// From a function of the loops level to a C++ function.
#pragma once

#include "compiler/emit/cxx/Code.h"
#include "compiler/emit/cxx/Types.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/Error.h"

namespace cnnc::emit::cxx {

/// Writes one function. A value with one use becomes part of the expression that uses it, where
/// memory and variables still hold what it reads; others become constants. Values that loops carry
/// become variables, and what takes the place of another in each turn is written over it.
class FunctionWriter {
public:
  FunctionWriter(Code &code, Types &types) : code(code), types(types) {}

  llvm::Expected<Function> write(mlir::func::FuncOp function);
  /// The same with these expressions in the places of the arguments.
  llvm::Expected<Function> writePhase(mlir::func::FuncOp phase, llvm::ArrayRef<Expr> arguments);

private:
  // Statements.
  void writeBody(mlir::Block &from, Block &to);
  void writeOperation(mlir::Operation &op);
  void writeFor(mlir::scf::ForOp loop);
  void writeIf(mlir::scf::IfOp choice);
  std::optional<Expr> asConditional(mlir::scf::IfOp choice);
  void assign(llvm::ArrayRef<Expr> targets, mlir::ValueRange values);
  void push(Statement statement) { block->push_back(std::move(statement)); }

  // Values.
  Variable *parameter(mlir::BlockArgument argument);
  Expr use(mlir::Value value);
  void define(mlir::Value value, Expr e);
  Expr declare(mlir::Value value, Expr e);
  void flush(llvm::function_ref<bool(Expr)> isStale);
  void flushReads();
  std::string typeOf(mlir::Value value);

  // Expressions.
  Expr expressionOf(mlir::Operation &op);
  Expr arithmetic(mlir::Operation &op);
  Expr comparison(mlir::Operation &op);
  Expr conversion(mlir::Operation &op);
  Expr ofVectors(mlir::Operation &op);
  Expr mathematics(mlir::Operation &op);
  Expr constant(mlir::Attribute value, mlir::Type type, unsigned width = 0);
  /// The operand; a vector of equal constants as one number, where the language spreads it by
  /// itself.
  Expr spread(mlir::Value value, bool mayBeScalar);
  Expr unsignedOf(mlir::Value value);
  Expr signedAgain(Expr e, mlir::Type type);
  Expr place(mlir::Value memory, mlir::ValueRange indices);
  Expr mask(mlir::Value value, unsigned width);
  void fail(mlir::Operation &op, const llvm::Twine &reason);

  Code &code;
  Types &types;
  mlir::func::FuncOp function;
  Block *block = nullptr;
  llvm::DenseMap<mlir::Value, Expr> expressions;
  llvm::DenseMap<mlir::Value, Expr> variables; ///< what holds a carried value
  llvm::DenseMap<mlir::Value, Expr> targets;   ///< the variable that a value is written to where it is defined
  llvm::SmallVector<mlir::Value> pending;      ///< values whose expressions wait for their use
  std::string error;
};

} // namespace cnnc::emit::cxx
