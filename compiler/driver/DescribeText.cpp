// SPDX-License-Identifier: Apache-2.0
// Inputs and parameters stand as they are written; outputs as they follow from the defaults, -D and --shape.
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
/// `f32[N, 3, 224, 224]`.
std::string typeOf(const dsl::File &file, const dsl::TypeSyntax &type) {
  auto sizes = map_range(type.sizes, [&](const dsl::ExprPtr &size) { return file.textOf(size->span).str(); });
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

void printOutputs(const dsl::Declared &network, const Options &options, bool isChosen) {
  mlir::MLIRContext context;
  std::string said;
  raw_string_ostream os(said);
  dsl::Reporter reporter(os, /*warnings=*/false);
  dsl::NetworkOptions values{network.block->name.text.str(), {}, {}};
  if (isChosen)
    values.parameters = options.parameters, values.shapes = options.shapes;
  auto module = dsl::readNetwork(context, options.model, values, reporter);
  if (failed(module)) {
    outs() << "  outputs are not known: " << StringRef(said).split('\n').first << '\n';
    return;
  }
  std::string batch;
  if ((**module)->hasAttr(cnn::CnnDialect::kFreeBatch))
    for (const dsl::Parameter &parameter : reverse(network.block->parameters))
      if (parameter.type && !parameter.type->sizes.empty())
        batch = network.file->textOf(parameter.type->sizes.front()->span).str();
  outs() << "  outputs\n";
  auto main = (**module).lookupSymbol<mlir::func::FuncOp>("main");
  for (auto [i, type] : enumerate(main.getResultTypes()))
    outs() << "    " << main.getResultAttrOfType<mlir::StringAttr>(i, cnn::CnnDialect::kName).getValue() << ": "
           << typeOf(type, batch) << '\n';
}

void print(const dsl::Declared &network, const Options &options, bool isChosen) {
  const dsl::File &file = *network.file;
  outs() << "network " << network.block->name.text << '\n';
  std::string documentation = dsl::documentationOf(network);
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
             << parameter.name.text << " = " << file.textOf(parameter.value->span) << '\n';
    }
  printOutputs(network, options, isChosen);
}
} // namespace

int cnnc::describeText(const Options &options) {
  dsl::Reporter reporter(errs());
  std::unique_ptr<dsl::Program> program = dsl::Program::read(options.model, reporter);
  if (!program || reporter.errors())
    return 1;
  const dsl::Declared *chosen = program->network(options.network);
  if (!chosen) {
    dsl::reportNoNetwork(*program, options.model, options.network, reporter);
    return 1;
  }
  bool isFirst = true;
  for (const std::string &name : program->networks()) {
    const dsl::Declared *network = program->find(name);
    if (network != chosen && !options.network.empty())
      continue;
    outs() << (std::exchange(isFirst, false) ? "" : "\n");
    print(*network, options, network == chosen);
  }
  return 0;
}
