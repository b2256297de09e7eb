// SPDX-License-Identifier: Apache-2.0
// Parameters, and where statements may stand.
#include "frontends/dsl/Check.h"

#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace cnnc::dsl {

/// `return` ends a body, and what describes a network stands in no other.
static void checkStatements(const Source *source, Reporter &reporter, const BlockDecl &block, const Body &body,
                            bool isWhole) {
  auto fail = [&](uint32_t offset, const Twine &message) { reporter.error({source, offset}, message); };
  const Stmt *loss = nullptr;
  for (const auto &statement : body.statements) {
    uint32_t at = statement->span.begin;
    bool isLast = &statement == &body.statements.back();
    if (statement->kind == Stmt::Kind::Return && !isWhole)
      fail(at, "'return' stands at the end of a block, not in a 'for' or 'if'; use if … then … else");
    else if (statement->kind == Stmt::Kind::Return && !isLast)
      fail((&statement)[1]->span.begin, "nothing follows the 'return' of a block");
    if (statement->kind == Stmt::Kind::Preprocess || statement->kind == Stmt::Kind::Loss) {
      bool isLoss = statement->kind == Stmt::Kind::Loss;
      if (!block.isNetwork || !isWhole)
        fail(at, Twine(isLoss ? "'loss'" : "'preprocess'") + " stands in a network, and in no body inside it");
      else if (isLoss && loss)
        fail(at, "a network has one loss, and this one has it at line " + Twine(source->line(loss->span.begin)));
      loss = isLoss ? statement.get() : loss;
    }
    if (auto *loop = dyn_cast<ForStmt>(statement.get()))
      checkStatements(source, reporter, block, loop->body, false);
    for (auto *branch = dyn_cast<IfStmt>(statement.get()); branch; branch = branch->elseIf.get()) {
      checkStatements(source, reporter, block, branch->yes, false);
      if (branch->no)
        checkStatements(source, reporter, block, *branch->no, false);
    }
  }
}

static void checkParameters(const Source *source, Reporter &reporter, const BlockDecl &block) {
  StringSet<> names;
  for (const Parameter &parameter : block.parameters)
    if (!names.insert(parameter.name.text).second)
      reporter.error({source, parameter.name.span.begin},
                     block.name.text + " has two parameters '" + parameter.name.text + "'");
}

void check(const Program &program, Reporter &reporter) {
  for (const std::unique_ptr<File> &file : program.files())
    for (const Decl &decl : file->declarations)
      if (decl.block) {
        checkParameters(file->source.get(), reporter, *decl.block);
        checkStatements(file->source.get(), reporter, *decl.block, decl.block->body, true);
      }
}

} // namespace cnnc::dsl
