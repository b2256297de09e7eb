// SPDX-License-Identifier: Apache-2.0
// Writes a text in its one layout, expression by expression and statement by statement.
#pragma once

#include "frontends/dsl/FlatText.h"

#include "llvm/ADT/STLExtras.h"

namespace cnnc::dsl {

constexpr unsigned kWidth = 120;
/// In columns: characters, not bytes.
inline unsigned width(llvm::StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

class Formatter {
public:
  explicit Formatter(const File &file) : file(file), text(file.source->text), isPlaced(file.comments.size()) {}
  std::string run();

private:
  // Writing.
  void write(llvm::StringRef piece);
  void newLine(unsigned indent);
  bool fits(llvm::StringRef piece, unsigned tail) const { return column + width(piece) + tail <= kWidth; }

  // Comments.
  template <typename Function>
  void forComments(uint32_t begin, uint32_t end, Function f);
  bool hasComments(uint32_t begin, uint32_t end) const;
  bool isSameLine(uint32_t a, uint32_t b) const { return file.source->line(a) == file.source->line(b); }
  /// Begins the line of what stands at `begin`; a blank line before it stays.
  void beginLine(uint32_t begin, unsigned indent);
  void writeComments(uint32_t until, unsigned indent);
  void beginElement(uint32_t begin, unsigned indent);
  void endElement(uint32_t end, uint32_t limit);

  // Expressions. `tail` characters follow on the last line.
  bool isBroken(const Expr &expr) const;
  bool linesFit(const Expr &expr, unsigned tail) const;
  void writeExpr(const Expr &expr, unsigned tail, Strength least = Strength::If);
  void writePipe(const PipeExpr &pipe, unsigned tail);
  void writeCall(const CallExpr &call, unsigned tail);
  template <typename Items, typename Flat, typename Write>
  void writeItems(char open, const Items &items, char close, Span span, unsigned tail, Flat flatItem, Write writeItem);
  void writeArguments(const std::vector<Argument> &arguments, Span span, unsigned tail);
  void writeParameters(const std::vector<Parameter> &parameters, Span span, unsigned tail);
  void writeValue(const Expr &value, unsigned indent);

  // Statements.
  void writeBody(const Body &body, unsigned indent, bool inOneLine);
  bool staysOnLine(const Body &body) const;
  void writeStatement(const Stmt &stmt, unsigned indent);
  void writeIf(const IfStmt &stmt, unsigned indent, bool inOneLine);
  bool fitsLine(const IfStmt &stmt) const;
  void writeBlock(const BlockDecl &block);

  const File &file;
  llvm::StringRef text;
  std::string out;
  unsigned column = 0, lineIndent = 0;
  uint32_t lastBegin = 0, lastEnd = 0; ///< of the element that was written last
  bool isFirst = true;                 ///< nothing stands before in the body
  std::vector<bool> isPlaced;          ///< the comments that were written
};

template <typename Function>
void Formatter::forComments(uint32_t begin, uint32_t end, Function f) {
  auto first = llvm::partition_point(file.comments, [&](const Comment &comment) { return comment.span.begin < begin; });
  for (auto it = first; it != file.comments.end() && it->span.begin < end; ++it) {
    size_t index = it - file.comments.begin();
    if (isPlaced[index])
      continue;
    isPlaced[index] = true;
    f(*it);
  }
}

} // namespace cnnc::dsl
