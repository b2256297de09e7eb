// SPDX-License-Identifier: Apache-2.0
// A file with all that it includes: the blocks and networks that its text may name.
#pragma once

#include "frontends/dsl/Ast.h"

#include "llvm/ADT/StringMap.h"

namespace cnnc::dsl {

/// A block or network, and where it is declared.
struct Declared {
  const BlockDecl *block;
  const File *file;
  unsigned order; ///< a block may use only what is declared above it
};

class Program {
public:
  /// Reads a file and what it includes, each once. Errors are reported.
  static std::unique_ptr<Program> read(llvm::StringRef path, Reporter &reporter);
  static std::unique_ptr<Program> read(std::shared_ptr<const Source> source, Reporter &reporter);

  const Declared *find(llvm::StringRef name) const;
  std::vector<std::string> names() const;
  /// Of networks, in the order of the text.
  std::vector<std::string> networks() const;
  /// The network with this name, or the last of the file that was named; null if there is none.
  const Declared *network(llvm::StringRef name) const;
  llvm::ArrayRef<std::unique_ptr<File>> files() const { return all; }

private:
  bool add(llvm::StringRef path, Reporter &reporter, Place from, llvm::StringRef shownPath);
  bool addSource(std::shared_ptr<const Source> source, Reporter &reporter);

  std::vector<std::unique_ptr<File>> all;
  llvm::StringMap<Declared> blocks;
  llvm::StringMap<bool> isRead; ///< by real path
  std::string lastName;
};

/// What `##` says above a network, or where that is nothing, above the first declaration of its file.
std::string documentationOf(const Declared &network);

/// Says that a file holds no network, or none of this name.
void reportNoNetwork(const Program &program, llvm::StringRef path, llvm::StringRef name, Reporter &reporter);

} // namespace cnnc::dsl
