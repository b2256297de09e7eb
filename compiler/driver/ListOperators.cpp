// SPDX-License-Identifier: Apache-2.0
// Prints what operators say of themselves.
#include "compiler/driver/ListOperators.h"

#include "dialects/cnn/CnnOps.h"
#include "frontends/dsl/Signature.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace cnnc;
using namespace llvm;

static void describe(const dsl::Signature &signature, bool inFull) {
  const cnn::LayerOpInterface::Concept *layer = signature.operation.getInterface<cnn::LayerOpInterface>();
  if (!inFull) {
    outs() << signature.write() << "\n    " << layer->getSummary() << '\n';
    return;
  }
  outs() << signature.write(signature.parameters.size()) << "\n  " << layer->getSummary() << '\n';
  for (const dsl::SignatureParameter &parameter : signature.parameters) {
    outs() << "  " << parameter.name << ": " << parameter.kind;
    if (!parameter.words.empty())
      outs() << '[' << join(parameter.words, ", ") << ']';
    outs() << '\n';
  }
  SmallVector<StringRef> lines;
  layer->getDescription().trim().split(lines, '\n');
  for (StringRef line : lines)
    if (!line.trim().empty())
      outs() << "  " << line.trim() << '\n';
}

static constexpr StringLiteral kUsage = "Usage: cnnc --ops [NAME...]\n"
                                        "Prints how the operators are called, or all that is to be said of some.\n";

int cnnc::listOperators(int argc, char **argv) {
  if (argc > 2 && (StringRef(argv[2]) == "--help" || StringRef(argv[2]) == "-h")) {
    outs() << kUsage;
    return 0;
  }
  mlir::MLIRContext context;
  context.loadDialect<cnn::CnnDialect>();
  std::vector<std::string> known = dsl::Signature::names(context), wanted(argv + 2, argv + argc);
  int exitCode = 0;
  for (const std::string &name : wanted.empty() ? known : wanted) {
    if (auto signature = dsl::Signature::of(context, name)) {
      describe(*signature, !wanted.empty());
      continue;
    }
    errs() << "cnnc: --ops: no operator '" << name << "'" << dsl::suggest(name, known) << '\n';
    exitCode = 1;
  }
  return exitCode;
}
