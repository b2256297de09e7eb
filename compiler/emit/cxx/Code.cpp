// SPDX-License-Identifier: Apache-2.0
// Making expressions.
#include "compiler/emit/cxx/Code.h"

using namespace cnnc::emit::cxx;
using llvm::ArrayRef;
using llvm::StringRef;

Variable *Code::variable(StringRef hint, StringRef type, bool isMutable) {
  Variable variable;
  variable.hint = hint.str();
  variable.type = type.str();
  variable.isMutable = isMutable;
  return &variables.emplace_back(std::move(variable));
}

Expr Code::make(Expression e) {
  for (Expr operand : e.operands) {
    e.reads |= operand->reads;
    e.size += operand->size;
  }
  return &expressions.emplace_back(std::move(e));
}

Expr Code::text(StringRef text) { return make({Expression::Text, text.str()}); }

Expr Code::integer(int64_t value) {
  Expression e{Expression::Integer, "", value};
  e.isIndex = true;
  return make(std::move(e));
}

Expr Code::name(Variable *variable) { return make({Expression::Name, "", 0, variable}); }
Expr Code::element(Variable *array, Expr index) { return make({Expression::Name, "", 0, array, {index}}); }
Expr Code::prefix(StringRef op, Expr a) { return make({Expression::Prefix, op.str(), 0, nullptr, {a}}); }
Expr Code::binary(StringRef op, Expr a, Expr b) { return make({Expression::Binary, op.str(), 0, nullptr, {a, b}}); }

Expr Code::conditional(Expr condition, Expr a, Expr b) {
  return make({Expression::Conditional, "", 0, nullptr, {condition, a, b}});
}

Expr Code::call(StringRef function, ArrayRef<Expr> arguments) {
  return make({Expression::Call, function.str(), 0, nullptr, llvm::SmallVector<Expr, 4>(arguments)});
}

Expr Code::braces(StringRef type, ArrayRef<Expr> values) {
  return make({Expression::Braces, type.str(), 0, nullptr, llvm::SmallVector<Expr, 4>(values)});
}

Expr Code::subscript(Expr base, ArrayRef<Expr> indices) {
  Expression e{Expression::Subscript, "", 0, nullptr, {base}};
  e.operands.append(indices.begin(), indices.end());
  return make(std::move(e));
}

Expr Code::reading(Expr e) {
  Expression copy = *e;
  copy.reads = true;
  return &expressions.emplace_back(std::move(copy));
}

Expr Code::asIndex(Expr e) {
  Expression copy = *e;
  copy.isIndex = true;
  return &expressions.emplace_back(std::move(copy));
}

Expr Code::index(StringRef op, Expr a, Expr b) { return asIndex(binary(op, a, b)); }

Expr Code::add(Expr a, Expr b) {
  auto [left, first] = splitConstant(a);
  auto [right, second] = splitConstant(b);
  Expr sum = left && right ? index("+", left, right) : left ? left : right;
  int64_t constant = first + second;
  if (!sum)
    return integer(constant);
  return constant == 0 ? sum : index("+", sum, integer(constant));
}

Expr Code::subtract(Expr a, Expr b) {
  auto [left, first] = splitConstant(a);
  auto [right, second] = splitConstant(b);
  if (!right)
    return add(a, integer(-second));
  return add(index("-", left ? left : integer(0), right), integer(first - second));
}

Expr Code::multiply(Expr a, Expr b) {
  if (a->kind == Expression::Integer)
    std::swap(a, b);
  if (b->kind != Expression::Integer)
    return index("*", a, b);
  if (a->kind == Expression::Integer)
    return integer(a->value * b->value);
  return b->value == 0 ? b : b->value == 1 ? a : index("*", a, b);
}

Expr Code::rebuild(Expr e, ArrayRef<Expr> operands) {
  Expression copy{e->kind, e->text, e->value, e->variable, llvm::SmallVector<Expr, 4>(operands)};
  copy.isIndex = e->isIndex;
  copy.reads = e->reads;
  return make(std::move(copy));
}

std::pair<Expr, int64_t> cnnc::emit::cxx::splitConstant(Expr e) {
  if (e->kind == Expression::Integer)
    return {nullptr, e->value};
  if (e->isIndex && e->kind == Expression::Binary && e->text == "+" && e->operands[1]->kind == Expression::Integer)
    return {e->operands[0], e->operands[1]->value};
  return {e, 0};
}

void cnnc::emit::cxx::forEachNode(Expr e, llvm::function_ref<void(Expr)> visit) {
  visit(e);
  for (Expr operand : e->operands)
    forEachNode(operand, visit);
}

void cnnc::emit::cxx::forEachExpression(const Statement &statement, llvm::function_ref<void(Expr)> visit) {
  for (Expr e : {statement.target, statement.value, statement.low, statement.high, statement.step})
    if (e)
      visit(e);
  for (const Block *block : {&statement.body, &statement.otherwise})
    for (const Statement &inner : *block)
      forEachExpression(inner, visit);
}

int64_t cnnc::emit::cxx::linesOf(const Statement &statement) {
  if (statement.kind != Statement::For && statement.kind != Statement::If)
    return 1;
  // A closing brace, and none around one simple statement.
  int64_t lines = 1 + linesOf(statement.body) + linesOf(statement.otherwise);
  return lines + (statement.otherwise.empty() ? (statement.body.size() > 1 ? 1 : 0) : 2);
}

int64_t cnnc::emit::cxx::linesOf(const Block &block) {
  int64_t lines = 0;
  for (const Statement &statement : block)
    lines += linesOf(statement);
  return lines;
}
