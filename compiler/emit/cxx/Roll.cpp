// SPDX-License-Identifier: Apache-2.0
// Finds repetitions by the shapes of statements: their text without the integers and locals in it,
// which stand aside.
#include "compiler/emit/cxx/Roll.h"

#include "llvm/ADT/DenseMap.h"

using namespace cnnc::emit::cxx;
using llvm::ArrayRef;

namespace {
/// An integer or a local, in the order of the text.
struct Leaf {
  int64_t value = 0;
  Variable *local = nullptr;
  bool isDeclaration = false;
};

struct Shape {
  std::string text;
  std::vector<Leaf> leaves;
};

class Flattener {
public:
  explicit Flattener(Shape &shape) : shape(shape) {}
  void add(const Statement &statement);

private:
  void add(const Block &block) {
    shape.text += '{';
    for (const Statement &statement : block)
      add(statement);
    shape.text += '}';
  }
  void add(Expr e);
  void addNode(Expr e);
  void addInteger(int64_t value) {
    shape.text += '#';
    shape.leaves.push_back({value});
  }
  void declare(Variable *variable) {
    shape.text += variable->type + (variable->isMutable ? "=" : "") + std::to_string(variable->extent) + ";";
    shape.leaves.push_back({0, variable, true});
  }

  Shape &shape;
};

/// `count` groups of `length` statements; good if `saved` lines are positive.
struct Repetition {
  size_t length = 0, count = 0;
  int64_t saved = 0;
};

class Roller {
public:
  Roller(Code &code, const Function &function) : code(code) {
    for (const Statement &statement : function.body)
      countReads(statement, reads);
  }
  void roll(Block &block);

private:
  using Reads = llvm::DenseMap<Variable *, int>;
  static void countReads(const Statement &statement, Reads &reads) {
    forEachExpression(statement, [&](Expr e) { forEachNode(e, [&](Expr node) { reads[node->variable] += 1; }); });
  }
  Repetition find(ArrayRef<Statement> statements, ArrayRef<Shape> shapes) const;
  bool isRepeated(ArrayRef<Shape> shapes, size_t length, size_t turn) const;
  std::optional<std::vector<size_t>> outliving(ArrayRef<Statement> group) const;
  Statement loopOf(ArrayRef<Statement> statements, const Repetition &found);
  Expr rebuild(Expr e);
  Expr rebuildNode(Expr e);
  Statement rebuild(const Statement &statement);
  Block rebuild(const Block &block);
  const Leaf &next() { return first.leaves[at++]; }

  Code &code;
  Reads reads;
  // While a loop is made: the leaves of its first turns, in step with the traversal.
  Shape first, second;
  size_t at = 0;
  Variable *turn = nullptr;
};
} // namespace

void Flattener::add(Expr e) {
  if (!e->isIndex)
    return addNode(e);
  auto [base, constant] = splitConstant(e);
  addInteger(constant);
  if (base)
    addNode(base);
}

void Flattener::addNode(Expr e) {
  if (e->kind == Expression::Name) {
    Variable *variable = e->variable->array ? e->variable->array : e->variable;
    shape.text += "$";
    shape.leaves.push_back({0, variable});
    if (e->variable->array)
      addInteger(e->variable->element);
    else if (!e->operands.empty())
      add(e->operands[0]);
    return;
  }
  shape.text += char('a' + e->kind);
  shape.text += e->text + "(";
  for (Expr operand : e->operands)
    add(operand);
  shape.text += ')';
}

void Flattener::add(const Statement &statement) {
  shape.text += char('A' + statement.kind);
  if (statement.kind == Statement::For) {
    // Loops are alike only if their bounds are.
    size_t leaves = shape.leaves.size();
    for (Expr bound : {statement.low, statement.high, statement.step})
      add(bound);
    for (; leaves != shape.leaves.size(); ++leaves)
      shape.text += std::to_string(shape.leaves[leaves].value) + ",";
  }
  if (statement.target)
    add(statement.target);
  if (statement.value)
    add(statement.value);
  if (statement.variable)
    declare(statement.variable);
  if (statement.kind == Statement::For || statement.kind == Statement::If) {
    add(statement.body);
    add(statement.otherwise);
  }
}

static Shape shapeOf(const Statement &statement) {
  Shape shape;
  Flattener(shape).add(statement);
  return shape;
}

/// Whether group number `turn` continues what the first two begin.
bool Roller::isRepeated(ArrayRef<Shape> shapes, size_t length, size_t turn) const {
  llvm::SmallDenseMap<Variable *, Variable *> locals; // of the first group
  for (size_t i = 0; i != length; ++i) {
    const Shape &first = shapes[i], &second = shapes[length + i], &other = shapes[turn * length + i];
    if (first.text != other.text || first.leaves.size() != other.leaves.size())
      return false;
    for (auto [a, b, c] : llvm::zip(first.leaves, second.leaves, other.leaves)) {
      if (a.isDeclaration)
        locals[a.local] = c.local;
      else if (a.local && c.local != (locals.count(a.local) ? locals[a.local] : a.local))
        return false;
      if (c.value - a.value != (b.value - a.value) * int64_t(turn))
        return false;
    }
  }
  return true;
}

/// Which statements of a group declare a local that is read behind the group; nothing if one of
/// them cannot be an element of an array.
std::optional<std::vector<size_t>> Roller::outliving(ArrayRef<Statement> group) const {
  Reads within;
  for (const Statement &statement : group)
    countReads(statement, within);
  std::vector<size_t> result;
  for (auto [i, statement] : llvm::enumerate(group)) {
    if (statement.kind != Statement::Declare || within.lookup(statement.variable) == reads.lookup(statement.variable))
      continue;
    if (statement.variable->isMutable || statement.variable->extent)
      return std::nullopt;
    result.push_back(i);
  }
  return result;
}

Repetition Roller::find(ArrayRef<Statement> statements, ArrayRef<Shape> shapes) const {
  Repetition best;
  int64_t lines = 0;
  for (size_t length = 1; length <= statements.size() / 2; ++length) {
    // Compilers keep arrays in registers where they unroll, which they do from the inside.
    if (statements[length - 1].kind == Statement::For)
      break;
    lines += linesOf(statements[length - 1]);
    if (shapes[0].text != shapes[length].text)
      continue;
    size_t count = 1;
    while ((count + 1) * length <= statements.size() && isRepeated(shapes, length, count))
      ++count;
    if (count < 2)
      continue;
    auto arrays = outliving(statements.take_front(length));
    if (!arrays)
      continue;
    int64_t saved = int64_t(count - 1) * lines - (length > 1 ? 2 : 1) - int64_t(arrays->size());
    if (saved > best.saved && (saved > 1 || count > 2))
      best = {length, count, saved};
  }
  return best;
}

Expr Roller::rebuild(Expr e) {
  if (!e->isIndex)
    return rebuildNode(e);
  int64_t step = second.leaves[at].value - first.leaves[at].value;
  next();
  auto [base, constant] = splitConstant(e);
  Expr sum = base ? rebuildNode(base) : code.integer(0);
  sum = code.add(sum, code.multiply(code.asIndex(code.name(turn)), code.integer(step)));
  return code.add(sum, code.integer(constant));
}

Expr Roller::rebuildNode(Expr e) {
  if (e->kind == Expression::Name) {
    next();
    if (e->variable->array)
      return code.element(e->variable->array, rebuild(code.integer(e->variable->element)));
    return e->operands.empty() ? e : code.element(e->variable, rebuild(e->operands[0]));
  }
  if (e->operands.empty())
    return e;
  llvm::SmallVector<Expr, 4> operands;
  for (Expr operand : e->operands)
    operands.push_back(rebuild(operand));
  return code.rebuild(e, operands);
}

Statement Roller::rebuild(const Statement &statement) {
  Statement result = statement;
  if (statement.target)
    result.target = rebuild(statement.target);
  if (statement.value)
    result.value = rebuild(statement.value);
  if (statement.variable)
    next();
  result.body = rebuild(statement.body);
  result.otherwise = rebuild(statement.otherwise);
  return result;
}

Block Roller::rebuild(const Block &block) {
  Block result;
  for (const Statement &statement : block)
    result.push_back(rebuild(statement));
  return result;
}

Statement Roller::loopOf(ArrayRef<Statement> statements, const Repetition &found) {
  Statement loop{
      .kind = Statement::For, .low = code.integer(0), .high = code.integer(found.count), .step = code.integer(1)};
  loop.variable = turn = code.variable("j", "int64_t");
  loop.unrolled = true;
  for (size_t i = 0; i != found.length; ++i) {
    first = shapeOf(statements[i]);
    second = shapeOf(statements[found.length + i]);
    at = 0;
    loop.body.push_back(rebuild(statements[i]));
  }
  return loop;
}

void Roller::roll(Block &block) {
  Block result;
  std::vector<Shape> shapes;
  auto flatten = [&] {
    shapes.clear();
    for (const Statement &statement : block)
      shapes.push_back(shapeOf(statement));
  };
  flatten();
  for (size_t begin = 0; begin != block.size();) {
    llvm::MutableArrayRef<Statement> rest = llvm::MutableArrayRef(block).drop_front(begin);
    Repetition found = find(rest, ArrayRef(shapes).drop_front(begin));
    if (!found.count) {
      roll(rest[0].body);
      roll(rest[0].otherwise);
      result.push_back(std::move(rest[0]));
      ++begin;
      continue;
    }
    std::vector<size_t> arrays = *outliving(rest.take_front(found.length));
    for (size_t i : arrays) {
      Variable *array = code.variable(rest[i].variable->hint, rest[i].variable->type, true);
      array->extent = found.count;
      result.push_back({.kind = Statement::Declare, .variable = array});
      for (size_t group = 0; group != found.count; ++group) {
        Statement &statement = rest[group * found.length + i];
        statement.variable->array = array;
        statement.variable->element = group;
        statement = {
            .kind = Statement::Assign, .target = code.element(array, code.integer(group)), .value = statement.value};
      }
    }
    Statement loop = loopOf(rest, found);
    roll(loop.body);
    result.push_back(std::move(loop));
    begin += found.count * found.length;
    if (!arrays.empty())
      flatten();
  }
  block = std::move(result);
}

void cnnc::emit::cxx::rollUp(Code &code, Function &function) { Roller(code, function).roll(function.body); }
