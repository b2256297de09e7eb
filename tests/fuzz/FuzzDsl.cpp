// SPDX-License-Identifier: Apache-2.0
// Whatever text there is, reading it ends, with a module that verifies or with errors; and laying it out changes
// neither its module nor, twice, its layout.
#include "frontends/dsl/Format.h"
#include "frontends/dsl/Parser.h"
#include "frontends/dsl/Read.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace cnnc;

/// Attributes live as long as their context, and a new one takes long.
static constexpr int kRunsOfContext = 200;

static void require(bool holds, llvm::StringRef promise) {
  if (holds)
    return;
  llvm::errs() << "broken: " << promise << '\n';
  std::abort();
}

/// A file in memory.
static std::string makeFile(llvm::StringRef text) {
  static int file = memfd_create("fuzz.cnn", 0);
  require(!ftruncate(file, 0) && pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
          "there is memory for a file");
  return "/proc/self/fd/" + std::to_string(file);
}

/// The module of a text, printed, or nothing if there are errors.
static std::optional<std::string> moduleOf(mlir::MLIRContext &context, llvm::StringRef text) {
  std::string said, printed;
  llvm::raw_string_ostream os(said);
  dsl::Reporter reporter(os);
  auto module = dsl::readNetwork(context, makeFile(text), {}, reporter);
  require(succeeded(module) == (reporter.errors() == 0), "what fails says why");
  if (failed(module))
    return std::nullopt;
  require(succeeded(mlir::verify(**module)), "the module verifies");
  llvm::raw_string_ostream(printed) << **module;
  return printed;
}

/// The text laid out, or nothing if it does not parse.
static std::optional<std::string> layOut(llvm::StringRef text) {
  dsl::Reporter silent(llvm::nulls());
  auto source = std::make_shared<const dsl::Source>("fuzz.cnn", text.str());
  dsl::File file = dsl::Parser(source, silent).parseFile();
  if (silent.errors())
    return std::nullopt;
  return dsl::format(file);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<mlir::MLIRContext> context;
  static int runs = 0;
  if (runs++ % kRunsOfContext == 0)
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);

  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  std::optional<std::string> module = moduleOf(*context, text), laidOut = layOut(text);
  require(!module || laidOut, "what has a module parses");
  if (!laidOut)
    return 0;
  std::optional<std::string> again = layOut(*laidOut);
  require(again == laidOut, "what is laid out stays as it is");
  require(moduleOf(*context, *laidOut) == module, "layout changes no module");
  return 0;
}
