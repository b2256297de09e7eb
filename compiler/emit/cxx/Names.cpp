// SPDX-License-Identifier: Apache-2.0
// Names come from locations, from the functions that values are handed to, or from what computes them.
#include "compiler/emit/cxx/Names.h"

using namespace cnnc::emit::cxx;
using namespace mlir;

/// The name in a location. That of an operation says for which ONNX nodes it is; beside them there
/// may be a name.
static StringRef nameIn(Value value) {
  if (isa<BlockArgument>(value)) {
    auto name = dyn_cast<NameLoc>(value.getLoc());
    return name ? name.getName().getValue() : "";
  }
  auto fused = dyn_cast<FusedLoc>(value.getLoc());
  auto name = fused ? dyn_cast_or_null<StringAttr>(fused.getMetadata()) : StringAttr();
  return name ? name.getValue() : "";
}

static func::FuncOp calleeOf(func::CallOp call) {
  return SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
}

std::string cnnc::emit::cxx::hintOf(Value value, StringRef otherwise) {
  StringRef name = nameIn(value);
  for (OpOperand &use : value.getUses())
    if (auto call = dyn_cast<func::CallOp>(use.getOwner()); call && (name.empty() || isa<MemRefType>(value.getType())))
      if (func::FuncOp callee = calleeOf(call); callee && !callee.isExternal())
        if (StringRef inner = nameIn(callee.getArgument(use.getOperandNumber())); !inner.empty())
          name = inner;
  std::string hint;
  for (char c : name)
    hint += llvm::isAlnum(c) ? c : '_';
  return hint.empty() || llvm::isDigit(hint[0]) ? otherwise.str() : hint;
}

bool cnnc::emit::cxx::isWritten(BlockArgument argument) {
  return llvm::any_of(argument.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (auto call = dyn_cast<func::CallOp>(user)) {
      func::FuncOp callee = calleeOf(call);
      return !callee || callee.isExternal() || isWritten(callee.getArgument(use.getOperandNumber()));
    }
    return isa<memref::StoreOp, vector::StoreOp>(user);
  });
}

std::string cnnc::emit::cxx::memoryHint(Value memory) {
  std::string hint = hintOf(memory, "memory");
  auto argument = dyn_cast<BlockArgument>(memory);
  return hint == "x" && argument && isWritten(argument) ? "y" : hint;
}

/// A word for a value that gets a name of its own.
static StringRef wordFor(Operation *op) {
  if (!op)
    return "value";
  if (op->getResult(0).getType().isIndex())
    return isa<arith::DivUIOp, arith::DivSIOp>(op)   ? "quotient"
           : isa<arith::RemUIOp, arith::RemSIOp>(op) ? "rest"
                                                     : "index";
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case<arith::CmpFOp, arith::CmpIOp>([](auto) { return "is"; })
      .Case<vector::FMAOp, arith::AddFOp>([](auto) { return "sum"; })
      .Case<arith::MulFOp>([](auto) { return "product"; })
      .Case<arith::BitcastOp>([](auto) { return "bits"; })
      .Case<arith::MaximumFOp>([](auto) { return "most"; })
      .Default([](auto) { return "value"; });
}

std::string cnnc::emit::cxx::wordOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (std::string hint = hintOf(value, ""); !hint.empty())
    return hint;
  if (auto broadcast = dyn_cast_or_null<vector::BroadcastOp>(op))
    return wordOf(broadcast.getSource());
  if (auto load = dyn_cast_or_null<memref::LoadOp>(op))
    return memoryHint(load.getMemRef()) + "_element";
  if (auto load = dyn_cast_or_null<vector::LoadOp>(op))
    return memoryHint(load.getBase()) + "_vector";
  return wordFor(op).str();
}

std::string cnnc::emit::cxx::wordOfCarried(Value next) {
  while (auto inner = next.getDefiningOp<scf::ForOp>())
    next = inner.getBody()->getTerminator()->getOperand(cast<OpResult>(next).getResultNumber());
  return wordFor(next.getDefiningOp()).str();
}
