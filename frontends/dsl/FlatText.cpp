// SPDX-License-Identifier: Apache-2.0
// Prints expressions on one line, with the parentheses that they need.
#include "frontends/dsl/FlatText.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace llvm;

namespace cnnc::dsl {

static Strength strengthOf(const Token &sign) {
  return StringSwitch<Strength>(sign.text)
      .Case("or", Strength::Or)
      .Case("and", Strength::And)
      .Cases({"+", "-"}, Strength::Sum)
      .Cases({"*", "/", "%"}, Strength::Product)
      .Default(Strength::Compare);
}

Strength strengthOf(const Expr &expr) {
  return TypeSwitch<const Expr *, Strength>(&expr)
      .Case([](const IfExpr *) { return Strength::If; })
      .Case([](const PipeExpr *) { return Strength::Pipe; })
      .Case([](const BinaryExpr *binary) { return strengthOf(binary->sign); })
      .Case([](const UnaryExpr *unary) { return unary->sign.is("not") ? Strength::Not : Strength::Unary; })
      .Default([](const Expr *) { return Strength::Primary; });
}

static Strength stronger(Strength strength) { return static_cast<Strength>(static_cast<int>(strength) + 1); }
Strength leftOf(const BinaryExpr &expr) {
  Strength own = strengthOf(expr);
  return own == Strength::Compare ? stronger(own) : own;
}
Strength rightOf(const BinaryExpr &expr) { return stronger(strengthOf(expr)); }

static std::string flatPipe(const PipeExpr &pipe) {
  std::string text = flat(*pipe.head, Strength::Or);
  for (const PipeExpr::Stage &stage : pipe.stages)
    text += " |> " + flat(*stage.call);
  return text;
}

static std::string flatBare(const Expr &expr) {
  return TypeSwitch<const Expr *, std::string>(&expr)
      .Case([](const NumberExpr *number) { return number->text.str(); })
      .Case([](const StringExpr *string) { return "\"" + string->raw.str() + "\""; })
      .Case([](const BoolExpr *value) { return std::string(value->value ? "true" : "false"); })
      .Case([](const NameExpr *name) { return name->name.str(); })
      .Case([](const CallExpr *call) {
        if (!call->hasParentheses)
          return headOf(*call);
        return headOf(*call) + "(" + commas(call->arguments, [](const Argument &a) { return flat(a); }) + ")";
      })
      .Case([](const PipeExpr *pipe) { return flatPipe(*pipe); })
      .Case([](const ListExpr *list) {
        return "[" + commas(list->items, [](const ExprPtr &item) { return flat(*item); }) + "]";
      })
      .Case([](const MapExpr *map) {
        return "{" + commas(map->pairs, [](const MapExpr::Pair &pair) { return flat(pair); }) + "}";
      })
      .Case([](const IndexExpr *index) {
        return flat(*index->base, Strength::Primary) + "[" + flat(*index->index) + "]";
      })
      .Case([](const UnaryExpr *unary) {
        bool isNot = unary->sign.is("not");
        return (isNot ? "not " : "-") + flat(*unary->operand, isNot ? Strength::Not : Strength::Unary);
      })
      .Case([](const BinaryExpr *binary) {
        return flat(*binary->left, leftOf(*binary)) + " " + binary->sign.text.str() + " " +
               flat(*binary->right, rightOf(*binary));
      })
      .Case([](const IfExpr *choice) {
        return "if " + flat(*choice->condition) + " then " + flat(*choice->yes) + " else " + flat(*choice->no);
      });
}

std::string flat(const Expr &expr, Strength least) {
  std::string text = flatBare(expr);
  return strengthOf(expr) < least ? "(" + text + ")" : text;
}

std::string flat(const Argument &argument) {
  return (argument.name.empty() ? "" : argument.name.str() + " = ") + flat(*argument.value);
}

std::string flat(const MapExpr::Pair &pair) {
  std::string key = pair.key.text.str();
  return (pair.key.is(Token::Kind::String) ? "\"" + key + "\"" : key) + ": " + flat(*pair.value);
}

std::string flat(const Parameter &parameter) {
  std::string text = parameter.name.text.str();
  if (parameter.type) {
    text += ": " + parameter.type->name.text.str();
    if (parameter.type->hasSizes)
      text += "[" + commas(parameter.type->sizes, [](const ExprPtr &size) { return flat(*size); }) + "]";
  }
  return parameter.value ? text + " = " + flat(*parameter.value) : text;
}

std::string flat(const Label &label) {
  std::string text = label.text->raw.str();
  return label.isQuoted ? "\"" + text + "\"" : text;
}

std::string headOf(const CallExpr &call) {
  std::string callee = call.isQuoted ? "\"" + call.callee.str() + "\"" : call.callee.str();
  return (call.label ? flat(call.label) + ": " : "") + (call.isReuse ? "reuse " : "") + callee;
}

} // namespace cnnc::dsl
