// SPDX-License-Identifier: Apache-2.0
// How expressions are laid out: pipes under each other, lists filled, the author's breaks of pipes kept.
#include "frontends/dsl/Formatter.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace llvm;

namespace cnnc::dsl {

/// Up to here (counted from 0) continued pipes stand under the first one.
static constexpr unsigned kPipeColumn = 40;

/// Whether the author broke a pipe in it, or wrote a comment.
bool Formatter::isBroken(const Expr &expr) const {
  return text.slice(expr.span.begin, expr.span.end).contains('\n') &&
         (hasComments(expr.span.begin, expr.span.end) ||
          TypeSwitch<const Expr *, bool>(&expr)
              .Case([&](const PipeExpr *pipe) {
                uint32_t end = pipe->head->span.end;
                for (const PipeExpr::Stage &stage : pipe->stages) {
                  if (!isSameLine(end, stage.sign) || isBroken(*stage.call))
                    return true;
                  end = stage.call->span.end;
                }
                return isBroken(*pipe->head);
              })
              .Case([&](const CallExpr *call) {
                return any_of(call->arguments, [&](const Argument &argument) { return isBroken(*argument.value); });
              })
              .Case([&](const ListExpr *list) {
                return any_of(list->items, [&](const ExprPtr &item) { return isBroken(*item); });
              })
              .Case([&](const MapExpr *map) {
                return any_of(map->pairs, [&](const MapExpr::Pair &pair) { return isBroken(*pair.value); });
              })
              .Case([&](const IndexExpr *index) { return isBroken(*index->base) || isBroken(*index->index); })
              .Case([&](const UnaryExpr *unary) { return isBroken(*unary->operand); })
              .Case([&](const BinaryExpr *binary) { return isBroken(*binary->left) || isBroken(*binary->right); })
              .Case([&](const IfExpr *choice) {
                return isBroken(*choice->condition) || isBroken(*choice->yes) || isBroken(*choice->no);
              })
              .Default([](const Expr *) { return false; }));
}

void Formatter::writeExpr(const Expr &expr, unsigned tail, Strength least) {
  std::string line = flat(expr, least);
  if (!isBroken(expr) && fits(line, tail))
    return write(line);
  bool inParentheses = strengthOf(expr) < least;
  if (inParentheses) {
    write("(");
    ++tail;
  }
  TypeSwitch<const Expr *>(&expr)
      .Case([&](const PipeExpr *pipe) { writePipe(*pipe, tail); })
      .Case([&](const CallExpr *call) { writeCall(*call, tail); })
      .Case([&](const ListExpr *list) {
        writeItems(
            '[', list->items, ']', list->span, tail, [](const ExprPtr &item) { return flat(*item); },
            [&](const ExprPtr &item, unsigned tail) { writeExpr(*item, tail); });
      })
      .Case([&](const MapExpr *map) {
        writeItems(
            '{', map->pairs, '}', map->span, tail, [](const MapExpr::Pair &pair) { return flat(pair); },
            [&](const MapExpr::Pair &pair, unsigned tail) {
              std::string all = flat(pair);
              write(StringRef(all).drop_back(flat(*pair.value).size()));
              writeExpr(*pair.value, tail);
            });
      })
      .Case([&](const IndexExpr *index) {
        writeExpr(*index->base, 0, Strength::Primary);
        write("[");
        writeExpr(*index->index, tail + 1);
        write("]");
      })
      .Case([&](const UnaryExpr *unary) {
        bool isNot = unary->sign.is("not");
        write(isNot ? "not " : "-");
        writeExpr(*unary->operand, tail, isNot ? Strength::Not : Strength::Unary);
      })
      .Case([&](const BinaryExpr *binary) {
        writeExpr(*binary->left, binary->sign.text.size() + 1, leftOf(*binary));
        write(" " + binary->sign.text.str() + " ");
        writeExpr(*binary->right, tail, rightOf(*binary));
      })
      .Case([&](const IfExpr *choice) {
        write("if ");
        writeExpr(*choice->condition, 5);
        write(" then ");
        writeExpr(*choice->yes, 5);
        write(" else ");
        writeExpr(*choice->no, tail);
      })
      .Default([&](const Expr *other) { write(flat(*other)); });
  if (inParentheses)
    write(")");
}

void Formatter::writePipe(const PipeExpr &pipe, unsigned tail) {
  unsigned begin = column;
  writeExpr(*pipe.head, 3, Strength::Or);
  unsigned sign = column + 1;
  const PipeExpr::Stage &first = pipe.stages.front();
  bool isFirstBroken = !isSameLine(pipe.head->span.end, first.sign) ||
                       !fits(" |> " + flat(*first.call), pipe.stages.size() == 1 ? tail : 0);
  unsigned indent = isFirstBroken || sign >= kPipeColumn ? begin + 2 : sign;
  uint32_t end = pipe.head->span.end;
  for (const PipeExpr::Stage &stage : pipe.stages) {
    bool isLast = &stage == &pipe.stages.back();
    bool breaks = !isSameLine(end, stage.sign);
    forComments(end, stage.sign, [&](const Comment &comment) {
      if (isSameLine(comment.span.begin, end))
        write("  ");
      else
        newLine(indent);
      write(comment.text);
      end = comment.span.end;
    });
    std::string next = " |> " + flat(*stage.call);
    if (breaks || !fits(next, isLast ? tail : 0)) {
      newLine(indent);
      write("|> ");
    } else
      write(" |> ");
    writeExpr(*stage.call, isLast ? tail : 0);
    end = stage.call->span.end;
  }
}

static bool holdsPipe(const Expr &expr) {
  if (auto *call = dyn_cast<CallExpr>(&expr))
    return any_of(call->arguments, [](const Argument &argument) { return holdsPipe(*argument.value); });
  if (auto *list = dyn_cast<ListExpr>(&expr))
    return any_of(list->items, [](const ExprPtr &item) { return holdsPipe(*item); });
  if (auto *binary = dyn_cast<BinaryExpr>(&expr))
    return holdsPipe(*binary->left) || holdsPipe(*binary->right);
  return isa<PipeExpr>(expr);
}
static const Expr *valueOf(const ExprPtr &item) { return item.get(); }
static const Expr *valueOf(const MapExpr::Pair &pair) { return pair.value.get(); }
static const Expr *valueOf(const Argument &argument) { return argument.value.get(); }
static const Expr *valueOf(const Parameter &parameter) { return parameter.value.get(); }

template <typename Items, typename Flat, typename Write>
void Formatter::writeItems(char open, const Items &items, char close, Span span, unsigned tail, Flat flatItem,
                           Write writeItem) {
  write(StringRef(&open, 1));
  auto isBracketed = [](const Expr *expr) { return expr && (isa<ListExpr, MapExpr, CallExpr>(*expr)); };
  bool isLone = items.size() == 1 && isBracketed(valueOf(items.front())) &&
                !hasComments(span.begin, valueOf(items.front())->span.begin);
  auto holds = [](const auto &item) { return valueOf(item) && holdsPipe(*valueOf(item)); };
  if (!isLone && (any_of(items, holds) || hasComments(span.begin, span.end))) {
    unsigned outer = lineIndent;
    uint32_t end = span.begin + 1;
    auto place = [&](uint32_t until) {
      forComments(end, until, [&](const Comment &comment) {
        if (isSameLine(comment.span.begin, end))
          write("  ");
        else
          newLine(outer + 2);
        write(comment.text);
        end = comment.span.end;
      });
    };
    for (const auto &item : items) {
      bool isLast = &item == &items.back();
      if (valueOf(item))
        place(valueOf(item)->span.begin);
      newLine(outer + 2);
      writeItem(item, isLast ? 0 : 1);
      if (!isLast)
        write(",");
      if (valueOf(item))
        end = valueOf(item)->span.end;
    }
    place(span.end);
    newLine(outer);
  } else {
    unsigned inside = column;
    for (const auto &item : items) {
      unsigned after = &item == &items.back() ? 1 + tail : 1;
      if (&item != &items.front()) {
        write(",");
        if (fits(" " + flatItem(item), after))
          write(" ");
        else
          newLine(inside);
      }
      writeItem(item, after);
    }
  }
  write(StringRef(&close, 1));
}

void Formatter::writeArguments(const std::vector<Argument> &arguments, Span span, unsigned tail) {
  writeItems(
      '(', arguments, ')', span, tail, [](const Argument &argument) { return flat(argument); },
      [&](const Argument &argument, unsigned tail) {
        if (!argument.name.empty())
          write(argument.name.str() + " = ");
        writeExpr(*argument.value, tail);
      });
}

void Formatter::writeCall(const CallExpr &call, unsigned tail) {
  write(headOf(call));
  if (call.hasParentheses)
    writeArguments(call.arguments, {call.calleeSpan.end, call.span.end}, tail);
}

void Formatter::writeParameters(const std::vector<Parameter> &parameters, Span span, unsigned tail) {
  std::string line = "(" + commas(parameters, [](const Parameter &parameter) { return flat(parameter); }) + ")";
  if (fits(line, tail))
    return write(line);
  writeItems(
      '(', parameters, ')', span, tail, [](const Parameter &parameter) { return flat(parameter); },
      [&](const Parameter &parameter, unsigned) { write(flat(parameter)); });
}

/// Whether what follows here fits with the author's breaks alone.
bool Formatter::linesFit(const Expr &expr, unsigned tail) const {
  Formatter trial(file);
  trial.column = column;
  trial.lineIndent = lineIndent;
  trial.writeExpr(expr, tail);
  StringRef written = trial.out;
  std::pair<StringRef, StringRef> lines = written.split('\n');
  if (column + width(lines.first) > kWidth)
    return false;
  for (lines = lines.second.split('\n'); !lines.first.empty(); lines = lines.second.split('\n'))
    if (width(lines.first) > kWidth)
      return false;
  // Breaks of pipes beyond the author's say that it did not fit.
  auto pipes = [](StringRef text) {
    size_t count = 0;
    for (std::pair<StringRef, StringRef> part = text.split('\n'); !part.second.empty(); part = part.second.split('\n'))
      count += part.second.ltrim().starts_with("|>");
    return count;
  };
  return pipes(written) <= pipes(text.slice(expr.span.begin, expr.span.end));
}

/// What stands behind the `=` of a statement, or below it.
void Formatter::writeValue(const Expr &value, unsigned indent) {
  write(" =");
  std::string line = " " + flat(value);
  if (!isBroken(value) && fits(line, 0))
    return write(line);
  StringRef before = text.slice(0, value.span.begin).rtrim(" ("); // parentheses are in no span
  bool wasBelow = before.ends_with("\n");
  bool fitsBelow = !isBroken(value) && indent + 2 + width(line) - 1 <= kWidth;
  bool isBracketed = isa<ListExpr, MapExpr>(value) || (isa<CallExpr>(value) && !fitsBelow);
  column += 1;
  bool below = !isBracketed && (wasBelow || !linesFit(value, 0));
  column -= 1;
  if (below)
    newLine(indent + 2);
  else
    write(" ");
  writeExpr(value, 0);
}

} // namespace cnnc::dsl
