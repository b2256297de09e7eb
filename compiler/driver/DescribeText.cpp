// SPDX-License-Identifier: Apache-2.0
// Inputs and parameters are shown as they are written; outputs as they follow from the defaults.
#include "compiler/driver/DescribeText.h"

#include "dialects/cnn/CnnDialect.h"
#include "dialects/cnn/ops/Infer.h"
#include "frontends/dsl/Parser.h"
#include "frontends/dsl/Read.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <utility>

using namespace cnnc;
using namespace llvm;

namespace {
StringRef textOf(const dsl::File &file, dsl::Span span) {
  return StringRef(file.source->text).slice(span.begin, span.end);
}

/// `f32[N, 3, 224, 224]`.
std::string typeOf(const dsl::File &file, const dsl::TypeSyntax &type) {
  auto sizes = map_range(type.sizes, [&](const dsl::ExprPtr &size) { return textOf(file, size->span).str(); });
  return type.name.text.str() + (type.hasSizes ? "[" + join(sizes, ", ") + "]" : "");
}

/// Of a result that the defaults lead to; the first size is that of the batch, if it is free.
std::string typeOf(mlir::Type type, StringRef batch) {
  std::string text;
  raw_string_ostream os(text);
  auto tensor = cast<mlir::RankedTensorType>(type);
  os << tensor.getElementType() << '[';
  for (auto [i, size] : enumerate(tensor.getShape()))
    os << (i ? ", " : "") << (i == 0 && !batch.empty() ? batch.str() : std::to_string(size));
  return text + "]";
}

void printOutputs(StringRef path, const dsl::Declared &network) {
  mlir::MLIRContext context;
  dsl::Reporter silent(nulls(), /*warnings=*/false);
  auto module = dsl::readNetwork(context, path, {network.block->name.text.str(), {}, {}}, silent);
  if (failed(module)) {
    outs() << "  outputs depend on sizes or parameters without a default: see cnnc summary, with --shape and -D\n";
    return;
  }
  std::string batch;
  if ((**module)->hasAttr(cnn::CnnDialect::kFreeBatch))
    for (const dsl::Parameter &parameter : reverse(network.block->parameters))
      if (parameter.type && !parameter.type->sizes.empty())
        batch = textOf(*network.file, parameter.type->sizes.front()->span).str();
  outs() << "  outputs\n";
  auto main = (**module).lookupSymbol<mlir::func::FuncOp>("main");
  for (auto [i, type] : enumerate(main.getResultTypes()))
    outs() << "    " << main.getResultAttrOfType<mlir::StringAttr>(i, cnn::CnnDialect::kName).getValue() << ": "
           << typeOf(type, batch) << '\n';
}

void print(StringRef path, const dsl::Declared &network) {
  const dsl::File &file = *network.file;
  outs() << "network " << network.block->name.text << '\n';
  std::string documentation = dsl::documentationOf(file, network.block->span);
  if (documentation.empty()) // then the file begins with what is said of it
    documentation = dsl::documentationOf(file, file.declarations.front().span());
  SmallVector<StringRef> lines;
  StringRef(documentation).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines)
    outs() << "  " << line << '\n';
  outs() << "  inputs\n";
  for (const dsl::Parameter &parameter : network.block->parameters)
    if (parameter.type)
      outs() << "    " << parameter.name.text << ": " << typeOf(file, *parameter.type) << '\n';
  bool isFirst = true;
  for (const dsl::Parameter &parameter : network.block->parameters)
    if (!parameter.type && parameter.value) {
      outs() << (std::exchange(isFirst, false) ? "  parameters, for -D NAME=VALUE\n" : "") << "    "
             << parameter.name.text << " = " << textOf(file, parameter.value->span) << '\n';
    }
  printOutputs(path, network);
}
} // namespace

int cnnc::describeText(StringRef path) {
  dsl::Reporter reporter(errs());
  std::unique_ptr<dsl::Program> program = dsl::Program::read(path, reporter);
  if (!program || reporter.errors())
    return 1;
  bool isFirst = true;
  for (const std::unique_ptr<dsl::File> &file : program->files())
    for (const dsl::Decl &declaration : file->declarations)
      if (declaration.block && declaration.block->isNetwork) {
        outs() << (std::exchange(isFirst, false) ? "" : "\n");
        print(path, *program->find(declaration.block->name.text));
      }
  if (isFirst)
    errs() << "cnnc: " << path << ": holds no network\n";
  return isFirst;
}
