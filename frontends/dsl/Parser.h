// SPDX-License-Identifier: Apache-2.0
// From tokens to the tree, by recursive descent with two tokens of lookahead.
#pragma once

#include "frontends/dsl/Ast.h"

namespace cnnc::dsl {

/// Parses one file. Errors are reported, and what follows the next statement is parsed all the same;
/// the tree is whole only if none was.
class Parser {
public:
  Parser(std::shared_ptr<const Source> source, Reporter &reporter);
  File parseFile();

private:
  Parser(const Source &source, Reporter &reporter, Span part);

  // Tokens.
  const Token &peek(size_t ahead = 0) const { return tokens[std::min(index + ahead, tokens.size() - 1)]; }
  Token take() { return tokens[index < tokens.size() - 1 ? index++ : index]; }
  const Token &previous() const { return tokens[index ? index - 1 : 0]; }
  bool accept(llvm::StringRef word);
  bool expect(llvm::StringRef word);
  /// Reports what stands here instead of `wanted`.
  std::nullptr_t refuse(const llvm::Twine &wanted, const llvm::Twine &hint = "");
  std::nullptr_t fail(uint32_t offset, const llvm::Twine &message);
  bool beginsLine(size_t token) const;
  bool beginsStatement(size_t token) const;
  bool beginsDeclaration(size_t token) const;
  void recover(bool toDeclaration);
  std::string pipeHint() const;

  // Declarations and statements.
  std::optional<Decl> parseDeclaration();
  std::unique_ptr<BlockDecl> parseBlock();
  bool parseParameters(std::vector<Parameter> &parameters);
  std::optional<TypeSyntax> parseType();
  bool parseBody(Body &body, llvm::StringRef hintAtEquals = "");
  std::unique_ptr<Stmt> parseStatement();
  bool parseNames(std::vector<Name> &names);
  std::optional<Name> parseName(const llvm::Twine &wanted);
  std::unique_ptr<BindingStmt> parseBinding();
  std::unique_ptr<IfStmt> parseIf();
  std::unique_ptr<Stmt> parseFor();
  std::unique_ptr<Stmt> parsePreprocess();
  std::unique_ptr<Stmt> parseLoss();
  std::unique_ptr<Stmt> parseReturn();

  // Expressions.
  ExprPtr parseExpr();
  ExprPtr parsePipe();
  ExprPtr parseOr();
  ExprPtr parseAnd();
  ExprPtr parseNot();
  ExprPtr parseCompare();
  ExprPtr parseSum();
  ExprPtr parseProduct();
  ExprPtr parseUnary();
  ExprPtr parsePrimary();
  ExprPtr parseNumber();
  std::unique_ptr<StringExpr> parseString();
  bool parseInterpolation(StringExpr &string, size_t &at);
  std::unique_ptr<CallExpr> parseCall(bool inPipe);
  ExprPtr parseList();
  ExprPtr parseMap();
  bool parseArguments(std::vector<Argument> &arguments);
  ExprPtr binary(const Token &sign, ExprPtr left, ExprPtr right);
  ExprPtr checkDepth(ExprPtr expr, std::initializer_list<const Expr *> parts);
  /// Whether recursion may go on; it is left when the guard goes.
  struct Level {
    explicit Level(Parser &parser) : parser(parser) { ++parser.level; }
    ~Level() { --parser.level; }
    bool isTooDeep();
    Parser &parser;
  };

  std::shared_ptr<const Source> owner;
  const Source &source;
  Reporter &reporter;
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  size_t index = 0;
  unsigned level = 0;
  Span lastPipe; ///< the pipe that was parsed last
};

/// The documentation that stands right above a declaration: its lines that begin with `##`.
std::string documentationOf(const File &file, Span declaration);

} // namespace cnnc::dsl
