// SPDX-License-Identifier: Apache-2.0
// From text to tokens.
#pragma once

#include "frontends/dsl/Reporter.h"

namespace cnnc::dsl {

struct Token {
  enum class Kind { End, Name, Keyword, Int, Float, String, Sign };
  Kind kind = Kind::End;
  llvm::StringRef text; ///< of a string, without its quotes
  Span span;

  bool is(Kind wanted) const { return kind == wanted; }
  /// Whether it is this keyword or sign.
  bool is(llvm::StringRef word) const { return (kind == Kind::Keyword || kind == Kind::Sign) && text == word; }
};

/// From `#` to the end of the line.
struct Comment {
  Span span;
  llvm::StringRef text;
  bool isDocumentation() const { return text.starts_with("##"); }
};

/// Cuts one file, or the part of it between two offsets.
class Lexer {
public:
  Lexer(const Source &source, Reporter &reporter, Span part)
      : source(source), reporter(reporter), at(part.begin), end(part.end) {}

  /// The next token; characters that begin none are reported and left out.
  Token next();
  std::vector<Comment> takeComments() { return std::move(comments); }

private:
  llvm::StringRef rest() const { return llvm::StringRef(source.text).slice(at, end); }
  void skipSpace();
  Token take(Token::Kind kind, size_t length);
  Token number();
  Token string();

  const Source &source;
  Reporter &reporter;
  uint32_t at, end;
  std::vector<Comment> comments;
};

bool isKeyword(llvm::StringRef name);
/// A token as messages name it.
std::string describe(const Token &token);

} // namespace cnnc::dsl
