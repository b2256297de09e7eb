// SPDX-License-Identifier: Apache-2.0
// Cuts text into names, numbers, strings and signs.
#include "frontends/dsl/Lexer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

static constexpr StringLiteral kKeywords[] = {"include", "block", "network", "for",  "if",         "then",
                                              "else",    "in",    "return",  "loss", "preprocess", "reuse",
                                              "and",     "or",    "not",     "true", "false"};
/// Longer ones before those that they begin with.
static constexpr StringLiteral kSigns[] = {"|>", "==", "!=", "<=", ">=", "<", ">", "=", "+", "-", "*",
                                           "/",  "%",  "(",  ")",  "[",  "]", "{", "}", ",", ":"};

bool isKeyword(StringRef name) { return is_contained(kKeywords, name); }
static bool beginsName(char c) { return isAlpha(c) || c == '_'; }
static bool inName(char c) { return isAlnum(c) || c == '_'; }

void Lexer::skipSpace() {
  while (at < end) {
    StringRef left = rest();
    size_t spaces = left.find_first_not_of(" \t\r\n");
    at += std::min(spaces, left.size());
    left = rest();
    if (!left.starts_with("#"))
      return;
    StringRef comment = left.take_until([](char c) { return c == '\n'; });
    uint32_t begin = at;
    at += comment.size();
    comments.push_back({{begin, at}, comment.rtrim()});
  }
}

Token Lexer::take(Token::Kind kind, size_t length) {
  Token token{kind, rest().take_front(length), {at, at + static_cast<uint32_t>(length)}};
  at += length;
  return token;
}

Token Lexer::number() {
  StringRef left = rest();
  size_t length = left.find_if_not(isDigit);
  length = std::min(length, left.size());
  bool isFloat = false;
  if (left.size() > length + 1 && left[length] == '.' && isDigit(left[length + 1])) {
    isFloat = true;
    length = std::min(left.find_if_not(isDigit, length + 1), left.size());
  }
  if (left.size() > length && (left[length] == 'e' || left[length] == 'E')) {
    size_t digits = length + 1;
    if (digits < left.size() && (left[digits] == '+' || left[digits] == '-'))
      ++digits;
    if (digits < left.size() && isDigit(left[digits])) {
      isFloat = true;
      length = std::min(left.find_if_not(isDigit, digits), left.size());
    }
  }
  return take(isFloat ? Token::Kind::Float : Token::Kind::Int, length);
}

Token Lexer::string() {
  StringRef left = rest().drop_front();
  size_t length = 0;
  while (length < left.size() && left[length] != '"' && left[length] != '\n')
    length += left[length] == '\\' ? 2 : 1;
  length = std::min(length, left.size());
  bool isClosed = length < left.size() && left[length] == '"';
  if (!isClosed)
    reporter.error({&source, at}, "this string is not closed on its line");
  Token token{Token::Kind::String, left.take_front(length), {at, at + static_cast<uint32_t>(length + 1 + isClosed)}};
  at = token.span.end;
  return token;
}

Token Lexer::next() {
  for (;;) {
    skipSpace();
    if (at >= end)
      return {Token::Kind::End, "", {end, end}};
    StringRef left = rest();
    if (beginsName(left[0])) {
      StringRef name = left.take_while(inName);
      return take(isKeyword(name) ? Token::Kind::Keyword : Token::Kind::Name, name.size());
    }
    if (isDigit(left[0]))
      return number();
    if (left[0] == '"')
      return string();
    for (StringRef sign : kSigns)
      if (left.starts_with(sign))
        return take(Token::Kind::Sign, sign.size());
    // A character of several bytes is one mistake.
    size_t length = 1;
    while (length < left.size() && (left[length] & 0xc0) == 0x80)
      ++length;
    bool isText = isPrint(left[0]) || length > 1;
    reporter.error({&source, at}, isText ? "'" + left.take_front(length) + "' begins no word, number or sign"
                                         : Twine("this character begins no word, number or sign"));
    at += length;
    if (reporter.isFull())
      at = end;
  }
}

std::string describe(const Token &token) {
  switch (token.kind) {
  case Token::Kind::End:
    return "the end of the file";
  case Token::Kind::String:
    return "the string \"" + token.text.str() + "\"";
  default:
    return "'" + token.text.str() + "'";
  }
}

} // namespace cnnc::dsl
