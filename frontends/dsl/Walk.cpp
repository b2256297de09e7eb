// SPDX-License-Identifier: Apache-2.0
// Knows the children of each node.
#include "frontends/dsl/Walk.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace llvm;

namespace cnnc::dsl {

void walk(const Expr &expr, VisitExpr visit) {
  visit(expr);
  auto each = [&](const ExprPtr &child) {
    if (child)
      walk(*child, visit);
  };
  TypeSwitch<const Expr *>(&expr)
      .Case([&](const StringExpr *string) {
        for (const StringExpr::Part &part : string->parts)
          each(part.value);
      })
      .Case([&](const CallExpr *call) {
        if (call->label)
          walk(*call->label.text, visit);
        for (const Argument &argument : call->arguments)
          each(argument.value);
      })
      .Case([&](const PipeExpr *pipe) {
        each(pipe->head);
        for (const PipeExpr::Stage &stage : pipe->stages)
          walk(*stage.call, visit);
      })
      .Case([&](const ListExpr *list) { for_each(list->items, each); })
      .Case([&](const MapExpr *map) {
        for (const MapExpr::Pair &pair : map->pairs)
          each(pair.value);
      })
      .Case([&](const IndexExpr *index) {
        each(index->base);
        each(index->index);
      })
      .Case([&](const UnaryExpr *unary) { each(unary->operand); })
      .Case([&](const BinaryExpr *binary) {
        each(binary->left);
        each(binary->right);
      })
      .Case([&](const IfExpr *choice) {
        each(choice->condition);
        each(choice->yes);
        each(choice->no);
      });
}

void walk(const Body &body, VisitStmt visit) {
  for (const auto &statement : body.statements) {
    visit(*statement);
    if (auto *loop = dyn_cast<ForStmt>(statement.get()))
      walk(loop->body, visit);
    for (auto *branch = dyn_cast<IfStmt>(statement.get()); branch; branch = branch->elseIf.get()) {
      if (branch != statement.get())
        visit(*branch);
      walk(branch->yes, visit);
      if (branch->no)
        walk(*branch->no, visit);
    }
  }
}

void forExpressions(const std::vector<Parameter> &parameters, VisitExpr visit) {
  for (const Parameter &parameter : parameters) {
    if (parameter.type)
      for (const ExprPtr &size : parameter.type->sizes)
        walk(*size, visit);
    if (parameter.value)
      walk(*parameter.value, visit);
  }
}

void forExpressions(const Stmt &stmt, VisitExpr visit) {
  TypeSwitch<const Stmt *>(&stmt)
      .Case([&](const BindingStmt *binding) { walk(*binding->value, visit); })
      .Case([&](const ForStmt *loop) { walk(*loop->list, visit); })
      .Case([&](const IfStmt *branch) { walk(*branch->condition, visit); })
      .Case([&](const PreprocessStmt *preprocess) {
        for (const Argument &argument : preprocess->arguments)
          walk(*argument.value, visit);
      })
      .Case([&](const LossStmt *loss) {
        forExpressions(loss->parameters, visit);
        walk(*loss->value, visit);
      })
      .Case([&](const ReturnStmt *result) {
        for (const ReturnStmt::Item &item : result->items)
          walk(*item.value, visit);
      });
}

} // namespace cnnc::dsl
