// SPDX-License-Identifier: Apache-2.0
// Context, diagnostics, progress and exit code of a command.
#include "compiler/driver/RunCommand.h"

#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Pipeline.h"
#include "compiler/driver/Progress.h"

using namespace cnnc;
using namespace mlir;

int cnnc::runCommand(const Options &options, const char *step,
                     llvm::function_ref<llvm::Error(MLIRContext &, const Options &)> body) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  DiagnosticPrinter diagnostics(context);
  Progress progress(options.model);
  progress.stage(step);
  return report(options.model, body(context, options));
}
