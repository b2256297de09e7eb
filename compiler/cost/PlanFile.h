// SPDX-License-Identifier: Apache-2.0
// Measured plans of a network as a text file that one commits:
//
//     cnnc-plans x86-64-v4 on zen4
//     /conv1/Conv, /relu/Relu | 1x3x224x224 -> 1x64x112x112 | direct merge=1 order=rows tile=14x32
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace cnnc {

/// A place in a plan file that says nothing, and why.
struct PlanFileError : llvm::ErrorInfo<PlanFileError> {
  static char ID;
  unsigned line;
  std::string reason;
  PlanFileError(unsigned line, std::string reason) : line(line), reason(std::move(reason)) {}
  void log(llvm::raw_ostream &os) const override { os << reason; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }
};

struct PlanFile {
  struct Entry {
    std::string layer, plan; ///< nodes | shapes, and what --emit=plans prints for them
  };
  std::string target; ///< as Target::describe() says it
  std::vector<Entry> entries;

  static llvm::Expected<PlanFile> read(llvm::StringRef path);
  void write(llvm::raw_ostream &os) const;
};

} // namespace cnnc
