// SPDX-License-Identifier: Apache-2.0
// Expressions on one line.
#pragma once

#include "frontends/dsl/Ast.h"

namespace cnnc::dsl {

/// How strongly an expression holds together: what is weaker than its place needs parentheses.
enum class Strength { If, Pipe, Or, And, Not, Compare, Sum, Product, Unary, Primary };
Strength strengthOf(const Expr &expr);
/// The strengths that a sign asks of its operands.
Strength leftOf(const BinaryExpr &expr);
Strength rightOf(const BinaryExpr &expr);

/// The expression on one line, in parentheses if it is weaker than `least`.
std::string flat(const Expr &expr, Strength least = Strength::If);
std::string flat(const Argument &argument);
std::string flat(const MapExpr::Pair &pair);
std::string flat(const Parameter &parameter);
std::string flat(const Label &label);
/// What stands before the parentheses of a call.
std::string headOf(const CallExpr &call);

/// `f(item)` of each, with commas between them.
template <typename Range, typename Function>
std::string commas(const Range &items, Function f) {
  std::string text;
  for (const auto &item : items)
    text += (text.empty() ? "" : ", ") + f(item);
  return text;
}

} // namespace cnnc::dsl
