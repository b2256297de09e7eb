// SPDX-License-Identifier: Apache-2.0
// Functions as text: names, as few parentheses as a reader and -Wall want, and one line a
// statement.
#include "compiler/emit/cxx/Code.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace cnnc::emit::cxx;
using llvm::StringRef;

static constexpr size_t kColumns = 118;

namespace {
enum Precedence { Lowest, Ternary, LogicalOr, LogicalAnd, Bits, Equality, Order, Shift, Sum, Product, Unary, Primary };

Precedence precedenceOf(StringRef op) {
  return llvm::StringSwitch<Precedence>(op)
      .Case("||", LogicalOr)
      .Case("&&", LogicalAnd)
      .Cases({"|", "^", "&"}, Bits)
      .Cases({"==", "!="}, Equality)
      .Cases({"<", ">", "<=", ">="}, Order)
      .Cases({"<<", ">>"}, Shift)
      .Cases({"+", "-"}, Sum)
      .Default(Product);
}

class Printer {
public:
  explicit Printer(const Function &function) : function(function), os(text) {}
  std::string declaration();
  std::string definition();

private:
  void printHead(bool all);
  void print(Expr e, Precedence context = Lowest);
  void printBinary(Expr e, Precedence context);
  void printList(StringRef open, llvm::ArrayRef<Expr> list, StringRef close);
  void printBlock(const Block &block);
  void printBody(const Block &block);
  void print(const Statement &statement);
  void printFor(const Statement &loop);
  void printName(const Variable *variable) { os << names[variable]; }
  void declare(const Variable *variable);
  void undeclare(const Variable *variable) { --uses[names.lookup(variable)]; }

  const Function &function;
  std::string text;
  llvm::raw_string_ostream os;
  unsigned depth = 0;
  llvm::DenseMap<const Variable *, std::string> names;
  llvm::StringMap<int> uses; // names in scope
};
} // namespace

/// Names are free again when their scope ends, so loops side by side may use the same.
void Printer::declare(const Variable *variable) {
  std::string name = variable->hint;
  for (int i = 2; uses.lookup(name) > 0; ++i)
    name = variable->hint + std::to_string(i);
  ++uses[name];
  names[variable] = name;
}

void Printer::printList(StringRef open, llvm::ArrayRef<Expr> list, StringRef close) {
  os << open;
  llvm::interleaveComma(list, os, [&](Expr e) { print(e); });
  os << close;
}

void Printer::printBinary(Expr e, Precedence context) {
  Precedence own = precedenceOf(e->text);
  Expr a = e->operands[0], b = e->operands[1];
  // Where readers stumble over a mixture of operators, and -Wall warns of it, there are
  // parentheses.
  Precedence left = own, right = Precedence(own + 1);
  if (own == Bits || own == Shift)
    left = right = Unary;
  else if (own == LogicalOr)
    left = right = Bits;
  else if (own == Equality || own == Order)
    left = Shift;
  if (own != Equality && own != Order && a->kind == Expression::Binary && a->text == e->text)
    left = own;
  bool isSum = e->isIndex && e->text == "+" && b->kind == Expression::Integer;
  auto isZero = [](Expr x) { return x->kind == Expression::Integer && x->value == 0; };
  os << (context > own ? "(" : "");
  if (isSum && b->value >= 0 && a->text == "-" && isZero(a->operands[0])) {
    // A constant stands behind what it is added to, but before what is taken from it.
    os << b->value << " - ";
    print(a->operands[1], right);
  } else if (isSum && b->value < 0) {
    print(a, left);
    os << " - " << -b->value;
  } else {
    print(a, left);
    os << ' ' << e->text << ' ';
    print(b, right);
  }
  os << (context > own ? ")" : "");
}

void Printer::print(Expr e, Precedence context) {
  switch (e->kind) {
  case Expression::Text:
    os << e->text;
    break;
  case Expression::Integer:
    os << e->value;
    break;
  case Expression::Name:
    if (e->variable->array) {
      printName(e->variable->array);
      os << '[' << e->variable->element << ']';
      break;
    }
    printName(e->variable);
    if (!e->operands.empty())
      printList("[", e->operands, "]");
    break;
  case Expression::Prefix:
    os << (context == Primary ? "(" : "") << e->text;
    print(e->operands[0], e->operands[0]->kind == Expression::Prefix ? Primary : Unary);
    os << (context == Primary ? ")" : "");
    break;
  case Expression::Binary:
    printBinary(e, context);
    break;
  case Expression::Conditional:
    if (context > Lowest)
      os << '(';
    print(e->operands[0], Equality);
    os << " ? ";
    print(e->operands[1], Ternary);
    os << " : ";
    print(e->operands[2], Ternary);
    if (context > Lowest)
      os << ')';
    break;
  case Expression::Call:
    printList(e->text + "(", e->operands, ")");
    break;
  case Expression::Braces:
    printList(e->text + "{", e->operands, "}");
    break;
  case Expression::Subscript:
    print(e->operands[0], Primary);
    for (Expr index : llvm::ArrayRef(e->operands).drop_front())
      printList("[", index, "]");
    break;
  }
}

void Printer::printFor(const Statement &loop) {
  if (loop.unrolled)
    os << "UNROLL ";
  os << "for (int64_t ";
  declare(loop.variable);
  printName(loop.variable);
  os << " = ";
  print(loop.low);
  os << "; ";
  printName(loop.variable);
  os << " < ";
  print(loop.high, Shift);
  os << "; ";
  if (loop.step->kind == Expression::Integer && loop.step->value == 1) {
    os << "++";
    printName(loop.variable);
  } else {
    printName(loop.variable);
    os << " += ";
    print(loop.step);
  }
  os << ')';
  printBody(loop.body);
  undeclare(loop.variable);
}

void Printer::print(const Statement &statement) {
  os.indent(2 * depth);
  switch (statement.kind) {
  case Statement::Declare:
    if (!statement.variable->isMutable && !statement.variable->extent)
      os << "const ";
    os << statement.variable->type << ' ';
    if (statement.value) {
      // The name begins after its value, which may read a variable of the same name outside.
      declare(statement.variable);
      printName(statement.variable);
      os << " = ";
      print(statement.value);
    } else {
      declare(statement.variable);
      printName(statement.variable);
      if (statement.variable->extent)
        os << '[' << statement.variable->extent << ']';
    }
    os << ";\n";
    break;
  case Statement::Assign:
    print(statement.target);
    os << " = ";
    print(statement.value);
    os << ";\n";
    break;
  case Statement::Do:
    print(statement.value);
    os << ";\n";
    break;
  case Statement::For:
    printFor(statement);
    break;
  case Statement::If:
    os << "if (";
    print(statement.value);
    os << ')';
    if (statement.otherwise.empty()) {
      printBody(statement.body);
      break;
    }
    os << " {\n";
    printBlock(statement.body);
    os.indent(2 * depth) << "} else {\n";
    printBlock(statement.otherwise);
    os.indent(2 * depth) << "}\n";
    break;
  }
}

void Printer::printBlock(const Block &block) {
  ++depth;
  for (const Statement &statement : block)
    print(statement);
  for (const Statement &statement : block)
    if (statement.kind == Statement::Declare)
      undeclare(statement.variable);
  --depth;
}

/// Braces around all but one simple statement or one loop.
void Printer::printBody(const Block &block) {
  bool simple = block.size() == 1 && block[0].kind != Statement::If && block[0].kind != Statement::Declare;
  os << (simple ? "\n" : " {\n");
  printBlock(block);
  if (!simple)
    os.indent(2 * depth) << "}\n";
}

/// The head of the function; parameters that nobody reads have no name, if `all` are not wanted.
void Printer::printHead(bool all) {
  llvm::DenseMap<const Variable *, bool> isRead;
  for (const Statement &statement : function.body)
    forEachExpression(statement, [&](Expr e) { forEachNode(e, [&](Expr node) { isRead[node->variable] = true; }); });
  os << "void " << function.name << '(';
  llvm::interleaveComma(function.parameters, os, [&](const Variable *parameter) {
    os << parameter->type;
    declare(parameter);
    bool isNamed = all || isRead.lookup(parameter);
    if ((isNamed || !parameter->suffix.empty()) && parameter->type.back() != '*')
      os << ' ';
    if (isNamed)
      printName(parameter);
    os << parameter->suffix;
  });
  os << ')';
}

std::string Printer::declaration() {
  printHead(/*all=*/true);
  os << ";\n";
  return text;
}

std::string Printer::definition() {
  printHead(/*all=*/false);
  os << " {\n";
  printBlock(function.body);
  os << "}\n";
  return text;
}

/// Breaks long lines behind commas, or else before operators.
static std::string wrapped(StringRef text) {
  std::string result;
  for (StringRef whole : llvm::split(text.drop_back(), '\n')) {
    std::string line = whole.str(), indent(whole.size() - whole.ltrim().size() + 4, ' ');
    while (line.size() > kColumns) {
      StringRef head = StringRef(line).take_front(kColumns);
      size_t comma = head.rfind(", "), space = head.rfind(' ');
      size_t at = comma != StringRef::npos && comma > kColumns / 2 ? comma + 1 : space;
      if (at == StringRef::npos || at < indent.size())
        break;
      result += line.substr(0, at) + "\n";
      line = indent + line.substr(at + 1);
    }
    result += line + "\n";
  }
  return result;
}

std::string cnnc::emit::cxx::declarationOf(const Function &function) {
  return wrapped(Printer(function).declaration());
}
std::string cnnc::emit::cxx::textOf(const Function &function) { return wrapped(Printer(function).definition()); }
