// SPDX-License-Identifier: Apache-2.0
// Phases get the signature of the C interface, then everything goes to the LLVM dialect in one conversion.
#include "compiler/emit/native/Lowering.h"

#include "compiler/emit/Emit.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/LoweringOptions.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/DialectConversion.h"
#include "runtime/include/cnnc/runtime.h"

using namespace cnnc::emit;
using namespace mlir;

namespace {
/// Kernels have static shapes, so a pointer says all about a memref.
LowerToLLVMOptions bareOptions(MLIRContext *context) {
  LowerToLLVMOptions options(context);
  options.useBarePtrCallConv = true;
  return options;
}

/// The address of a base, out of the frame that run() passes.
Value loadBase(OpBuilder &builder, Location loc, Value frame, BaseRef base) {
  auto pointer = LLVM::LLVMPointerType::get(builder.getContext());
  auto load = [&](Value from, int64_t offset) -> Value {
    Value field = LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), from, LLVM::GEPArg(int32_t(offset)));
    return LLVM::LoadOp::create(builder, loc, pointer, field);
  };
  switch (base.kind) {
  case BaseRef::Arena:
    return load(frame, offsetof(cnnc_frame, arena));
  case BaseRef::Weights:
    return load(frame, offsetof(cnnc_frame, weights));
  case BaseRef::Input:
    return load(load(frame, offsetof(cnnc_frame, inputs)), base.index * sizeof(void *));
  case BaseRef::Output:
    return load(load(frame, offsetof(cnnc_frame, outputs)), base.index * sizeof(void *));
  }
  llvm_unreachable("all kinds are above");
}

/// Replaces the arguments of a phase: bases are loaded from the frame, begin and end become 64-bit integers.
llvm::Error giveFrame(func::FuncOp phase, const ModelTable &table, const LLVMTypeConverter &converter) {
  MLIRContext *context = phase.getContext();
  Location loc = phase.getLoc();
  OpBuilder builder = OpBuilder::atBlockBegin(&phase.getBody().front());
  Type i64 = builder.getI64Type(), pointer = LLVM::LLVMPointerType::get(context);
  Block &entry = phase.getBody().front();
  unsigned bases = phase.getNumArguments() - 2;

  Value frame = entry.addArgument(pointer, loc);
  for (unsigned i = 0; i != bases; ++i) {
    llvm::Expected<BaseRef> base = BaseRef::read(phase, i, table);
    if (!base)
      return base.takeError();
    Type memref = entry.getArgument(i).getType();
    auto descriptor = MemRefDescriptor::poison(builder, loc, converter.convertType(memref));
    Value address = loadBase(builder, loc, frame, *base);
    descriptor.setAllocatedPtr(builder, loc, address);
    descriptor.setAlignedPtr(builder, loc, address);
    descriptor.setConstantOffset(builder, loc, 0);
    entry.getArgument(i).replaceAllUsesWith(
        UnrealizedConversionCastOp::create(builder, loc, memref, Value(descriptor)).getResult(0));
  }
  for (unsigned i = bases; i != bases + 2; ++i) {
    Value bound = entry.addArgument(i64, loc);
    entry.getArgument(i).replaceAllUsesWith(arith::IndexCastOp::create(builder, loc, builder.getIndexType(), bound));
  }
  entry.addArgument(builder.getI32Type(), loc);
  entry.eraseArguments(0, bases + 2);
  phase.removeArgAttrsAttr();
  phase.setFunctionType(builder.getFunctionType(entry.getArgumentTypes(), {}));
  phase->removeAttr(kPhaseAttr);
  return llvm::Error::success();
}

struct LoopsToLlvm : PassWrapper<LoopsToLlvm, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LoopsToLlvm)
  StringRef getArgument() const override { return "cnnc-loops-to-llvm"; }

  void runOnOperation() override {
    MLIRContext *context = &getContext();
    LLVMTypeConverter converter(context, bareOptions(context));
    RewritePatternSet patterns(context);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);
    populateMathToLLVMConversionPatterns(converter, patterns, /*approximateLog1p=*/false);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    LLVMConversionTarget target(*context);
    target.addLegalOp<ModuleOp>();
    if (failed(applyFullConversion(getOperation(), target, std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

llvm::Error cnnc::emit::lowerToLlvm(ModuleOp module, const ModelTable &table) {
  MLIRContext *context = module.getContext();
  context->loadDialect<LLVM::LLVMDialect>();
  LLVMTypeConverter converter(context, bareOptions(context));
  for (const PhaseInfo &phase : table.phases)
    if (llvm::Error error = giveFrame(phase.function, table, converter))
      return error;

  PassManager passes(context);
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(std::make_unique<LoopsToLlvm>());
  passes.addPass(createReconcileUnrealizedCastsPass());
  if (failed(passes.run(module)))
    return llvm::createStringError("the loops of '" + table.name + "' do not lower to LLVM");
  return llvm::Error::success();
}
