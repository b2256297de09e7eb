// SPDX-License-Identifier: Apache-2.0
// Names that nothing reads, and names that hide words.
#include "frontends/dsl/Check.h"

#include "frontends/dsl/Kinds.h"
#include "frontends/dsl/Signature.h"
#include "frontends/dsl/Walk.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace cnnc::dsl {
namespace {

/// The names that some text reads: as values, and as what is called.
struct Reads {
  void add(const Expr &expr) {
    if (auto *name = dyn_cast<NameExpr>(&expr))
      values.insert(name->name);
    else if (auto *call = dyn_cast<CallExpr>(&expr); call && !call->isReuse)
      callees.insert(call->callee);
  }
  void add(const BlockDecl &block) {
    auto each = [&](const Expr &expr) { add(expr); };
    forExpressions(block.parameters, each);
    if (block.value)
      walk(*block.value, each);
    walk(block.body, [&](const Stmt &stmt) { forExpressions(stmt, each); });
  }
  bool holds(StringRef name) const { return values.contains(name) || callees.contains(name); }

  StringSet<> values, callees;
};

class Names {
public:
  Names(const Program &program, mlir::MLIRContext &context, Reporter &reporter);
  void run();

private:
  void checkFile(const File &file);
  void checkNames(const BlockDecl &block);
  /// Warns of a name that hides a word, once a block.
  void checkHidden(const Name &name);
  void warnUnused(const Name &name, const Twine &what) {
    if (!name.text.starts_with("_"))
      reporter.warning({source, name.span.begin}, what + " is never used");
  }

  const Program &program;
  Reporter &reporter;
  StringMap<std::string> words; ///< and a parameter that takes the word
  Reads all;
  const Source *source = nullptr; ///< of the file that is checked
  StringSet<> warned;
};

Names::Names(const Program &program, mlir::MLIRContext &context, Reporter &reporter)
    : program(program), reporter(reporter) {
  for (const std::string &name : Signature::names(context)) {
    std::shared_ptr<const Signature> signature = Signature::of(context, name);
    if (!signature)
      continue;
    for (const SignatureParameter &parameter : signature->parameters)
      for (ArrayRef<std::string> some : {ArrayRef<std::string>(parameter.words), wordsOf(parameter.kind)})
        for (const std::string &word : some)
          words.try_emplace(word, "'" + parameter.name + "' of " + name);
  }
}

void Names::checkHidden(const Name &name) {
  auto word = words.find(name.text);
  if (word != words.end() && warned.insert(name.text).second)
    reporter.warning({source, name.span.begin}, "'" + name.text + "' is also a word that " + word->second +
                                                    " takes; from here on it means this value");
}

void Names::checkNames(const BlockDecl &block) {
  Reads reads;
  reads.add(block);
  // Blocks that are handed over share their parameters with others.
  bool isHandedOver = all.values.contains(block.name.text);
  warned.clear();
  for (const Parameter &parameter : block.parameters) {
    checkHidden(parameter.name);
    if (!isHandedOver && !reads.holds(parameter.name.text))
      warnUnused(parameter.name, (block.isNetwork && parameter.type ? "the input '" : "the parameter '") +
                                     parameter.name.text + "' of " + block.name.text);
  }
  StringSet<> known;
  walk(block.body, [&](const Stmt &stmt) {
    if (auto *loop = dyn_cast<ForStmt>(&stmt))
      for_each(loop->names, [&](const Name &name) { checkHidden(name); });
    auto *binding = dyn_cast<BindingStmt>(&stmt);
    if (!binding)
      return;
    // What a list holds is taken apart for some of it.
    bool isRead = any_of(binding->names, [&](const Name &name) { return reads.holds(name.text); });
    for (const Name &name : binding->names) {
      checkHidden(name);
      if (!isRead && known.insert(name.text).second)
        warnUnused(name, "'" + name.text + "'");
    }
  });
}

void Names::checkFile(const File &file) {
  source = file.source.get();
  Reads reads;
  bool hasNetwork = false;
  for (const Decl &decl : file.declarations) {
    if (decl.block)
      reads.add(*decl.block);
    if (decl.constant)
      walk(*decl.constant->value, [&](const Expr &expr) { reads.add(expr); });
    hasNetwork |= decl.block && decl.block->isNetwork;
  }
  warned.clear();
  for (const Decl &decl : file.declarations) {
    if (decl.constant)
      for (const Name &name : decl.constant->names) {
        checkHidden(name);
        if (none_of(decl.constant->names, [&](const Name &one) { return reads.holds(one.text); }))
          warnUnused(name, "the constant '" + name.text + "'");
      }
    if (!decl.block)
      continue;
    checkNames(*decl.block);
    // Files without a network hold blocks for others.
    if (hasNetwork && !decl.block->isNetwork && !all.holds(decl.block->name.text))
      warnUnused(decl.block->name, "the block '" + decl.block->name.text + "'");
  }
}

void Names::run() {
  for (const std::unique_ptr<File> &file : program.files())
    for (const Decl &decl : file->declarations) {
      if (decl.block)
        all.add(*decl.block);
      if (decl.constant)
        walk(*decl.constant->value, [&](const Expr &expr) { all.add(expr); });
    }
  for (const std::unique_ptr<File> &file : program.files())
    checkFile(*file);
}
} // namespace

void warn(const Program &program, mlir::MLIRContext &context, Reporter &reporter) {
  Names(program, context, reporter).run();
}

} // namespace cnnc::dsl
