// SPDX-License-Identifier: Apache-2.0
// Whatever bytes a file holds, the ONNX front end makes a module that verifies, or says one error.
#include "frontends/onnx/Importer.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

/// Attributes live as long as their context, and a new one takes long.
static constexpr int kRunsOfContext = 500;

/// A file in memory.
static std::string makeFile(const uint8_t *data, size_t size) {
  static int file = memfd_create("fuzz.onnx", 0);
  if (ftruncate(file, 0) || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    std::abort();
  return "/proc/self/fd/" + std::to_string(file);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static std::unique_ptr<MLIRContext> context;
  static int runs = 0;
  if (runs++ % kRunsOfContext == 0)
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);

  int errors = 0;
  ScopedDiagnosticHandler handler(context.get(), [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  auto module = cnnc::onnx::importOnnx(*context, makeFile(data, size));
  if (succeeded(module) ? errors != 0 || failed(verify(**module)) : errors != 1)
    std::abort();
  return 0;
}
