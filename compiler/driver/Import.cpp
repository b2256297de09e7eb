// SPDX-License-Identifier: Apache-2.0
// Prints the network of a model, and writes its weights by the paths at which the text asks for them.
#include "compiler/driver/Import.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Input.h"
#include "compiler/driver/RunCommand.h"
#include "compiler/emit/OutputFile.h"
#include "frontends/dsl/PrintNetwork.h"
#include "frontends/weights/WriteSafetensors.h"

#include "llvm/Support/Path.h"

using namespace cnnc;
using namespace mlir;
using llvm::Error;

/// Both files, or none.
static Error write(const dsl::PrintedNetwork &printed, const Options &options) {
  std::optional<emit::OutputFile> weights;
  if (!printed.weights.empty() && options.output != "-") {
    llvm::SmallString<256> beside(options.output);
    llvm::sys::path::replace_extension(beside, "safetensors");
    llvm::Expected<emit::OutputFile> file = emit::OutputFile::create(beside);
    if (!file)
      return file.takeError();
    weights.emplace(std::move(*file));
    if (Error error = weights::writeSafetensors(printed.weights, weights->stream()))
      return error;
    if (Error error = weights->flush())
      return error;
  }
  llvm::Expected<emit::OutputFile> text = emit::OutputFile::create(options.output);
  if (!text)
    return text.takeError();
  text->stream() << printed.text;
  if (Error error = text->flush())
    return error;
  if (weights)
    if (Error error = weights->keep())
      return error;
  return text->keep();
}

static Error run(MLIRContext &context, const Options &options) {
  FailureOr<OwningOpRef<ModuleOp>> module = readModel(context, options);
  if (failed(module))
    return reported();
  llvm::StringRef model = options.model;
  FailureOr<dsl::PrintedNetwork> printed =
      dsl::printNetwork(**module, {llvm::sys::path::stem(model).str(), llvm::sys::path::filename(model).str(),
                                   /*hasShortNumbers=*/model.ends_with(".onnx")});
  if (failed(printed))
    return reported();
  if (!options.quiet)
    for (const std::string &note : printed->notes)
      llvm::errs() << "cnnc: " << model << ": " << note << '\n';
  return write(*printed, options);
}

int cnnc::importModel(const Options &options) { return runCommand(options, "import", run); }
