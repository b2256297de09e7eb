// SPDX-License-Identifier: Apache-2.0
// `cnnc summary`: reads a network and prints what it consists of; Graphviz draws the picture.
#include "compiler/driver/Summary.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Input.h"
#include "compiler/driver/RunCommand.h"
#include "compiler/emit/OutputFile.h"

#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace cnnc;
using namespace mlir;
using llvm::Error;

static Error print(const Summary &summary, const Options &options) {
  llvm::Expected<emit::OutputFile> file = emit::OutputFile::create(options.output);
  if (!file)
    return file.takeError();
  (options.json ? printJson : printTable)(summary, file->stream());
  return file->keep();
}

static Error draw(const Summary &summary, const std::string &path) {
  llvm::ErrorOr<std::string> dot = llvm::sys::findProgramByName("dot");
  if (!dot)
    return llvm::createStringError("--svg needs the program 'dot': install the package graphviz");
  llvm::SmallString<128> graph, errors;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("cnnc", "dot", graph))
    return llvm::createStringError(error, "cannot write a temporary file: " + error.message());
  llvm::FileRemover removeGraph(graph);
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("cnnc", "txt", errors))
    return llvm::createStringError(error, "cannot write a temporary file: " + error.message());
  llvm::FileRemover removeErrors(errors);
  std::string text;
  llvm::raw_string_ostream os(text);
  printGraph(summary, os);
  if (Error error = emit::writeFile(graph, text))
    return error;

  llvm::Expected<emit::OutputFile> file = emit::OutputFile::create(path);
  if (!file)
    return file.takeError();
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(file->temporaryPath()), StringRef(errors)};
  if (path == "-")
    redirects[1] = std::nullopt;
  std::string message;
  if (llvm::sys::ExecuteAndWait(*dot, {*dot, "-Tsvg", graph}, std::nullopt, redirects, 0, 0, &message)) {
    if (auto said = llvm::MemoryBuffer::getFile(errors); said && message.empty())
      message = (*said)->getBuffer().split('\n').first.str();
    return llvm::createStringError("dot draws no picture: " + message);
  }
  return file->keep();
}

static Error run(MLIRContext &context, const Options &options) {
  FailureOr<OwningOpRef<ModuleOp>> module = readModel(context, options);
  if (failed(module))
    return reported();
  llvm::Expected<Summary> summary = Summary::of(**module, llvm::sys::path::stem(options.model));
  if (!summary)
    return summary.takeError();
  if (!options.picture.empty())
    if (Error error = draw(*summary, options.picture))
      return error;
  return print(*summary, options);
}

int cnnc::summarize(const Options &options) { return runCommand(options, "summary", run); }
