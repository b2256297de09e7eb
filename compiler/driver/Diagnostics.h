// SPDX-License-Identifier: Apache-2.0
// How cnnc tells its user what is wrong: one line with file, node and reason.
#pragma once

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <string>

namespace cnnc {

/// `file: node 'name': ` as far as the location knows them; `file:line:column: ` within a text file.
std::string describeLocation(mlir::Location location);

/// What was printed where it was found, and needs no further line.
struct Reported : llvm::ErrorInfo<Reported> {
  static char ID;
  void log(llvm::raw_ostream &) const override {}
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }
};
inline llvm::Error reported() { return llvm::make_error<Reported>(); }

/// The exit code that an error leads to, which is printed with the name of the model if it was not before.
int report(llvm::StringRef model, llvm::Error error);

/// Prints the first error of a context in one line, with its notes, and nothing of what follows from it; remarks and
/// warnings if they are wanted.
class DiagnosticPrinter {
public:
  explicit DiagnosticPrinter(mlir::MLIRContext &context, bool remarks = false, bool warnings = true,
                             llvm::raw_ostream &os = llvm::errs());
  bool sawError() const { return errors != 0; }

private:
  std::atomic<unsigned> errors = 0;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace cnnc
