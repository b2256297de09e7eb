// SPDX-License-Identifier: Apache-2.0
// Translation to LLVM IR, LLVM's own optimiser for the machine, and the object.
#include "compiler/emit/native/Codegen.h"

#include "compiler/emit/native/Descriptor.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace cnnc::emit;
using namespace llvm;

static void initializeTargets() {
  static bool once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
  LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
  LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)once;
}

static Expected<std::unique_ptr<TargetMachine>> createMachine(const MachineTarget &target) {
  initializeTargets();
  Triple triple(target.triple);
  std::string reason;
  const llvm::Target *found = TargetRegistry::lookupTarget(triple, reason);
  if (!found || (triple.getArch() != Triple::x86_64 && triple.getArch() != Triple::aarch64))
    return createStringError("cannot make code for '" + target.triple + "': cnnc knows x86_64 and aarch64");
  // LLVM would only warn about a name that it does not know.
  std::unique_ptr<MCSubtargetInfo> subtarget(found->createMCSubtargetInfo(triple, "", ""));
  if (!subtarget->isCPUStringValid(target.cpu))
    return createStringError("unknown processor '" + target.cpu + "' for " + target.triple);

  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard; // fuses vector.fma and nothing else: the loops decide about rounding
  return std::unique_ptr<TargetMachine>(found->createTargetMachine(triple, target.cpu, target.features, options,
                                                                   Reloc::PIC_, std::nullopt, CodeGenOptLevel::Aggressive));
}

/// Kernels and phases are for the machine, and nobody else's business.
static void markKernels(Module &module, const MachineTarget &target) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.setLinkage(GlobalValue::InternalLinkage);
    function.setDSOLocal(true);
    function.setDoesNotThrow();
    function.addFnAttr("target-cpu", target.cpu);
    if (!target.features.empty())
      function.addFnAttr("target-features", target.features);
    if (Triple(target.triple).isX86())
      function.addFnAttr("prefer-vector-width", "512");
  }
}

static void optimize(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, modules);
}

/// A library may ask its process for nothing but moving bytes.
static Error checkUndefined(MemoryBufferRef object, StringRef weightsSymbol) {
  Expected<std::unique_ptr<object::ObjectFile>> file = object::ObjectFile::createObjectFile(object);
  if (!file)
    return file.takeError();
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    Expected<StringRef> name = symbol.getName();
    if (!flags || !name)
      return joinErrors(flags.takeError(), name.takeError());
    if (!(*flags & object::SymbolRef::SF_Undefined) || name->empty() || *name == weightsSymbol ||
        is_contained({"memcpy", "memset", "memmove"}, *name))
      continue;
    return createStringError("the code calls '" + *name + "', which the library would have to find elsewhere");
  }
  return Error::success();
}

namespace {
/// LLVM IR and the machine that it is for; members go in the opposite order.
struct Generated {
  std::unique_ptr<LLVMContext> context = std::make_unique<LLVMContext>();
  std::unique_ptr<TargetMachine> machine;
  std::unique_ptr<Module> module;
};
} // namespace

static Expected<Generated> generate(mlir::ModuleOp lowered, const ModelTable &table, const SymbolNames &names,
                                    const MachineTarget &target) {
  Generated code;
  if (Error error = createMachine(target).moveInto(code.machine))
    return error;
  mlir::DialectRegistry registry;
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  lowered.getContext()->appendDialectRegistry(registry);
  code.module = mlir::translateModuleToLLVMIR(lowered, *code.context, table.name);
  if (!code.module)
    return createStringError("the code of '" + table.name + "' does not translate to LLVM IR");
  code.module->setTargetTriple(code.machine->getTargetTriple());
  code.module->setDataLayout(code.machine->createDataLayout());
  code.module->setPICLevel(PICLevel::BigPIC);
  markKernels(*code.module, target);
  if (Error error = addDescriptor(*code.module, table, names))
    return error;
  optimize(*code.module, *code.machine);
  return code;
}

Expected<std::unique_ptr<MemoryBuffer>> cnnc::emit::generateObject(mlir::ModuleOp lowered, const ModelTable &table,
                                                                   const SymbolNames &names, const MachineTarget &target) {
  Expected<Generated> code = generate(lowered, table, names, target);
  if (!code)
    return code.takeError();
  SmallVector<char, 0> bytes;
  raw_svector_ostream out(bytes);
  legacy::PassManager passes;
  if (code->machine->addPassesToEmitFile(passes, out, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("LLVM writes no objects for '" + target.triple + "'");
  passes.run(*code->module);
  auto object = std::make_unique<SmallVectorMemoryBuffer>(std::move(bytes), "code.o", /*RequiresNullTerminator=*/false);
  if (Error error = checkUndefined(object->getMemBufferRef(), names.weights))
    return error;
  return object;
}

Error cnnc::emit::generateText(mlir::ModuleOp lowered, const ModelTable &table, const SymbolNames &names,
                               const MachineTarget &target, raw_ostream &os) {
  Expected<Generated> code = generate(lowered, table, names, target);
  if (!code)
    return code.takeError();
  code->module->print(os, nullptr);
  return Error::success();
}
