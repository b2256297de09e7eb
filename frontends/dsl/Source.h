// SPDX-License-Identifier: Apache-2.0
// The text of a .cnn file, and places in it.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace cnnc::dsl {

/// A line and a column, counted from 1; columns count characters, not bytes.
struct Position {
  unsigned line, column;
};

/// A file that was read.
class Source {
public:
  Source(std::string path, std::string text);
  static llvm::Expected<std::shared_ptr<const Source>> read(llvm::StringRef path);

  const std::string path, text;

  Position position(uint32_t offset) const;
  unsigned line(uint32_t offset) const;
  /// The line with this number, without its end.
  llvm::StringRef lineText(unsigned line) const;

private:
  std::vector<uint32_t> starts; ///< of the lines
};

/// From the first character to behind the last.
struct Span {
  uint32_t begin = 0, end = 0;
};

/// A place in a file.
struct Place {
  const Source *source = nullptr;
  uint32_t offset = 0;
  /// `path:line:column`.
  std::string text() const;
};

} // namespace cnnc::dsl
