// SPDX-License-Identifier: Apache-2.0
// Formats files one by one; a file with errors stays as it is.
#include "compiler/driver/FormatFiles.h"

#include "compiler/emit/OutputFile.h"
#include "frontends/dsl/Format.h"
#include "frontends/dsl/Parser.h"

#include "llvm/Support/raw_ostream.h"

using namespace cnnc;
using namespace llvm;

static constexpr StringLiteral kUsage = "Usage: cnnc fmt [--check] FILE...\n"
                                        "Rewrites .cnn files in the one layout; '-' goes from stdin to stdout.\n"
                                        "  --check  change nothing; fail if a file is laid out otherwise\n";

static int complain(StringRef path, const Twine &message) {
  errs() << "cnnc: " << path << ": " << message << '\n';
  return 1;
}

static int formatFile(StringRef path, bool checks) {
  auto source = dsl::Source::read(path);
  if (!source)
    return complain(path, toString(source.takeError()));
  dsl::Reporter reporter(errs());
  dsl::File file = dsl::Parser(*source, reporter).parseFile();
  if (reporter.errors())
    return 1;
  std::string text = dsl::format(file);
  if (path == "-") {
    outs() << text;
    return 0;
  }
  if (text == (*source)->text)
    return 0;
  if (checks)
    return complain(path, "is laid out otherwise than 'cnnc fmt' does");
  if (Error error = emit::writeFile(path, text))
    return complain(path, toString(std::move(error)));
  return 0;
}

int cnnc::formatFiles(int argc, char **argv) {
  bool checks = false;
  std::vector<StringRef> paths;
  for (StringRef argument : ArrayRef(argv, argc).drop_front(2)) {
    if (argument == "--help" || argument == "-h") {
      outs() << kUsage;
      return 0;
    }
    if (argument == "--check")
      checks = true;
    else
      paths.push_back(argument);
  }
  if (paths.empty()) {
    errs() << "cnnc: fmt: name the files to format (see cnnc fmt --help)\n";
    return 2;
  }
  int exitCode = 0;
  for (StringRef path : paths)
    exitCode |= formatFile(path, checks);
  return exitCode;
}
