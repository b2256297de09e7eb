// SPDX-License-Identifier: Apache-2.0
// Runs the network once, or twice where the number of images is open: what depends on it shows only so.
#include "frontends/dsl/Read.h"

#include "dialects/cnn/CnnDialect.h"
#include "frontends/dsl/Check.h"

using namespace llvm;

namespace cnnc::dsl {

static mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> build(mlir::MLIRContext &context,
                                                                std::unique_ptr<Program> program, StringRef path,
                                                                const NetworkOptions &options, Reporter &reporter) {
  NetworkBuilder builder(context);
  if (!program)
    return mlir::failure();
  const Declared *network = program->network(options.network);
  if (!network) {
    reportNoNetwork(*program, path, options.network, reporter);
    return mlir::failure();
  }
  check(*program, reporter);
  if (reporter.errors())
    return mlir::failure();
  Evaluator evaluator(*program, builder, context, reporter);
  if (!evaluator.run(*network, options, "main", 1))
    return mlir::failure();
  if (evaluator.hasFreeBatch()) {
    if (!evaluator.run(*network, options, cnn::CnnDialect::kTwoImages, 2))
      return mlir::failure();
    builder.get()->setAttr(cnn::CnnDialect::kFreeBatch, builder.builder().getUnitAttr());
  }
  warn(*program, context, reporter);
  SmallVector<mlir::NamedAttribute> metadata;
  auto say = [&](StringRef key, StringRef value) {
    metadata.push_back(builder.builder().getNamedAttr(key, builder.builder().getStringAttr(value)));
  };
  for (const auto &[key, value] : evaluator.metadata())
    say(key, value);
  std::string documentation = documentationOf(*network);
  if (!documentation.empty())
    say("description", StringRef(documentation).split('\n').first);
  if (!metadata.empty())
    builder.get()->setAttr("cnn.metadata", builder.builder().getDictionaryAttr(metadata));
  return builder.take();
}

mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readNetwork(mlir::MLIRContext &context, StringRef path,
                                                               const NetworkOptions &options, Reporter &reporter) {
  return build(context, Program::read(path, reporter), path, options, reporter);
}

mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readNetwork(mlir::MLIRContext &context,
                                                               std::shared_ptr<const Source> source,
                                                               const NetworkOptions &options, Reporter &reporter) {
  std::string path = source->path;
  return build(context, Program::read(std::move(source), reporter), path, options, reporter);
}

} // namespace cnnc::dsl
