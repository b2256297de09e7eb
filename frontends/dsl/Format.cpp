// SPDX-License-Identifier: Apache-2.0
// Lays a text out: lines of up to 120 columns, comments where they stand, a statement a line.
#include "frontends/dsl/Format.h"

#include "frontends/dsl/Formatter.h"

using namespace llvm;

namespace cnnc::dsl {

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

std::string format(const File &file) { return Formatter(file).run(); }

} // namespace cnnc::dsl
