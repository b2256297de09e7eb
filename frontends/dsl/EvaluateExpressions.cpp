// SPDX-License-Identifier: Apache-2.0
// Expressions: names and words, arithmetic, lists and maps.
#include "frontends/dsl/Evaluator.h"
#include "frontends/dsl/Signs.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"

#include <cmath>

using namespace llvm;

namespace cnnc::dsl {

static constexpr size_t kMostCharacters = 1024;

Value Evaluator::evaluate(Frame &frame, const Expr &expr) {
  if (!step(frame, expr.span.begin) || !deeper(frame, expr.span.begin))
    return Unknown();
  SaveAndRestore inside(level, level + 1);
  switch (expr.kind) {
  case Expr::Kind::Number: {
    auto &number = cast<NumberExpr>(expr);
    return number.isFloat ? Value(number.number) : Value(number.integer);
  }
  case Expr::Kind::String: {
    std::optional<std::string> text = textOf(frame, cast<StringExpr>(expr));
    return text ? Value(Text{*text}) : Value(Unknown());
  }
  case Expr::Kind::Bool:
    return cast<BoolExpr>(expr).value;
  case Expr::Kind::Name:
    return evaluateName(frame, cast<NameExpr>(expr));
  case Expr::Kind::Call:
    return evaluateCall(frame, cast<CallExpr>(expr), nullptr);
  case Expr::Kind::Pipe: {
    auto &pipe = cast<PipeExpr>(expr);
    Value value = evaluate(frame, *pipe.head);
    uint32_t at = pipe.head->span.begin;
    for (const PipeExpr::Stage &stage : pipe.stages) {
      value = evaluateCall(frame, *stage.call, &value, at);
      at = stage.call->span.begin;
    }
    return value;
  }
  case Expr::Kind::List: {
    List items;
    for (const ExprPtr &item : cast<ListExpr>(expr).items)
      items.push_back(evaluate(frame, *item));
    return bounded(frame, Value::list(std::move(items)), expr.span.begin);
  }
  case Expr::Kind::Map: {
    Map pairs;
    StringSet<> keys;
    for (const MapExpr::Pair &pair : cast<MapExpr>(expr).pairs) {
      if (!keys.insert(pair.key.text).second)
        return fail(frame, pair.key.span.begin, "the key " + pair.key.text + " stands twice in this map");
      int64_t number = 0;
      bool isInt = pair.key.is(Token::Kind::Int) && !pair.key.text.getAsInteger(10, number);
      pairs.push_back({isInt ? Value(number) : Value(Text{pair.key.text.str()}), evaluate(frame, *pair.value)});
    }
    return bounded(frame, Value::map(std::move(pairs)), expr.span.begin);
  }
  case Expr::Kind::Index:
    return evaluateIndex(frame, cast<IndexExpr>(expr));
  case Expr::Kind::Unary:
    return evaluateUnary(frame, cast<UnaryExpr>(expr));
  case Expr::Kind::Binary:
    return evaluateBinary(frame, cast<BinaryExpr>(expr));
  case Expr::Kind::If: {
    auto &choice = cast<IfExpr>(expr);
    std::optional<bool> holds = condition(frame, *choice.condition);
    return holds ? evaluate(frame, *holds ? *choice.yes : *choice.no) : Value(Unknown());
  }
  }
  return Unknown();
}

/// Lists of lists grow faster than the text runs.
Value Evaluator::bounded(Frame &frame, Value list, uint32_t place) {
  Extent extent = list.extent();
  if (extent.values > kMostItems)
    return fail(frame, place, "a list of more than " + Twine(kMostItems) + " items");
  if (extent.levels > kMostLevels)
    return fail(frame, place, "nested more than " + Twine(kMostLevels) + " levels deep");
  steps += list.items() ? list.items()->size() : list.pairs()->size();
  return extent.holdsUnknown ? Value(Unknown()) : list;
}

Value Evaluator::evaluateName(Frame &frame, const NameExpr &name) {
  if (const Value *known = look(frame, name.name))
    return *known;
  if (auto ended = frame.ended.find(name.name); ended != frame.ended.end())
    return fail(frame, name.span.begin,
                "'" + name.name + "' ended with " + ended->second +
                    "; give it a value before, or use if … then … else");
  return Word{name.name.str()};
}

std::optional<std::string> Evaluator::textOf(Frame &frame, const StringExpr &string) {
  std::string text;
  for (const StringExpr::Part &part : string.parts) {
    text += part.text;
    if (!part.value)
      continue;
    Value value = evaluate(frame, *part.value);
    if (value.isUnknown())
      return std::nullopt;
    if (const Text *inner = value.as<Text>()) {
      text += inner->text;
    } else if (value.as<int64_t>() || value.as<Word>()) {
      text += value.write();
    } else {
      fail(frame, part.value->span.begin, "a string takes an int, a string or a word, got " + value.describe());
      return std::nullopt;
    }
  }
  if (text.size() > kMostCharacters) {
    fail(frame, string.span.begin, "a string of more than " + Twine(kMostCharacters) + " characters");
    return std::nullopt;
  }
  return text;
}

Value Evaluator::evaluateIndex(Frame &frame, const IndexExpr &index) {
  Value base = evaluate(frame, *index.base), at = evaluate(frame, *index.index);
  if (base.isUnknown() || at.isUnknown())
    return Unknown();
  uint32_t place = index.index->span.begin;
  if (const Map *map = base.pairs()) {
    steps += map->size();
    for (const auto &[key, value] : *map)
      if (isEqual(key, at))
        return value;
    return fail(frame, place,
                "no entry " + at.write() + "; there are " +
                    join(map_range(*map,
                                   [](const auto &pair) {
                                     return pair.first.template as<Text>() ? pair.first.template as<Text>()->text
                                                                           : pair.first.write();
                                   }),
                         ", "));
  }
  const List *list = base.items();
  if (!list)
    return fail(frame, index.base->span.begin, "only lists and maps have entries, got " + base.describe());
  const int64_t *number = at.as<int64_t>();
  if (!number)
    return fail(frame, place, "the entries of a list are counted by ints, got " + at.describe());
  int64_t length = list->size();
  if (*number < -length || *number >= length)
    return fail(frame, place, "no entry " + Twine(*number) + " in a list of " + Twine(length));
  return (*list)[*number < 0 ? *number + length : *number];
}

Value Evaluator::evaluateUnary(Frame &frame, const UnaryExpr &unary) {
  Value value = evaluate(frame, *unary.operand);
  if (value.isUnknown())
    return value;
  if (unary.sign.text == "not") {
    if (const bool *flag = value.as<bool>())
      return !*flag;
    return fail(frame, unary.span.begin, "'not' takes a bool, got " + value.describe());
  }
  if (value.as<double>())
    return -*value.as<double>();
  if (value.as<int64_t>())
    return arithmetic(frame, "-", int64_t(0), value, unary.span.begin);
  if (value.as<mlir::Value>())
    return callAny(frame, "neg", std::nullopt, {{"", value, unary.span.begin}}, {frame.source(), unary.span.begin});
  return fail(frame, unary.span.begin, "'-' takes a number or a tensor, got " + value.describe());
}

std::optional<bool> Evaluator::condition(Frame &frame, const Expr &expr) {
  Value value = evaluate(frame, expr);
  if (const bool *flag = value.as<bool>())
    return *flag;
  if (!value.isUnknown())
    fail(frame, expr.span.begin, "a condition is a bool, got " + value.describe());
  return std::nullopt;
}

Value Evaluator::evaluateBinary(Frame &frame, const BinaryExpr &binary) {
  StringRef sign = binary.sign.text;
  if (sign == "and" || sign == "or") {
    std::optional<bool> left = condition(frame, *binary.left);
    if (!left)
      return Unknown();
    if (*left == (sign == "or"))
      return *left;
    std::optional<bool> right = condition(frame, *binary.right);
    return right ? Value(*right) : Value(Unknown());
  }
  Value left = evaluate(frame, *binary.left), right = evaluate(frame, *binary.right);
  if (left.isUnknown() || right.isUnknown())
    return Unknown();
  return arithmetic(frame, sign, left, right, binary.sign.span.begin);
}

static std::optional<int64_t> exact(StringRef sign, int64_t a, int64_t b) {
  int64_t result;
  if (sign == "+" ? AddOverflow(a, b, result) : sign == "-" ? SubOverflow(a, b, result) : MulOverflow(a, b, result))
    return std::nullopt;
  return result;
}

Value Evaluator::arithmetic(Frame &frame, StringRef sign, const Value &left, const Value &right, uint32_t place) {
  bool compares = sign == "==" || sign == "!=" || sign.starts_with("<") || sign.starts_with(">");
  if (left.as<mlir::Value>() || right.as<mlir::Value>()) {
    if (compares)
      return fail(frame, place, "a tensor's values are not known in the compiler; '" + sign + "' compares numbers");
    StringRef name = operatorOf(sign);
    std::shared_ptr<const Signature> signature = signatureOf(name);
    if (!signature)
      return fail(frame, place, "no operator '" + name + "'");
    auto tensor = [&](const Value &value, const Value &other) -> Value {
      if (!value.isNumber())
        return value;
      return builder.scalar(value.number(), *other.as<mlir::Value>(), locationOf(frame, frame.path, place));
    };
    return callOperator(frame, *signature, frame.path,
                        {{"", tensor(left, right), place}, {"", tensor(right, left), place}}, {frame.source(), place},
                        sign);
  }
  if (sign == "==" || sign == "!=") {
    steps += left.extent().values;
    return isEqual(left, right) == (sign == "==");
  }
  if (sign == "+" && left.items() && right.items()) {
    List all = *left.items();
    append_range(all, *right.items());
    return bounded(frame, Value::list(std::move(all)), place);
  }
  if (!left.isNumber() || !right.isNumber())
    return fail(frame, place, "'" + sign + "' takes numbers, got " + left.describe() + " and " + right.describe());
  double a = left.number(), b = right.number();
  if (compares)
    return sign == "<" ? a < b : sign == "<=" ? a <= b : sign == ">" ? a > b : a >= b;
  bool ints = left.as<int64_t>() && right.as<int64_t>();
  if ((sign == "/" || sign == "%") && b == 0)
    return fail(frame, place, "division by zero");
  if (ints) {
    int64_t x = *left.as<int64_t>(), y = *right.as<int64_t>();
    if (sign == "/" || sign == "%") {
      if (y == -1)
        return sign == "%" ? Value(int64_t(0)) : arithmetic(frame, "-", int64_t(0), left, place);
      return sign == "%" ? Value(mod(x, std::abs(y))) : x % y == 0 ? Value(x / y) : Value(a / b);
    }
    if (std::optional<int64_t> result = exact(sign, x, y))
      return *result;
    return fail(frame, place, "the result of '" + sign + "' has more than 64 bits");
  }
  return sign == "+" ? a + b : sign == "-" ? a - b : sign == "*" ? a * b : sign == "/" ? a / b : std::fmod(a, b);
}

} // namespace cnnc::dsl
