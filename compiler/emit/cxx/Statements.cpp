// SPDX-License-Identifier: Apache-2.0
// Blocks of operations as statements: what is named, what is carried, and in which order memory is
// read.
#include "compiler/emit/cxx/FunctionWriter.h"
#include "compiler/emit/cxx/Names.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ADT/MapVector.h"

using namespace cnnc::emit::cxx;
using namespace mlir;

/// The most nodes of an expression that stands for one value.
static constexpr int kMostNodes = 26;
/// The most nodes of an index that is repeated rather than named.
static constexpr int kMostIndexNodes = 9;
/// As many carried values of one type make an array.
static constexpr size_t kLeastArray = 3;

static bool mentions(Expr e, Expr target) {
  bool found = false;
  forEachNode(e, [&](Expr node) {
    if (node->kind != Expression::Name || node->variable != target->variable)
      return;
    bool isOther =
        !node->operands.empty() && !target->operands.empty() && node->operands[0]->value != target->operands[0]->value;
    found |= !isOther;
  });
  return found;
}

static bool mentionsVariables(Expr e) {
  bool found = false;
  forEachNode(e, [&](Expr node) { found |= node->variable && node->variable->isMutable; });
  return found;
}

static bool isSame(Expr a, Expr b) {
  return a->kind == Expression::Name && a->variable == b->variable && mentions(a, b);
}

std::string FunctionWriter::typeOf(Value value) { return types.name(value.getType(), maskWidth(value)); }

Variable *FunctionWriter::parameter(BlockArgument argument) {
  auto memref = dyn_cast<MemRefType>(argument.getType());
  if (!memref)
    return code.variable(hintOf(argument, "value"), types.name(argument.getType()));
  std::string type = (isWritten(argument) ? "" : "const ") + types.name(memref.getElementType());
  Variable *variable = code.variable(memoryHint(argument), isArray(memref) ? type : type + " *");
  if (isArray(memref))
    for (int64_t extent : memref.getShape())
      variable->suffix += "[" + std::to_string(extent) + "]";
  return variable;
}

llvm::Expected<Function> FunctionWriter::write(func::FuncOp op) {
  function = op;
  Function result{op.getName().str(), {}, {}};
  for (BlockArgument argument : op.getArguments()) {
    result.parameters.push_back(parameter(argument));
    Expr name = code.name(result.parameters.back());
    expressions[argument] = argument.getType().isIndex() ? code.asIndex(name) : name;
  }
  writeBody(op.getBody().front(), result.body);
  if (!error.empty())
    return llvm::createStringError(error);
  return result;
}

llvm::Expected<Function> FunctionWriter::writePhase(func::FuncOp op, ArrayRef<Expr> arguments) {
  function = op;
  Function result{op.getName().str(), {}, {}};
  for (auto [argument, expression] : llvm::zip(op.getArguments(), arguments))
    expressions[argument] = expression;
  writeBody(op.getBody().front(), result.body);
  if (!error.empty())
    return llvm::createStringError(error);
  return result;
}

void FunctionWriter::fail(Operation &op, const llvm::Twine &reason) {
  if (error.empty())
    error = ("@" + function.getName() + ": " + reason + " '" + op.getName().getStringRef() + "'").str();
}

/// The innermost values that wait are those of the innermost block.
void FunctionWriter::writeBody(mlir::Block &from, Block &to) {
  SmallVector<Value> outside;
  std::swap(pending, outside);
  Block *before = std::exchange(block, &to);
  for (Operation &op : from)
    if (error.empty())
      writeOperation(op);
  block = before;
  std::swap(pending, outside);
}

Expr FunctionWriter::use(Value value) {
  if (auto number = value.getDefiningOp<arith::ConstantOp>())
    return constant(number.getValue(), value.getType(), maskWidth(value));
  llvm::erase(pending, value);
  Expr e = expressions.lookup(value);
  assert(e && "operations are written in order");
  return e;
}

Expr FunctionWriter::declare(Value value, Expr e) {
  Variable *variable = code.variable(wordOf(value), typeOf(value));
  push({.kind = Statement::Declare, .variable = variable, .value = e});
  Expr name = code.name(variable);
  return expressions[value] = value.getType().isIndex() ? code.asIndex(name) : name;
}

void FunctionWriter::define(Value value, Expr e) {
  if (Expr target = targets.lookup(value)) {
    flush([&](Expr waiting) { return mentions(waiting, target); });
    push({.kind = Statement::Assign, .target = target, .value = e});
    expressions[value] = variables[value] = target;
    return;
  }
  if (isa<MemRefType>(value.getType())) {
    expressions[value] = e;
    return;
  }
  // Indices stand where they are used, unless they take long, as quotients do and what is computed from fractions.
  bool takesLong = isa<arith::DivUIOp, arith::RemUIOp, arith::DivSIOp, arith::RemSIOp, arith::IndexCastOp>(
      value.getDefiningOp());
  if (value.getType().isIndex() && !takesLong && !e->reads && e->size <= kMostIndexNodes && !mentionsVariables(e)) {
    expressions[value] = e;
  } else if (value.hasOneUse() && (*value.user_begin())->getBlock() == value.getParentBlock() &&
             e->size <= kMostNodes) {
    expressions[value] = e;
    pending.push_back(value);
  } else {
    declare(value, e);
  }
}

/// Names the waiting values whose expressions would not mean the same after the next statement.
void FunctionWriter::flush(llvm::function_ref<bool(Expr)> isStale) {
  for (Value value : SmallVector<Value>(pending))
    if (isStale(expressions[value])) {
      llvm::erase(pending, value);
      declare(value, expressions[value]);
    }
}

void FunctionWriter::flushReads() {
  flush([](Expr e) { return e->reads; });
}

void FunctionWriter::writeOperation(Operation &op) {
  if (isa<arith::ConstantOp, func::ReturnOp, scf::YieldOp>(op))
    return;
  bool hasEffect =
      isa<memref::StoreOp, vector::StoreOp, func::CallOp, scf::ForOp, scf::IfOp, memref::PrefetchOp, LLVM::FenceOp>(op);
  if (!hasEffect && op.use_empty())
    return;
  if (auto store = dyn_cast<memref::StoreOp>(op)) {
    Expr value = use(store.getValue()), target = place(store.getMemRef(), store.getIndices());
    flushReads();
    push({.kind = Statement::Assign, .target = target, .value = value});
  } else if (auto store = dyn_cast<vector::StoreOp>(op)) {
    Expr value = use(store.getValueToStore()), target = place(store.getBase(), store.getIndices());
    flushReads();
    push({.kind = Statement::Do, .value = code.call("store", {value, code.prefix("&", target)})});
  } else if (auto ahead = dyn_cast<memref::PrefetchOp>(op)) {
    Expr target = place(ahead.getMemref(), ahead.getIndices());
    push({.kind = Statement::Do, .value = code.call("prefetch", {code.prefix("&", target)})});
  } else if (isa<LLVM::FenceOp>(op)) {
    push({.kind = Statement::Do, .value = code.call("forget", {})});
  } else if (auto call = dyn_cast<func::CallOp>(op)) {
    if (call.getNumResults())
      return fail(op, "C++ has no words for results of");
    auto arguments = llvm::map_to_vector(call.getOperands(), [&](Value value) { return use(value); });
    flushReads();
    push({.kind = Statement::Do, .value = code.call(call.getCallee(), arguments)});
  } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
    writeFor(loop);
  } else if (auto choice = dyn_cast<scf::IfOp>(op)) {
    writeIf(choice);
  } else if (op.getNumResults() != 1) {
    fail(op, "C++ has no words for");
  } else if (Expr e = expressionOf(op)) {
    define(op.getResult(0), e);
  } else {
    fail(op, "C++ has no words for");
  }
}

/// Writes values over variables, all at once: what still reads one of the variables gets a name
/// before.
void FunctionWriter::assign(ArrayRef<Expr> targets, ValueRange values) {
  SmallVector<std::pair<Expr, Value>> changes;
  for (auto [target, value] : llvm::zip(targets, values)) {
    Expr held = variables.lookup(value);
    if (!held || !isSame(held, target))
      changes.push_back({target, value});
  }
  SmallVector<Expr> news;
  for (auto [index, change] : llvm::enumerate(changes)) {
    Expr e = use(change.second);
    bool isStale =
        llvm::any_of(ArrayRef(changes).take_front(index), [&](auto &earlier) { return mentions(e, earlier.first); });
    news.push_back(isStale ? declare(change.second, e) : e);
  }
  for (auto [change, e] : llvm::zip(changes, news))
    push({.kind = Statement::Assign, .target = change.first, .value = e});
}

/// Whether the carried value is not read any more where its next one is computed.
static bool mayWriteOver(Value carried, Value next, Operation *yield) {
  Operation *definition = next.getDefiningOp();
  if (!definition || definition->getBlock() != yield->getBlock() || definition->getNumRegions() ||
      isa<arith::ConstantOp>(definition) || llvm::count(yield->getOperands(), next) != 1)
    return false;
  return llvm::all_of(carried.getUsers(), [&](Operation *user) {
    Operation *at = definition->getBlock()->findAncestorOpInBlock(*user);
    return at == definition || at->isBeforeInBlock(definition);
  });
}

void FunctionWriter::writeFor(scf::ForOp loop) {
  Expr low = use(loop.getLowerBound()), high = use(loop.getUpperBound()), step = use(loop.getStep());
  flush([](Expr e) { return e->reads || mentionsVariables(e); });
  // C++ asks for the end of the loop in each turn.
  if (high->reads || mentionsVariables(high))
    high = declare(loop.getUpperBound(), high);
  if (step->reads || mentionsVariables(step))
    step = declare(loop.getStep(), step);
  Operation *yield = loop.getBody()->getTerminator();

  // A variable that nobody else reads is carried on; other values get new ones, in arrays where
  // they are many.
  SmallVector<Expr> carried(loop.getInits().size());
  llvm::MapVector<Type, SmallVector<size_t>> fresh;
  for (auto [i, init] : llvm::enumerate(loop.getInits())) {
    Expr held = variables.lookup(init);
    if (held && init.hasOneUse() && init.getParentBlock() == loop->getBlock())
      carried[i] = held;
    else
      fresh[init.getType()].push_back(i);
  }
  for (auto &[type, list] : fresh) {
    Value first = loop.getInits()[list.front()];
    std::string word = wordOfCarried(yield->getOperand(list.front()));
    bool isArray = list.size() >= kLeastArray;
    Variable *array = isArray ? code.variable(word, typeOf(first), true) : nullptr;
    if (isArray) {
      array->extent = list.size();
      push({.kind = Statement::Declare, .variable = array});
    }
    for (auto [element, i] : llvm::enumerate(list)) {
      Expr init = use(loop.getInits()[i]);
      if (isArray) {
        carried[i] = code.element(array, code.integer(element));
        push({.kind = Statement::Assign, .target = carried[i], .value = init});
      } else {
        Variable *variable = code.variable(word, typeOf(first), true);
        carried[i] = code.name(variable);
        push({.kind = Statement::Declare, .variable = variable, .value = init});
      }
    }
  }

  for (auto [i, value] : llvm::enumerate(carried)) {
    expressions[loop.getRegionIterArg(i)] = variables[loop.getRegionIterArg(i)] = value;
    expressions[loop.getResult(i)] = variables[loop.getResult(i)] = value;
    if (mayWriteOver(loop.getRegionIterArg(i), yield->getOperand(i), yield))
      targets[yield->getOperand(i)] = value;
  }
  Statement statement{.kind = Statement::For, .low = low, .high = high, .step = step};
  statement.variable = code.variable(hintOf(loop.getInductionVar(), "i"), "int64_t");
  expressions[loop.getInductionVar()] = code.asIndex(code.name(statement.variable));
  Block *outside = block;
  writeBody(*loop.getBody(), statement.body);
  block = &statement.body;
  assign(carried, yield->getOperands());
  block = outside;
  push(std::move(statement));
}

/// A choice between two expressions, where the branches need no statement.
std::optional<Expr> FunctionWriter::asConditional(scf::IfOp choice) {
  if (choice.getNumResults() != 1)
    return std::nullopt;
  auto branch = [&](mlir::Block &from) -> Expr {
    Block statements;
    writeBody(from, statements);
    return statements.empty() && error.empty() ? use(from.getTerminator()->getOperand(0)) : nullptr;
  };
  Expr then = branch(*choice.thenBlock()), otherwise = branch(*choice.elseBlock());
  if (!then || !otherwise)
    return std::nullopt;
  return code.conditional(use(choice.getCondition()), then, otherwise);
}

void FunctionWriter::writeIf(scf::IfOp choice) {
  if (auto e = asConditional(choice))
    return choice.use_empty() ? void() : define(choice.getResult(0), *e);
  Expr condition = use(choice.getCondition());
  flush([](Expr e) { return e->reads || mentionsVariables(e); });
  SmallVector<Expr> results;
  for (Value result : choice.getResults()) {
    Variable *variable = code.variable("chosen", typeOf(result), true);
    push({.kind = Statement::Declare, .variable = variable});
    results.push_back(code.name(variable));
    expressions[result] = variables[result] = results.back();
  }
  Statement statement{.kind = Statement::If, .value = condition};
  Block *outside = block;
  auto branch = [&](mlir::Block &from, Block &to) {
    writeBody(from, to);
    block = &to;
    assign(results, from.getTerminator()->getOperands());
    block = outside;
  };
  branch(*choice.thenBlock(), statement.body);
  if (choice.elseBlock())
    branch(*choice.elseBlock(), statement.otherwise);
  push(std::move(statement));
}
