// SPDX-License-Identifier: Apache-2.0
// Declarations and statements, and how parsing goes on behind an error.
#include "frontends/dsl/Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

Parser::Parser(const Source &source, Reporter &reporter, Span part) : source(source), reporter(reporter) {
  Lexer lexer(source, reporter, part);
  do
    tokens.push_back(lexer.next());
  while (!tokens.back().is(Token::Kind::End));
  comments = lexer.takeComments();
}

Parser::Parser(std::shared_ptr<const Source> source, Reporter &reporter)
    : Parser(*source, reporter, {0, static_cast<uint32_t>(source->text.size())}) {
  owner = std::move(source);
}

bool Parser::accept(StringRef word) {
  if (!peek().is(word))
    return false;
  take();
  return true;
}

bool Parser::expect(StringRef word) {
  if (accept(word))
    return true;
  refuse("'" + word + "'");
  return false;
}

std::nullptr_t Parser::fail(uint32_t offset, const Twine &message) {
  reporter.error({&source, offset}, message);
  return nullptr;
}

std::nullptr_t Parser::refuse(const Twine &wanted, const Twine &hint) {
  // What misses at the end of the file misses behind its last token.
  uint32_t offset = peek().is(Token::Kind::End) && index ? previous().span.end : peek().span.begin;
  return fail(offset, "expected " + wanted + ", found " + describe(peek()) + pipeHint() + hint);
}

/// A sign behind a pipe needs parentheses around the pipe; the operand is taken from the rest of the line.
std::string Parser::pipeHint() const {
  static constexpr StringLiteral kSigns[] = {"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"};
  const Token &sign = peek();
  if (!index || lastPipe.end != previous().span.end || !any_of(kSigns, [&](StringRef word) { return sign.is(word); }))
    return "";
  uint32_t end = sign.span.end;
  int open = 0;
  for (size_t i = index + 1; i < tokens.size() && !tokens[i].is(Token::Kind::End); ++i) {
    const Token &token = tokens[i];
    open += token.is("(") || token.is("[") || token.is("{");
    open -= token.is(")") || token.is("]") || token.is("}");
    if (open < 0 || (open == 0 && token.is(",")) || source.line(token.span.begin) != source.line(sign.span.begin))
      break;
    end = token.span.end;
  }
  StringRef text = source.text;
  return ("; put the pipe in parentheses: (" + text.slice(lastPipe.begin, lastPipe.end) + ") " +
          text.slice(sign.span.begin, end))
      .str();
}

bool Parser::beginsLine(size_t token) const {
  return token == 0 || source.line(tokens[token - 1].span.begin) != source.line(tokens[token].span.begin);
}

bool Parser::beginsDeclaration(size_t token) const {
  return any_of(ArrayRef<StringLiteral>{"include", "block", "network"},
                [&](StringRef word) { return tokens[token].is(word); });
}

bool Parser::beginsStatement(size_t token) const {
  if (any_of(ArrayRef<StringLiteral>{"for", "if", "preprocess", "loss", "return"},
             [&](StringRef word) { return tokens[token].is(word); }))
    return true;
  return tokens[token].is(Token::Kind::Name) && token + 1 < tokens.size() &&
         (tokens[token + 1].is("=") || tokens[token + 1].is(","));
}

/// Skips to the next statement that begins a line, or to the brace that ends the body, or, between declarations, to
/// the next one.
void Parser::recover(bool toDeclaration) {
  int open = 0;
  for (; !peek().is(Token::Kind::End); take()) {
    if (beginsLine(index) && beginsDeclaration(index))
      return;
    if (toDeclaration) {
      if (source.position(peek().span.begin).column == 1 && beginsStatement(index))
        return;
      continue;
    }
    if (open <= 0 && (peek().is("}") || (beginsLine(index) && beginsStatement(index))))
      return;
    open += peek().is("{");
    open -= peek().is("}");
  }
}

std::optional<Name> Parser::parseName(const Twine &wanted) {
  if (!peek().is(Token::Kind::Name)) {
    refuse(wanted);
    return std::nullopt;
  }
  Token token = take();
  return Name{token.text, token.span};
}

bool Parser::parseNames(std::vector<Name> &names) {
  do {
    std::optional<Name> name = parseName("a name");
    if (!name)
      return false;
    names.push_back(*name);
  } while (accept(","));
  return true;
}

std::unique_ptr<BindingStmt> Parser::parseBinding() {
  auto binding = std::make_unique<BindingStmt>();
  binding->span.begin = peek().span.begin;
  if (!parseNames(binding->names) || !expect("=") || !(binding->value = parseExpr()))
    return nullptr;
  binding->span.end = previous().span.end;
  return binding;
}

std::optional<TypeSyntax> Parser::parseType() {
  std::optional<Name> name = parseName("a type such as f32[N, 3, 224, 224]");
  if (!name)
    return std::nullopt;
  TypeSyntax type;
  type.name = *name;
  if (!accept("["))
    return type;
  type.hasSizes = true;
  do {
    type.sizes.push_back(parseExpr());
    if (!type.sizes.back())
      return std::nullopt;
  } while (accept(","));
  if (!expect("]"))
    return std::nullopt;
  return type;
}

bool Parser::parseParameters(std::vector<Parameter> &parameters) {
  if (!expect("("))
    return false;
  while (!peek().is(")")) {
    Parameter parameter;
    std::optional<Name> name = parseName("the name of a parameter");
    if (!name)
      return false;
    parameter.name = *name;
    if (accept(":") && !(parameter.type = parseType()))
      return false;
    if (accept("=") && !(parameter.value = parseExpr()))
      return false;
    parameters.push_back(std::move(parameter));
    if (!accept(","))
      break;
  }
  if (accept(")"))
    return true;
  refuse("',' or ')'");
  return false;
}

bool Parser::parseBody(Body &body, StringRef hintAtEquals) {
  Level deeper(*this);
  if (deeper.isTooDeep())
    return false;
  Token open = peek();
  body.span.begin = open.span.begin;
  if (!accept("{")) {
    refuse("'{'", peek().is("=") ? hintAtEquals : "");
    return false;
  }
  while (!peek().is("}")) {
    bool isCut = beginsDeclaration(index) && beginsLine(index);
    if (peek().is(Token::Kind::End) || isCut) {
      uint32_t offset = isCut ? peek().span.begin : previous().span.end;
      fail(offset, "the '{' of line " + Twine(source.line(open.span.begin)) + " is not closed");
      return false;
    }
    if (std::unique_ptr<Stmt> statement = parseStatement())
      body.statements.push_back(std::move(statement));
    else
      recover(/*toDeclaration=*/false);
  }
  body.span.end = take().span.end;
  return true;
}

std::unique_ptr<Stmt> Parser::parseStatement() {
  if (peek().is("for"))
    return parseFor();
  if (peek().is("if"))
    return parseIf();
  if (peek().is("preprocess"))
    return parsePreprocess();
  if (peek().is("loss"))
    return parseLoss();
  if (peek().is("return"))
    return parseReturn();
  if (beginsStatement(index))
    return parseBinding();
  // A statement ends where the next begins: what stands here belongs to neither.
  bool behindPipe = index && lastPipe.end == previous().span.end;
  refuse(behindPipe ? "'|>' or a new statement" : "a statement such as 'y = …'");
  take();
  return nullptr;
}

std::unique_ptr<Stmt> Parser::parseFor() {
  auto loop = std::make_unique<ForStmt>();
  loop->span.begin = take().span.begin;
  if (!parseNames(loop->names) || !expect("in") || !(loop->list = parseExpr()) || !parseBody(loop->body))
    return nullptr;
  loop->span.end = previous().span.end;
  return loop;
}

std::unique_ptr<IfStmt> Parser::parseIf() {
  Level deeper(*this);
  if (deeper.isTooDeep())
    return nullptr;
  auto branch = std::make_unique<IfStmt>();
  branch->span.begin = take().span.begin;
  if (!(branch->condition = parseExpr()) || !parseBody(branch->yes, "; '==' compares"))
    return nullptr;
  if (accept("else")) {
    if (peek().is("if")) {
      if (!(branch->elseIf = parseIf()))
        return nullptr;
    } else if (!parseBody(branch->no.emplace()))
      return nullptr;
  }
  branch->span.end = previous().span.end;
  return branch;
}

std::unique_ptr<Stmt> Parser::parsePreprocess() {
  auto statement = std::make_unique<PreprocessStmt>();
  statement->span.begin = take().span.begin;
  std::optional<Name> name = parseName("the name of an input");
  if (!name || !parseArguments(statement->arguments))
    return nullptr;
  statement->input = *name;
  statement->span.end = previous().span.end;
  return statement;
}

std::unique_ptr<Stmt> Parser::parseLoss() {
  auto statement = std::make_unique<LossStmt>();
  statement->span.begin = take().span.begin;
  if (!parseParameters(statement->parameters) || !expect("=") || !(statement->value = parseExpr()))
    return nullptr;
  statement->span.end = previous().span.end;
  return statement;
}

std::unique_ptr<Stmt> Parser::parseReturn() {
  auto statement = std::make_unique<ReturnStmt>();
  statement->span.begin = take().span.begin;
  do {
    ReturnStmt::Item item;
    if (peek().is(Token::Kind::Name) && peek(1).is("=")) {
      item.name = *parseName("");
      take();
    }
    if (!(item.value = parseExpr()))
      return nullptr;
    statement->items.push_back(std::move(item));
  } while (accept(","));
  statement->span.end = previous().span.end;
  return statement;
}

std::unique_ptr<BlockDecl> Parser::parseBlock() {
  auto block = std::make_unique<BlockDecl>();
  Token keyword = take();
  block->span.begin = keyword.span.begin;
  block->isNetwork = keyword.is("network");
  std::optional<Name> name = parseName(block->isNetwork ? "the name of the network" : "the name of the block");
  if (!name || !parseParameters(block->parameters))
    return nullptr;
  block->name = *name;
  if (!block->isNetwork && accept("=")) {
    if (!(block->value = parseExpr()))
      return nullptr;
  } else if (!block->isNetwork && !peek().is("{"))
    return refuse("'{' or '='");
  else if (!parseBody(block->body, "; a network has a body, which returns its outputs"))
    return nullptr;
  block->span.end = previous().span.end;
  return block;
}

std::optional<Decl> Parser::parseDeclaration() {
  Decl decl;
  if (peek().is("include")) {
    decl.include = std::make_unique<IncludeDecl>();
    decl.include->span.begin = take().span.begin;
    decl.include->path = peek();
    if (!peek().is(Token::Kind::String)) {
      refuse("the file to include, in double quotes");
      return std::nullopt;
    }
    decl.include->span.end = take().span.end;
  } else if (peek().is("block") || peek().is("network")) {
    if (!(decl.block = parseBlock()))
      return std::nullopt;
  } else if (beginsStatement(index) && peek().is(Token::Kind::Name)) {
    if (!(decl.constant = parseBinding()))
      return std::nullopt;
  } else {
    bool behindPipe = index && lastPipe.end == previous().span.end;
    refuse(behindPipe ? "'|>' or a new declaration" : "include, block, network or a constant");
    take();
    return std::nullopt;
  }
  return decl;
}

File Parser::parseFile() {
  File file;
  while (!peek().is(Token::Kind::End) && !reporter.isFull()) {
    if (std::optional<Decl> decl = parseDeclaration())
      file.declarations.push_back(std::move(*decl));
    else
      recover(/*toDeclaration=*/true);
  }
  file.source = owner;
  file.comments = std::move(comments);
  return file;
}

std::string documentationOf(const File &file, Span declaration) {
  unsigned line = file.source->line(declaration.begin);
  std::string text;
  for (const Comment &comment : reverse(file.comments)) {
    if (comment.span.begin > declaration.begin)
      continue;
    if (!comment.isDocumentation() || file.source->line(comment.span.begin) != line - 1)
      break;
    --line;
    text = comment.text.drop_front(2).trim().str() + (text.empty() ? "" : "\n") + text;
  }
  return text;
}

} // namespace cnnc::dsl
