// SPDX-License-Identifier: Apache-2.0
// How the language tells its user what is wrong: place, message, line, caret, and the way there.
#pragma once

#include "frontends/dsl/Source.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/Twine.h"

namespace cnnc::dsl {

/// Prints errors and warnings as they come, and counts them.
class Reporter {
public:
  explicit Reporter(llvm::raw_ostream &os, bool warnings = true) : os(os), warnings(warnings) {}

  /// `trace` are the enclosing calls, one a line.
  void error(Place place, const llvm::Twine &message, llvm::ArrayRef<std::string> trace = {});
  void warning(Place place, const llvm::Twine &message);

  unsigned errors() const { return count; }
  /// After so many errors no more are looked for.
  bool isFull() const { return count >= 20; }

private:
  void print(Place place, llvm::StringRef severity, const llvm::Twine &message, llvm::ArrayRef<std::string> trace);

  llvm::raw_ostream &os;
  bool warnings;
  unsigned count = 0;
};

/// The name among `names` that is at most two letters away from a misspelt one, or nothing.
std::string nearest(llvm::StringRef name, llvm::ArrayRef<std::string> names);
/// `; did you mean 'NAME'?`, or nothing.
std::string suggest(llvm::StringRef name, llvm::ArrayRef<std::string> names);

} // namespace cnnc::dsl
