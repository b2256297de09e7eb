// SPDX-License-Identifier: Apache-2.0
// Visits all of a text's tree.
#pragma once

#include "frontends/dsl/Ast.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace cnnc::dsl {

using VisitExpr = llvm::function_ref<void(const Expr &)>;
using VisitStmt = llvm::function_ref<void(const Stmt &)>;

/// An expression and all in it, from outside in.
void walk(const Expr &expr, VisitExpr visit);
/// The statements of a body and of the bodies in it.
void walk(const Body &body, VisitStmt visit);
/// The expressions that stand in a statement itself, not in its bodies.
void forExpressions(const Stmt &stmt, VisitExpr visit);
/// Those of parameters: their sizes and defaults.
void forExpressions(const std::vector<Parameter> &parameters, VisitExpr visit);

} // namespace cnnc::dsl
