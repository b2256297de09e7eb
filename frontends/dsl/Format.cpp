// SPDX-License-Identifier: Apache-2.0
// Lays a text out: 120 columns, a statement a line, pipes under each other, lists filled.
#include "frontends/dsl/Format.h"

#include "frontends/dsl/FlatText.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace llvm;

namespace cnnc::dsl {
namespace {

constexpr unsigned kWidth = 120;
/// Up to here (counted from 0) continued pipes stand under the first one.
constexpr unsigned kPipeColumn = 40;

unsigned width(StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

class Formatter {
public:
  explicit Formatter(const File &file) : file(file), text(file.source->text), isPlaced(file.comments.size()) {}
  std::string run();

private:
  // Writing.
  void write(StringRef piece);
  void newLine(unsigned indent);
  bool fits(StringRef piece, unsigned tail) const { return column + width(piece) + tail <= kWidth; }

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
  StringRef text;
  std::string out;
  unsigned column = 0, lineIndent = 0;
  uint32_t lastBegin = 0, lastEnd = 0; ///< of the element that was written last
  bool isFirst = true;                 ///< nothing stands before in the body
  std::vector<bool> isPlaced;          ///< the comments that were written
};

void Formatter::write(StringRef piece) {
  out += piece;
  column += width(piece);
}

void Formatter::newLine(unsigned indent) {
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  out += '\n';
  out.append(indent, ' ');
  column = lineIndent = indent;
}

template <typename Function>
void Formatter::forComments(uint32_t begin, uint32_t end, Function f) {
  auto first = partition_point(file.comments, [&](const Comment &comment) { return comment.span.begin < begin; });
  for (auto it = first; it != file.comments.end() && it->span.begin < end; ++it) {
    size_t index = it - file.comments.begin();
    if (isPlaced[index])
      continue;
    isPlaced[index] = true;
    f(*it);
  }
}

bool Formatter::hasComments(uint32_t begin, uint32_t end) const {
  auto first = partition_point(file.comments, [&](const Comment &comment) { return comment.span.begin < begin; });
  return first != file.comments.end() && first->span.begin < end;
}

void Formatter::beginLine(uint32_t begin, unsigned indent) {
  bool isBlank = !isFirst && text.slice(lastEnd, begin).count('\n') > 1;
  if (isBlank)
    newLine(0);
  if (!out.empty())
    newLine(indent);
  isFirst = false;
}

void Formatter::writeComments(uint32_t until, unsigned indent) {
  forComments(lastBegin, until, [&](const Comment &comment) {
    beginLine(comment.span.begin, indent);
    write(comment.text);
    lastEnd = comment.span.end;
  });
}

void Formatter::beginElement(uint32_t begin, unsigned indent) {
  writeComments(begin, indent);
  beginLine(begin, indent);
  lastBegin = begin;
}

/// A comment behind an element stays on its line.
void Formatter::endElement(uint32_t end, uint32_t limit) {
  lastEnd = end;
  forComments(end, limit, [&](const Comment &comment) {
    if (!isSameLine(comment.span.begin, lastEnd)) {
      isPlaced[&comment - file.comments.data()] = false;
      return;
    }
    write("  " + comment.text.str());
    lastEnd = comment.span.end;
  });
}

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

/// A body of one plain statement, without comments and breaks.
bool Formatter::staysOnLine(const Body &body) const {
  if (body.statements.size() != 1 || hasComments(body.span.begin, body.span.end))
    return false;
  const Stmt &only = *body.statements.front();
  auto *binding = dyn_cast<BindingStmt>(&only);
  auto *result = dyn_cast<ReturnStmt>(&only);
  return (binding && !isBroken(*binding->value)) ||
         (result && none_of(result->items, [&](const ReturnStmt::Item &item) { return isBroken(*item.value); }));
}

static std::string flatStatement(const Stmt &stmt) {
  if (auto *binding = dyn_cast<BindingStmt>(&stmt))
    return commas(binding->names, [](const Name &name) { return name.text.str(); }) + " = " + flat(*binding->value);
  return "return " + commas(cast<ReturnStmt>(stmt).items, [](const ReturnStmt::Item &item) {
           return (item.name.text.empty() ? "" : item.name.text.str() + " = ") + flat(*item.value);
         });
}
static std::string flatBody(const Body &body) { return "{ " + flatStatement(*body.statements.front()) + " }"; }

void Formatter::writeBody(const Body &body, unsigned indent, bool inOneLine) {
  if (inOneLine)
    return write(flatBody(body));
  write("{");
  endElement(body.span.begin + 1, body.statements.empty() ? body.span.end : body.statements.front()->span.begin);
  isFirst = true;
  for (const auto &statement : body.statements) {
    beginElement(statement->span.begin, indent + 2);
    writeStatement(*statement, indent + 2);
    endElement(statement->span.end, body.span.end);
  }
  writeComments(body.span.end - 1, indent + 2);
  newLine(indent);
  write("}");
  isFirst = false;
}

bool Formatter::fitsLine(const IfStmt &stmt) const {
  const Body *bodies[] = {&stmt.yes, stmt.no ? &*stmt.no : nullptr};
  std::string line = "if " + flat(*stmt.condition) + " ";
  for (const Body *body : bodies) {
    if (body && !staysOnLine(*body))
      return false;
    if (body)
      line += flatBody(*body) + (body == &stmt.yes && stmt.no ? " else " : "");
  }
  return !stmt.elseIf && !isBroken(*stmt.condition) && fits(line, 0);
}

void Formatter::writeIf(const IfStmt &stmt, unsigned indent, bool inOneLine) {
  write("if ");
  writeExpr(*stmt.condition, 2);
  write(" ");
  writeBody(stmt.yes, indent, inOneLine);
  if (stmt.elseIf) {
    write(" else ");
    writeIf(*stmt.elseIf, indent, false);
  } else if (stmt.no) {
    write(" else ");
    writeBody(*stmt.no, indent, inOneLine);
  }
}

void Formatter::writeStatement(const Stmt &stmt, unsigned indent) {
  TypeSwitch<const Stmt *>(&stmt)
      .Case([&](const BindingStmt *binding) {
        write(commas(binding->names, [](const Name &name) { return name.text.str(); }));
        writeValue(*binding->value, indent);
      })
      .Case([&](const ForStmt *loop) {
        write("for " + commas(loop->names, [](const Name &name) { return name.text.str(); }) + " in ");
        writeExpr(*loop->list, 2);
        write(" ");
        bool inOneLine = staysOnLine(loop->body) && fits(flatBody(loop->body), 0);
        writeBody(loop->body, indent, inOneLine);
      })
      .Case([&](const IfStmt *branch) { writeIf(*branch, indent, fitsLine(*branch)); })
      .Case([&](const PreprocessStmt *preprocess) {
        write("preprocess " + preprocess->input.text.str());
        std::string line = "(" + commas(preprocess->arguments, [](const Argument &a) { return flat(a); }) + ")";
        Span span{preprocess->input.span.end, preprocess->span.end};
        if (fits(line, 0) && !hasComments(span.begin, span.end))
          write(line);
        else
          writeArguments(preprocess->arguments, span, 0);
      })
      .Case([&](const LossStmt *loss) {
        write("loss ");
        writeParameters(loss->parameters, {loss->span.begin, loss->value->span.begin}, 2);
        writeValue(*loss->value, indent);
      })
      .Case([&](const ReturnStmt *result) {
        write("return ");
        for (const ReturnStmt::Item &item : result->items) {
          if (!item.name.text.empty())
            write(item.name.text.str() + " = ");
          bool isLast = &item == &result->items.back();
          writeExpr(*item.value, isLast ? 0 : 1);
          if (!isLast)
            write(", ");
        }
      });
}

void Formatter::writeBlock(const BlockDecl &block) {
  write(block.isNetwork ? "network " : "block ");
  write(block.name.text);
  const Expr *value = block.value.get();
  if (!value && !block.isNetwork && block.body.statements.size() == 1 &&
      !hasComments(block.body.span.begin, block.body.span.end))
    if (auto *result = dyn_cast<ReturnStmt>(block.body.statements.front().get()))
      if (result->items.size() == 1 && result->items.front().name.text.empty())
        value = result->items.front().value.get();
  writeParameters(block.parameters, {block.name.span.end, value ? value->span.begin : block.body.span.begin}, 2);
  if (value)
    return writeValue(*value, 0);
  write(" ");
  writeBody(block.body, 0, false);
}

std::string Formatter::run() {
  for (const Decl &decl : file.declarations) {
    beginElement(decl.span().begin, 0);
    if (decl.include)
      write("include \"" + decl.include->path.text.str() + "\"");
    else if (decl.constant)
      writeStatement(*decl.constant, 0);
    else
      writeBlock(*decl.block);
    endElement(decl.span().end, text.size());
  }
  // Comments below the last declaration.
  writeComments(text.size(), 0);
  while (!out.empty() && (out.back() == '\n' || out.back() == ' '))
    out.pop_back();
  return out.empty() ? out : out + "\n";
}

} // namespace

std::string format(const File &file) { return Formatter(file).run(); }

} // namespace cnnc::dsl
