// SPDX-License-Identifier: Apache-2.0
// Walks the scheduled network once: each region becomes a phase by its algorithm, each conversion of layout and each
// halo one of their own; then the module's attributes tell the emitters about inputs, outputs and memory.
#include "compiler/loops/LowerToLoops.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanText.h"
#include "compiler/loops/Chain.h"
#include "compiler/loops/HalfFloats.h"
#include "compiler/loops/Movement.h"
#include "compiler/loops/Phase.h"
#include "dialects/cnn/Constants.h"

#include "mlir/IR/Iterators.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;
using namespace cnnc::loops;

static PhaseFacts factsOf(FusedOp op) {
  PhaseFacts facts{nodesOf(op.getLoc()), shapesOf(op), planText(op.getPlanAttr()), flopsOf(op), 0};
  facts.bytes = bytesOf(op->getOperandTypes()) + bytesOf(op->getResultTypes());
  return facts;
}

static PhaseFacts factsOf(ChainOp chain) {
  auto stages = chain.getStages();
  PhaseFacts facts{nodesOf(chain.getLoc()), shapesOf(chain), planText(chain), 0, 0};
  for (FusedOp stage : stages) {
    PhaseFacts own = factsOf(stage);
    facts.flops += own.flops;
    facts.bytes += own.bytes;
  }
  for (FusedOp stage : ArrayRef(stages).drop_back())
    facts.bytes -= 2 * bytesOf(stage->getResultTypes());
  return facts;
}

/// ONNX's number of an element type (onnx.proto, TensorProto.DataType).
static int32_t onnxType(Type element) {
  if (element.isF32())
    return 1;
  if (element.isF16())
    return 10;
  if (element.isF64())
    return 11;
  if (element.isBF16())
    return 16;
  auto integer = cast<IntegerType>(element);
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return 9;
  case 8:
    return isUnsigned ? 2 : 3;
  case 16:
    return isUnsigned ? 4 : 5;
  case 32:
    return isUnsigned ? 12 : 6;
  default:
    return isUnsigned ? 13 : 7;
  }
}

static DictionaryAttr tensorFacts(Builder &builder, StringRef name, Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("name", builder.getStringAttr(name)),
       builder.getNamedAttr("type", builder.getI32IntegerAttr(onnxType(tensor.getElementType()))),
       builder.getNamedAttr("shape", builder.getDenseI64ArrayAttr(tensor.getShape()))});
}

static DictionaryAttr modelFacts(ModuleOp scheduled, func::FuncOp main, const Network &network,
                                 const StoragePlan &storage, StringRef prefix, StringRef name) {
  Builder builder(scheduled.getContext());
  auto nameOf = [](Attribute attribute) { return attribute ? cast<StringAttr>(attribute).getValue() : StringRef(); };
  SmallVector<Attribute> inputs, outputs;
  for (BlockArgument argument : main.getArguments())
    inputs.push_back(
        tensorFacts(builder, nameOf(main.getArgAttr(argument.getArgNumber(), CnnDialect::kName)), argument.getType()));
  for (auto [i, type] : llvm::enumerate(main.getResultTypes()))
    outputs.push_back(tensorFacts(builder, nameOf(main.getResultAttr(i, CnnDialect::kName)), type));
  auto metadata = scheduled->getAttrOfType<DictionaryAttr>("cnn.metadata");
  auto entry = [&](StringRef key, Attribute value) { return builder.getNamedAttr(key, value); };
  return builder.getDictionaryAttr({
      entry("name", builder.getStringAttr(name)),
      entry("prefix", builder.getStringAttr(prefix)),
      entry("free_batch", builder.getBoolAttr(scheduled->hasAttr(CnnDialect::kFreeBatch))),
      entry("arena_bytes", builder.getI64IntegerAttr(storage.arenaBytes())),
      entry("weight_bytes", builder.getI64IntegerAttr(network.weights.bytes())),
      entry("cpu_features", builder.getStringAttr(network.target.cpuFeatures)),
      entry("inputs", builder.getArrayAttr(inputs)),
      entry("outputs", builder.getArrayAttr(outputs)),
      entry("metadata", metadata ? metadata : builder.getDictionaryAttr({})),
  });
}

/// Arithmetic that an algorithm wrote but did not need, which a C++ compiler would warn of.
static void eraseUnused(ModuleOp module) {
  module.walk<WalkOrder::PostOrder, ReverseIterator>([](Operation *op) {
    if (isOpTriviallyDead(op))
      op->erase();
  });
}

FailureOr<LoweredNetwork> loops::lowerToLoops(ModuleOp scheduled, const Target &target, StringRef prefix,
                                              StringRef name) {
  auto main = scheduled.lookupSymbol<func::FuncOp>("main");
  if (!main)
    return scheduled.emitError("holds no function 'main'");
  StoragePlan storage(main, target);
  OwningOpRef<ModuleOp> module = ModuleOp::create(scheduled.getLoc());
  Network network(*module, storage, target);

  auto zeroHalos = [&](Operation *op) {
    for (Value result : op->getResults())
      if (BlockedAttr layout = layoutOf(result.getType()); layout && layout.hasHalo()) {
        Phase phase(network, op->getLoc(), "zero_halo");
        zeroHalo(phase, result);
        phase.finish({nodesOf(op->getLoc()), shapeText(result.getType()), "halo", 0, 0});
      }
  };
  for (Operation &op : main.getBody().front()) {
    if (isa<ConstantOp, ReshapeOp, JoinOp>(op)) // no phases, but views
      continue;
    zeroHalos(&op);
    if (auto fused = dyn_cast<FusedOp>(op)) {
      const Algorithm &algorithm = algorithmOf(fused);
      if (algorithm.prepares(fused)) {
        Phase phase(network, op.getLoc(), algorithm.name());
        algorithm.prepare(fused, target, phase);
        PhaseFacts facts = factsOf(fused);
        facts.flops = 0; // counted once
        phase.finish(facts);
      }
      Phase phase(network, op.getLoc(), algorithm.name());
      algorithm.lower(fused, target, phase);
      phase.finish(factsOf(fused));
    } else if (auto chain = dyn_cast<ChainOp>(op)) {
      Phase phase(network, op.getLoc(), "chain");
      lowerChain(chain, target, phase);
      phase.finish(factsOf(chain));
    } else if (auto convert = dyn_cast<ConvertLayoutOp>(op)) {
      Phase phase(network, op.getLoc(), "convert_layout");
      convertLayout(phase, convert.getX(), convert.getY());
      phase.finish({nodesOf(op.getLoc()), shapesOf(&op), "convert_layout", 0, bytesOf(op.getOperandTypes()) * 2});
    } else if (auto end = dyn_cast<func::ReturnOp>(op)) {
      for (auto [i, value] : llvm::enumerate(end.getOperands()))
        if (!storage.writtenInPlace(i) && bytesOf(TypeRange{value.getType()}) != 0) {
          Phase phase(network, op.getLoc(), "copy_output");
          copyOutput(phase, value, i);
          phase.finish({nodesOf(value.getLoc()), shapeText(value.getType()), "copy", 0,
                        bytesOf(TypeRange{value.getType()}) * 2});
        }
    } else {
      return op.emitError() << "'" << op.getName() << "' is no part of a scheduled network";
    }
  }
  lowerHalfFloats(*module);
  eraseUnused(*module);
  (*module)->setAttr(emit::kModelAttr, modelFacts(scheduled, main, network, storage, prefix, name));
  return LoweredNetwork{std::move(module), network.weights.section()};
}
