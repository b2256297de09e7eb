// SPDX-License-Identifier: Apache-2.0
// Expressions, from the weakest operator to the strongest.
#include "frontends/dsl/Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

bool Parser::Level::isTooDeep() {
  if (parser.level <= kMostLevels)
    return false;
  parser.fail(parser.peek().span.begin, "nested more than " + Twine(kMostLevels) + " levels deep");
  // Nothing that could follow makes sense.
  parser.index = parser.tokens.size() - 1;
  return true;
}

/// Trees that grow to the left need no recursion to parse, but to walk.
ExprPtr Parser::checkDepth(ExprPtr expr, std::initializer_list<const Expr *> parts) {
  for (const Expr *part : parts)
    expr->depth = std::max(expr->depth, part->depth + 1);
  if (expr->depth > kMostLevels)
    return fail(expr->span.begin, "nested more than " + Twine(kMostLevels) + " levels deep");
  return expr;
}

ExprPtr Parser::binary(const Token &sign, ExprPtr left, ExprPtr right) {
  auto expr = std::make_unique<BinaryExpr>(Span{left->span.begin, right->span.end});
  const Expr *parts[] = {left.get(), right.get()};
  expr->sign = sign;
  expr->left = std::move(left);
  expr->right = std::move(right);
  return checkDepth(std::move(expr), {parts[0], parts[1]});
}

ExprPtr Parser::parseExpr() {
  Level deeper(*this);
  if (deeper.isTooDeep())
    return nullptr;
  if (!peek().is("if"))
    return parsePipe();
  auto expr = std::make_unique<IfExpr>(Span{take().span.begin, 0});
  if (!(expr->condition = parseExpr()))
    return nullptr;
  if (!accept("then"))
    return refuse("'then'");
  if (!(expr->yes = parseExpr()))
    return nullptr;
  if (!accept("else"))
    return refuse("'else'");
  if (!(expr->no = parseExpr()))
    return nullptr;
  expr->span.end = previous().span.end;
  const Expr *parts[] = {expr->condition.get(), expr->yes.get(), expr->no.get()};
  return checkDepth(std::move(expr), {parts[0], parts[1], parts[2]});
}

ExprPtr Parser::parsePipe() {
  ExprPtr head = parseOr();
  if (!head || !peek().is("|>"))
    return head;
  auto pipe = std::make_unique<PipeExpr>(head->span);
  pipe->depth = head->depth + 1;
  pipe->head = std::move(head);
  while (peek().is("|>")) {
    uint32_t sign = take().span.begin;
    std::unique_ptr<CallExpr> call = parseCall(/*inPipe=*/true);
    if (!call)
      return nullptr;
    pipe->depth = std::max(pipe->depth, call->depth + 1);
    pipe->stages.push_back({sign, std::move(call)});
  }
  pipe->span.end = previous().span.end;
  lastPipe = pipe->span;
  return checkDepth(std::move(pipe), {});
}

ExprPtr Parser::parseOr() {
  ExprPtr left = parseAnd();
  while (left && peek().is("or")) {
    Token sign = take();
    ExprPtr right = parseAnd();
    left = right ? binary(sign, std::move(left), std::move(right)) : nullptr;
  }
  return left;
}

ExprPtr Parser::parseAnd() {
  ExprPtr left = parseNot();
  while (left && peek().is("and")) {
    Token sign = take();
    ExprPtr right = parseNot();
    left = right ? binary(sign, std::move(left), std::move(right)) : nullptr;
  }
  return left;
}

ExprPtr Parser::parseNot() {
  if (!peek().is("not"))
    return parseCompare();
  Level deeper(*this);
  if (deeper.isTooDeep())
    return nullptr;
  Token sign = take();
  auto expr = std::make_unique<UnaryExpr>(sign.span);
  expr->sign = sign;
  if (!(expr->operand = parseNot()))
    return nullptr;
  expr->span.end = expr->operand->span.end;
  const Expr *operand = expr->operand.get();
  return checkDepth(std::move(expr), {operand});
}

ExprPtr Parser::parseCompare() {
  ExprPtr left = parseSum();
  auto isComparison = [](const Token &token) {
    return any_of(ArrayRef<StringLiteral>{"==", "!=", "<", "<=", ">", ">="},
                  [&](StringRef sign) { return token.is(sign); });
  };
  if (!left || !isComparison(peek()))
    return left;
  Token sign = take();
  ExprPtr right = parseSum();
  if (!right)
    return nullptr;
  if (isComparison(peek()))
    return fail(peek().span.begin, "comparisons do not follow each other; join them with and");
  return binary(sign, std::move(left), std::move(right));
}

ExprPtr Parser::parseSum() {
  ExprPtr left = parseProduct();
  while (left && (peek().is("+") || peek().is("-"))) {
    Token sign = take();
    ExprPtr right = parseProduct();
    left = right ? binary(sign, std::move(left), std::move(right)) : nullptr;
  }
  return left;
}

ExprPtr Parser::parseProduct() {
  ExprPtr left = parseUnary();
  while (left && (peek().is("*") || peek().is("/") || peek().is("%"))) {
    Token sign = take();
    ExprPtr right = parseUnary();
    left = right ? binary(sign, std::move(left), std::move(right)) : nullptr;
  }
  return left;
}

ExprPtr Parser::parseUnary() {
  Level deeper(*this);
  if (deeper.isTooDeep())
    return nullptr;
  if (peek().is("-")) {
    Token sign = take();
    auto expr = std::make_unique<UnaryExpr>(sign.span);
    expr->sign = sign;
    if (!(expr->operand = parseUnary()))
      return nullptr;
    expr->span.end = expr->operand->span.end;
    const Expr *operand = expr->operand.get();
    return checkDepth(std::move(expr), {operand});
  }
  ExprPtr base = parsePrimary();
  while (base && accept("[")) {
    auto expr = std::make_unique<IndexExpr>(base->span);
    expr->base = std::move(base);
    if (!(expr->index = parseExpr()) || !expect("]"))
      return nullptr;
    expr->span.end = previous().span.end;
    const Expr *parts[] = {expr->base.get(), expr->index.get()};
    base = checkDepth(std::move(expr), {parts[0], parts[1]});
  }
  return base;
}

ExprPtr Parser::parsePrimary() {
  const Token &token = peek();
  bool isLabel = (token.is(Token::Kind::Name) || token.is(Token::Kind::String)) && peek(1).is(":");
  if (isLabel || token.is("reuse") || (token.is(Token::Kind::Name) && peek(1).is("(")))
    return parseCall(/*inPipe=*/false);
  if (token.is(Token::Kind::Int) || token.is(Token::Kind::Float))
    return parseNumber();
  if (token.is(Token::Kind::String))
    return parseString();
  if (token.is("true") || token.is("false")) {
    auto expr = std::make_unique<BoolExpr>(token.span);
    expr->value = take().is("true");
    return expr;
  }
  if (token.is(Token::Kind::Name)) {
    auto expr = std::make_unique<NameExpr>(token.span);
    expr->name = take().text;
    return expr;
  }
  if (token.is("["))
    return parseList();
  if (token.is("{"))
    return parseMap();
  if (!accept("("))
    return refuse("a value");
  ExprPtr inner = parseExpr();
  return inner && expect(")") ? std::move(inner) : nullptr;
}

ExprPtr Parser::parseNumber() {
  Token token = take();
  auto expr = std::make_unique<NumberExpr>(token.span);
  expr->text = token.text;
  expr->isFloat = token.is(Token::Kind::Float);
  if (expr->isFloat) {
    if (token.text.getAsDouble(expr->number) || !std::isfinite(expr->number))
      return fail(token.span.begin, token.text + " is beyond the floats of 64 bits");
  } else if (token.text.getAsInteger(10, expr->integer))
    return fail(token.span.begin, token.text + " is beyond the ints of 64 bits");
  return expr;
}

/// The expression in braces that begins at `at` in the raw text; leaves `at` behind its brace.
bool Parser::parseInterpolation(StringExpr &string, size_t &at) {
  size_t close = at + 1;
  for (int open = 1; close < string.raw.size(); ++close) {
    open += string.raw[close] == '{';
    open -= string.raw[close] == '}';
    if (open == 0)
      break;
  }
  uint32_t first = string.span.begin + 1;
  if (close == string.raw.size()) {
    fail(first + at, "this '{' is not closed; write '\\{' for the character");
    return false;
  }
  Parser inner(source, reporter, {static_cast<uint32_t>(first + at + 1), static_cast<uint32_t>(first + close)});
  inner.level = level + 1;
  ExprPtr value = inner.parseExpr();
  if (!value)
    return false;
  if (!inner.peek().is(Token::Kind::End)) {
    inner.refuse("'}'");
    return false;
  }
  string.depth = std::max(string.depth, value->depth + 1);
  string.parts.push_back({"", std::move(value)});
  at = close + 1;
  return true;
}

std::unique_ptr<StringExpr> Parser::parseString() {
  Token token = take();
  auto expr = std::make_unique<StringExpr>(token.span);
  expr->raw = token.text;
  std::string text;
  for (size_t at = 0; at < expr->raw.size();) {
    char c = expr->raw[at];
    if (c == '\\') {
      char escaped = at + 1 < expr->raw.size() ? expr->raw[at + 1] : ' ';
      if (!StringRef("\"\\{").contains(escaped))
        return fail(token.span.begin + 1 + at, "strings know the escapes \\\", \\\\ and \\{");
      text += escaped;
      at += 2;
    } else if (c == '{') {
      expr->parts.push_back({std::move(text), nullptr});
      text.clear();
      if (!parseInterpolation(*expr, at))
        return nullptr;
    } else {
      text += c;
      ++at;
    }
  }
  expr->parts.push_back({std::move(text), nullptr});
  if (expr->depth > kMostLevels)
    return fail(token.span.begin, "nested more than " + Twine(kMostLevels) + " levels deep");
  return expr;
}

std::unique_ptr<CallExpr> Parser::parseCall(bool inPipe) {
  auto call = std::make_unique<CallExpr>(Span{peek().span.begin, 0});
  if (peek(1).is(":")) {
    if (peek().is(Token::Kind::String)) {
      call->label.isQuoted = true;
      if (!(call->label.text = parseString()))
        return nullptr;
      call->depth = call->label.text->depth + 1;
    } else if (std::optional<Name> name = parseName("a label")) {
      call->label.text = std::make_unique<StringExpr>(name->span);
      call->label.text->raw = name->text;
      call->label.text->parts.push_back({name->text.str(), nullptr});
    } else
      return nullptr;
    take();
  }
  if (accept("reuse")) {
    call->isReuse = true;
    call->isQuoted = peek().is(Token::Kind::String);
    if (!call->isQuoted && !peek().is(Token::Kind::Name))
      return refuse("the name of a layer");
    call->callee = peek().text;
    call->calleeSpan = take().span;
  } else {
    std::optional<Name> callee = parseName("the name of an operator or block");
    if (!callee)
      return nullptr;
    call->callee = callee->text;
    call->calleeSpan = callee->span;
  }
  if (!inPipe && !peek().is("("))
    return refuse("'('");
  if (peek().is("(")) {
    call->hasParentheses = true;
    if (!parseArguments(call->arguments))
      return nullptr;
  }
  for (const Argument &argument : call->arguments)
    call->depth = std::max(call->depth, argument.value->depth + 1);
  call->span.end = previous().span.end;
  if (call->depth > kMostLevels)
    return fail(call->span.begin, "nested more than " + Twine(kMostLevels) + " levels deep");
  return call;
}

bool Parser::parseArguments(std::vector<Argument> &arguments) {
  if (!expect("("))
    return false;
  while (!peek().is(")")) {
    Argument argument;
    if (peek().is(Token::Kind::Name) && peek(1).is("=")) {
      Token name = take();
      argument.name = name.text;
      argument.nameSpan = name.span;
      take();
    } else if (!arguments.empty() && !arguments.back().name.empty()) {
      fail(peek().span.begin, "an argument without a name cannot follow a named one");
      return false;
    }
    if (!(argument.value = parseExpr()))
      return false;
    arguments.push_back(std::move(argument));
    if (!accept(","))
      break;
  }
  if (accept(")"))
    return true;
  refuse("',' or ')'");
  return false;
}

ExprPtr Parser::parseList() {
  auto list = std::make_unique<ListExpr>(take().span);
  while (!peek().is("]")) {
    ExprPtr item = parseExpr();
    if (!item)
      return nullptr;
    list->depth = std::max(list->depth, item->depth + 1);
    list->items.push_back(std::move(item));
    if (!accept(","))
      break;
  }
  if (!accept("]"))
    return refuse("',' or ']'");
  list->span.end = previous().span.end;
  return checkDepth(std::move(list), {});
}

ExprPtr Parser::parseMap() {
  auto map = std::make_unique<MapExpr>(take().span);
  while (!peek().is("}")) {
    MapExpr::Pair pair{peek(), nullptr};
    if (!pair.key.is(Token::Kind::Name) && !pair.key.is(Token::Kind::Int) && !pair.key.is(Token::Kind::String))
      return refuse("a key: a name, an int or a string");
    take();
    if (!expect(":") || !(pair.value = parseExpr()))
      return nullptr;
    map->depth = std::max(map->depth, pair.value->depth + 1);
    map->pairs.push_back(std::move(pair));
    if (!accept(","))
      break;
  }
  if (!accept("}"))
    return refuse("',' or '}'");
  map->span.end = previous().span.end;
  return checkDepth(std::move(map), {});
}

} // namespace cnnc::dsl
