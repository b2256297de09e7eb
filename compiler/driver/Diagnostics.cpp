// SPDX-License-Identifier: Apache-2.0
// Takes locations apart: a NameLoc is an ONNX node, a line is one of a text file.
#include "compiler/driver/Diagnostics.h"

#include "mlir/IR/Location.h"

using namespace cnnc;
using namespace mlir;

char Reported::ID;

int cnnc::report(StringRef model, llvm::Error error) {
  if (!error)
    return 0;
  llvm::handleAllErrors(
      std::move(error), [](const Reported &) {},
      [&](const llvm::ErrorInfoBase &other) { llvm::errs() << "cnnc: " << model << ": " << other.message() << '\n'; });
  return 1;
}

std::string cnnc::describeLocation(Location location) {
  std::string node, file;
  location->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part); name && node.empty() && !name.getName().empty())
      node = name.getName().str();
    if (auto place = dyn_cast<FileLineColLoc>(part); place && file.empty()) {
      file = place.getFilename().str();
      if (place.getLine())
        file += ":" + std::to_string(place.getLine()) + ":" + std::to_string(place.getColumn());
    }
    return WalkResult::advance();
  });
  std::string text;
  if (!file.empty())
    text += file + ": ";
  if (!node.empty())
    text += "node '" + node + "': ";
  return text;
}

/// In one line: names come from the file.
static std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return text;
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext &context, bool remarks, bool warnings, llvm::raw_ostream &os)
    : handler(&context, [this, remarks, warnings, &os](Diagnostic &diagnostic) {
        DiagnosticSeverity severity = diagnostic.getSeverity();
        bool isWarning = severity == DiagnosticSeverity::Warning;
        bool isMinor = (warnings && isWarning) || (remarks && severity == DiagnosticSeverity::Remark);
        if (!isMinor && (severity != DiagnosticSeverity::Error || errors++))
          return;
        std::string message = diagnostic.str();
        message = (isWarning ? "warning: " : "") + describeLocation(diagnostic.getLocation()) + message;
        os << "cnnc: " << printable(message) << '\n';
        for (const Diagnostic &note : diagnostic.getNotes())
          os << printable(note.str()) << '\n';
      }) {
  context.printOpOnDiagnostic(false); // as a note
}
