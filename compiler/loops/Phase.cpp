// SPDX-License-Identifier: Apache-2.0
// Kernels, their sharing, and the functions of phases.
#include "compiler/loops/Phase.h"

#include "dialects/cnn/Constants.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

func::FuncOp Network::share(func::FuncOp function, StringRef name) {
  function.setSymName("shared");
  std::string text;
  llvm::raw_string_ostream os(text);
  function->print(os, OpPrintingFlags().assumeVerified().useLocalScope());
  func::FuncOp &known = functions[text];
  if (known) {
    function.erase();
    return known;
  }
  int count = names[name]++;
  function.setSymName(count ? (name + "_" + Twine(count + 1)).str() : name.str());
  return known = function;
}

static Location named(MLIRContext *context, StringRef name) { return NameLoc::get(StringAttr::get(context, name)); }

Phase::Phase(Network &network, Location loc, StringRef name)
    : network(network), builder(network.module.getContext()), loops(builder, loc), target(network.target), name(name) {
  builder.setInsertionPointToEnd(network.module.getBody());
  Type index = builder.getIndexType();
  kernel = func::FuncOp::create(builder, loc, "kernel", builder.getFunctionType({index, index}, {}));
  kernel.setPrivate();
  Block *body = kernel.addEntryBlock();
  body->getArgument(0).setLoc(named(builder.getContext(), "begin"));
  body->getArgument(1).setLoc(named(builder.getContext(), "end"));
  builder.setInsertionPointToStart(body);
}

Value Phase::begin() { return kernel.getArgument(kernel.getBody().front().getNumArguments() - 2); }
Value Phase::end() { return kernel.getBody().front().getArguments().back(); }

Value Phase::argument(const Place &place, MemRefType type, StringRef hint) {
  for (const Argument &known : arguments)
    if (known.type == type && known.place.base == place.base && known.place.index == place.index &&
        known.place.offset == place.offset)
      return known.value;
  Value value = kernel.getBody().front().insertArgument(static_cast<unsigned>(arguments.size()), type,
                                                        named(builder.getContext(), hint));
  arguments.push_back({place, type, value, value.getLoc()});
  return value;
}

Value Phase::memory(Value value) {
  return memory(value, constantOf(value) ? memrefOf(cast<RankedTensorType>(value.getType()))
                                         : network.storage.of(value).type);
}

Value Phase::memory(Value value, MemRefType as) {
  if (ElementsAttr constant = constantOf(value))
    return argument({Place::Weights, 0, network.weights.add(constant, Packing::identity(constant.getShapedType()))}, as, "w");
  return argument(network.storage.of(value).place, as, value.getDefiningOp() ? "x" : "input");
}

Value Phase::packed(ElementsAttr constant, const Packing &packing) {
  int64_t offset = network.weights.add(constant, packing);
  auto type = MemRefType::get(packing.shape, storedElement(constant.getElementType()));
  return argument({Place::Weights, 0, offset}, type, "w");
}

Value Phase::output(unsigned index, MemRefType type) { return argument({Place::Output, index, 0}, type, "output"); }

Value Phase::workspace(FusedOp op, int64_t offset, MemRefType type) {
  return argument({Place::Arena, 0, network.storage.workspaceOf(op) + offset}, type, "scratch");
}

func::FuncOp Phase::function(StringRef name, TypeRange argumentTypes, function_ref<void(Loops &, ValueRange)> body) {
  OpBuilder at(builder.getContext());
  at.setInsertionPoint(kernel);
  auto function = func::FuncOp::create(at, loops.loc, "function", at.getFunctionType(argumentTypes, {}));
  function.setPrivate();
  at.setInsertionPointToStart(function.addEntryBlock());
  Loops inner(at, loops.loc);
  body(inner, function.getArguments());
  func::ReturnOp::create(at, loops.loc);
  return network.share(function, name);
}

Value Phase::typedView(OpBuilder &at, Value base, const Argument &argument) {
  Location loc = argument.loc;
  MemRefType type = argument.type;
  Value offset = arith::ConstantIndexOp::create(at, loc, argument.place.offset);
  if (type.getLayout().isIdentity())
    return memref::ViewOp::create(at, loc, type, base, offset, ValueRange());
  auto [strides, start] = type.getStridesAndOffset();
  int64_t extent = 1;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    extent += (size - 1) * stride;
  Value flat = memref::ViewOp::create(at, loc, MemRefType::get({extent}, type.getElementType()), base, offset, ValueRange());
  return memref::ReinterpretCastOp::create(at, loc, type, flat, start, type.getShape(), strides);
}

void Phase::finish(const PhaseFacts &facts) {
  func::ReturnOp::create(builder, loops.loc);
  kernel.setType(builder.getFunctionType(kernel.getBody().front().getArgumentTypes(), {}));
  kernel = network.share(kernel, name);

  // The phase takes each base once, whatever number of views it makes of it.
  SmallVector<std::string> bases;
  for (const Argument &argument : arguments)
    if (!llvm::is_contained(bases, argument.place.word()))
      bases.push_back(argument.place.word());
  OpBuilder at(builder.getContext());
  at.setInsertionPointToEnd(network.module.getBody());
  SmallVector<Type> types(bases.size(), MemRefType::get({ShapedType::kDynamic}, at.getI8Type()));
  types.append(2, at.getIndexType());
  auto phase = func::FuncOp::create(at, loops.loc, "layer", at.getFunctionType(types, {}));
  int64_t number = llvm::count_if(network.module.getOps<func::FuncOp>(),
                                  [](func::FuncOp function) { return function->hasAttr(emit::kPhaseAttr); });
  phase.setSymName("layer" + std::to_string(number + 1));
  for (auto [index, base] : llvm::enumerate(bases))
    phase.setArgAttr(index, emit::kBaseAttr, at.getStringAttr(base));
  auto count = [&](int64_t value) { return at.getI64IntegerAttr(value); };
  phase->setAttr(emit::kPhaseAttr, at.getDictionaryAttr({
                                       at.getNamedAttr("kernel", at.getStringAttr(kernel.getSymName())),
                                       at.getNamedAttr("nodes", at.getStringAttr(facts.nodes)),
                                       at.getNamedAttr("shapes", at.getStringAttr(facts.shapes)),
                                       at.getNamedAttr("plan", at.getStringAttr(facts.plan)),
                                       at.getNamedAttr("flops", count(facts.flops)),
                                       at.getNamedAttr("bytes", count(facts.bytes)),
                                       at.getNamedAttr("grid", count(grid)),
                                       at.getNamedAttr("grain", count(grain)),
                                   }));

  Block *body = phase.addEntryBlock();
  at.setInsertionPointToStart(body);
  SmallVector<Value> operands;
  for (const Argument &argument : arguments) {
    size_t base = llvm::find(bases, argument.place.word()) - bases.begin();
    operands.push_back(typedView(at, body->getArgument(base), argument));
  }
  operands.append({body->getArgument(bases.size()), body->getArgument(bases.size() + 1)});
  func::CallOp::create(at, loops.loc, kernel, operands);
  func::ReturnOp::create(at, loops.loc);
}
