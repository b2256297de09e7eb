// SPDX-License-Identifier: Apache-2.0
// A little C++ as trees: what functions of loops need. Statements are made from the IR, rolled up,
// then printed.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace cnnc::emit::cxx {

/// A parameter, a local, or an array of locals. The printer makes its name from the hint.
struct Variable {
  std::string hint, type;
  std::string suffix; ///< of a parameter's declaration: the extents of an array
  int64_t extent = 0; ///< of an array of locals; 0: no array
  bool isMutable = false;
  // A local that was rolled up is an element of an array from then on.
  Variable *array = nullptr;
  int64_t element = 0;
};

struct Expression;
using Expr = const Expression *;

struct Expression {
  enum Kind {
    Text,        ///< text
    Integer,     ///< value: of index type, so that it may become an expression when statements are
                 ///< rolled up
    Name,        ///< variable, or the element of it that operands[0] says
    Prefix,      ///< text a
    Binary,      ///< a text b
    Conditional, ///< a ? b : c
    Call,        ///< text(a, b, ...)
    Braces,      ///< text{a, b, ...}
    Subscript    ///< a[b][c]...
  };
  Kind kind;
  std::string text;
  int64_t value = 0;
  Variable *variable = nullptr;
  llvm::SmallVector<Expr, 4> operands = {};
  bool isIndex = false; ///< of index type: sums of such are kept with their constant last
  bool reads = false;   ///< memory, somewhere inside
  int size = 1;         ///< nodes
};

struct Statement;
using Block = std::vector<Statement>;

struct Statement {
  enum Kind {
    Declare, ///< variable, with a value or none
    Assign,  ///< target = value
    Do,      ///< value
    For,     ///< for (variable = low; variable < high; variable += step) body
    If       ///< if (value) body else otherwise
  };
  Kind kind;
  Variable *variable = nullptr;
  Expr target = nullptr, value = nullptr;
  Expr low = nullptr, high = nullptr, step = nullptr;
  Block body = {}, otherwise = {};
  bool unrolled = false; ///< must leave no loop, since arrays inside stand for registers
};

struct Function {
  std::string name;
  std::vector<Variable *> parameters;
  Block body;
};

/// Owns variables and expressions, and makes expressions. Index arithmetic folds.
class Code {
public:
  Variable *variable(llvm::StringRef hint, llvm::StringRef type, bool isMutable = false);

  Expr text(llvm::StringRef text);
  Expr integer(int64_t value);
  Expr name(Variable *variable);
  Expr element(Variable *array, Expr index);
  Expr prefix(llvm::StringRef op, Expr a);
  Expr binary(llvm::StringRef op, Expr a, Expr b);
  Expr conditional(Expr condition, Expr a, Expr b);
  Expr call(llvm::StringRef function, llvm::ArrayRef<Expr> arguments);
  Expr braces(llvm::StringRef type, llvm::ArrayRef<Expr> values);
  Expr subscript(Expr base, llvm::ArrayRef<Expr> indices);
  /// `e`, which reads memory.
  Expr reading(Expr e);

  // Of index type.
  Expr add(Expr a, Expr b);
  Expr subtract(Expr a, Expr b);
  Expr multiply(Expr a, Expr b);
  Expr index(llvm::StringRef op, Expr a, Expr b);
  Expr asIndex(Expr e);
  /// The same node with other operands.
  Expr rebuild(Expr e, llvm::ArrayRef<Expr> operands);

private:
  Expr make(Expression e);
  std::deque<Variable> variables;
  std::deque<Expression> expressions;
};

/// An index as something and a constant; the something is null for a constant.
std::pair<Expr, int64_t> splitConstant(Expr e);
/// Calls `visit` for each expression of a statement and of those inside it, outermost first.
void forEachExpression(const Statement &statement, llvm::function_ref<void(Expr)> visit);
void forEachNode(Expr e, llvm::function_ref<void(Expr)> visit);
/// How many lines it takes.
int64_t linesOf(const Block &block);
int64_t linesOf(const Statement &statement);

/// The text of a function's body and parameters.
std::string declarationOf(const Function &function);
std::string textOf(const Function &function);

} // namespace cnnc::emit::cxx
