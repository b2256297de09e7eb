// SPDX-License-Identifier: Apache-2.0
// Structures are laid out by the offsets of the C header itself, so that they cannot disagree with it.
#include "compiler/emit/native/Descriptor.h"

#include "runtime/include/cnnc/runtime.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/Linker/Linker.h"
#include "llvm/TargetParser/Triple.h"

#include <cstddef>
#include <map>

using namespace cnnc::emit;
using namespace llvm;

namespace {
constexpr unsigned char kEntryX86_64[] = {
#embed CNNC_ENTRY_X86_64
};
constexpr unsigned char kEntryAArch64[] = {
#embed CNNC_ENTRY_AARCH64
};
constexpr StringLiteral kRunSymbol = "cnnc_entry_run";

/// A constant of one C structure: values at offsets, zero where there is none.
class StructBuilder {
public:
  StructBuilder(LLVMContext &context, size_t size) : context(context), size(size) {}
  void put(size_t offset, Constant *value) { values[offset] = value; }
  void putInteger(size_t offset, size_t width, uint64_t value) {
    put(offset, ConstantInt::get(Type::getIntNTy(context, width * 8), value));
  }

  Constant *build(const DataLayout &layout) const {
    SmallVector<Constant *> members;
    size_t at = 0;
    auto pad = [&](size_t to) {
      assert(at <= to && "members overlap");
      if (at != to)
        members.push_back(ConstantAggregateZero::get(ArrayType::get(Type::getInt8Ty(context), to - at)));
      at = to;
    };
    for (auto [offset, value] : values) {
      pad(offset);
      members.push_back(value);
      at += layout.getTypeStoreSize(value->getType());
    }
    pad(size);
    return ConstantStruct::getAnon(members, /*Packed=*/true);
  }

private:
  LLVMContext &context;
  size_t size;
  std::map<size_t, Constant *> values;
};

#define PUT(builder, type, member, value) builder.put(offsetof(type, member), value)
#define PUT_INTEGER(builder, type, member, value)                                                                      \
  builder.putInteger(offsetof(type, member), sizeof(type::member), value)

class DescriptorBuilder {
public:
  DescriptorBuilder(Module &module, const ModelTable &table) : module(module), table(table), context(module.getContext()) {}
  Constant *build(StringRef weightsSymbol, Function *run);

private:
  /// Read-only data, reached through its address only.
  Constant *data(Constant *value, Align align, const Twine &name) {
    auto *global = new GlobalVariable(module, value->getType(), /*isConstant=*/true, GlobalValue::InternalLinkage, value, name);
    global->setAlignment(align);
    return global;
  }
  Constant *null() { return ConstantPointerNull::get(PointerType::get(context, 0)); }
  Constant *text(StringRef value) {
    Constant *&global = strings[value];
    if (!global)
      global = data(ConstantDataArray::getString(context, value), Align(1), "string");
    return global;
  }
  Constant *array(ArrayRef<Constant *> elements, const Twine &name) {
    if (elements.empty())
      return null();
    return data(ConstantArray::get(ArrayType::get(elements[0]->getType(), elements.size()), elements), Align(8), name);
  }
  Constant *tensors(ArrayRef<TensorInfo> infos, const Twine &name);
  Constant *phases();
  Constant *metadata();

  Module &module;
  const ModelTable &table;
  LLVMContext &context;
  StringMap<Constant *> strings;
};

/// The bits of the comma-separated features.
uint64_t featureBits(StringRef features) {
  uint64_t bits = 0;
  for (StringRef feature : split(features, ','))
    bits |= StringSwitch<uint64_t>(feature)
                .Case("sse4_2", CNNC_CPU_SSE4_2).Case("popcnt", CNNC_CPU_POPCNT).Case("avx", CNNC_CPU_AVX)
                .Case("avx2", CNNC_CPU_AVX2).Case("fma", CNNC_CPU_FMA).Case("f16c", CNNC_CPU_F16C)
                .Case("bmi", CNNC_CPU_BMI).Case("bmi2", CNNC_CPU_BMI2).Case("lzcnt", CNNC_CPU_LZCNT)
                .Case("movbe", CNNC_CPU_MOVBE).Case("avx512f", CNNC_CPU_AVX512F).Case("avx512bw", CNNC_CPU_AVX512BW)
                .Case("avx512cd", CNNC_CPU_AVX512CD).Case("avx512dq", CNNC_CPU_AVX512DQ)
                .Case("avx512vl", CNNC_CPU_AVX512VL).Case("neon", CNNC_CPU_NEON).Default(0);
  return bits;
}

Constant *DescriptorBuilder::tensors(ArrayRef<TensorInfo> infos, const Twine &name) {
  SmallVector<Constant *> rows;
  for (const TensorInfo &info : infos) {
    StructBuilder row(context, sizeof(cnnc_tensor));
    PUT(row, cnnc_tensor, name, text(info.name));
    PUT_INTEGER(row, cnnc_tensor, type, info.type);
    PUT_INTEGER(row, cnnc_tensor, bytes, info.bytes());
    PUT_INTEGER(row, cnnc_tensor, rank, info.shape.size());
    Constant *shape = ConstantDataArray::get(context, ArrayRef(info.shape));
    PUT(row, cnnc_tensor, shape, info.shape.empty() ? null() : data(shape, Align(8), "shape"));
    rows.push_back(row.build(module.getDataLayout()));
  }
  return array(rows, name);
}

Constant *DescriptorBuilder::phases() {
  SmallVector<Constant *> rows;
  for (const PhaseInfo &phase : table.phases) {
    StructBuilder row(context, sizeof(cnnc_phase));
    PUT(row, cnnc_phase, name, text(phase.name));
    PUT(row, cnnc_phase, kernel, text(phase.kernel));
    PUT(row, cnnc_phase, nodes, text(phase.nodes));
    PUT(row, cnnc_phase, shapes, text(phase.shapes));
    PUT(row, cnnc_phase, plan, text(phase.plan));
    PUT_INTEGER(row, cnnc_phase, flops, phase.flops);
    PUT_INTEGER(row, cnnc_phase, bytes, phase.bytes);
    PUT_INTEGER(row, cnnc_phase, grid, phase.grid);
    PUT_INTEGER(row, cnnc_phase, grain, phase.grain);
    PUT(row, cnnc_phase, run, module.getFunction(phase.name));
    rows.push_back(row.build(module.getDataLayout()));
  }
  return array(rows, "phases");
}

Constant *DescriptorBuilder::metadata() {
  SmallVector<Constant *> rows;
  for (const auto &[key, value] : table.metadata) {
    StructBuilder row(context, sizeof(cnnc_metadata));
    PUT(row, cnnc_metadata, key, text(key));
    PUT(row, cnnc_metadata, value, text(value));
    rows.push_back(row.build(module.getDataLayout()));
  }
  return array(rows, "metadata");
}

Constant *DescriptorBuilder::build(StringRef weightsSymbol, Function *run) {
  Constant *weights = null();
  if (table.weightBytes) {
    auto *global = new GlobalVariable(module, Type::getInt8Ty(context), /*isConstant=*/true, GlobalValue::ExternalLinkage,
                                      nullptr, weightsSymbol);
    global->setVisibility(GlobalValue::HiddenVisibility);
    weights = global;
  }
  StructBuilder model(context, sizeof(cnnc_network));
  PUT_INTEGER(model, cnnc_network, abi_version, CNNC_ABI_VERSION);
  PUT_INTEGER(model, cnnc_network, struct_size, sizeof(cnnc_network));
  PUT(model, cnnc_network, cpu, text(table.cpuFeatures));
  PUT_INTEGER(model, cnnc_network, cpu_features, featureBits(table.cpuFeatures));
  PUT(model, cnnc_network, metadata, metadata());
  PUT_INTEGER(model, cnnc_network, metadata_count, table.metadata.size());
  PUT_INTEGER(model, cnnc_network, arena_alignment, 64);
  PUT_INTEGER(model, cnnc_network, free_batch, table.freeBatch);
  PUT(model, cnnc_network, name, text(table.name));
  PUT(model, cnnc_network, inputs, tensors(table.inputs, "inputs"));
  PUT(model, cnnc_network, outputs, tensors(table.outputs, "outputs"));
  PUT_INTEGER(model, cnnc_network, input_count, table.inputs.size());
  PUT_INTEGER(model, cnnc_network, output_count, table.outputs.size());
  PUT(model, cnnc_network, phases, phases());
  PUT_INTEGER(model, cnnc_network, phase_count, table.phases.size());
  PUT(model, cnnc_network, weights, weights);
  PUT_INTEGER(model, cnnc_network, weight_bytes, table.weightBytes);
  PUT_INTEGER(model, cnnc_network, arena_bytes, table.arenaBytes);
  PUT(model, cnnc_network, run, run);
  return data(model.build(module.getDataLayout()), Align(8), "model");
}

/// The code of run(), which was compiled with cnnc. It keeps its own target attributes: it checks the machine before
/// anything of the kernels runs.
Expected<Function *> linkEntry(Module &module) {
  bool arm = module.getTargetTriple().getArch() == Triple::aarch64;
  ArrayRef<unsigned char> bytes = arm ? ArrayRef(kEntryAArch64) : ArrayRef(kEntryX86_64);
  MemoryBufferRef buffer(toStringRef(bytes), "entry");
  Expected<std::unique_ptr<Module>> entry = parseBitcodeFile(buffer, module.getContext());
  if (!entry)
    return entry.takeError();
  (*entry)->setTargetTriple(module.getTargetTriple());
  (*entry)->setDataLayout(module.getDataLayout());
  SmallVector<std::string> names;
  for (Function &function : **entry)
    if (!function.isDeclaration())
      names.push_back(function.getName().str());
  if (Linker::linkModules(module, std::move(*entry)))
    return createStringError("the entry code does not link");
  for (const std::string &name : names)
    module.getFunction(name)->setLinkage(GlobalValue::InternalLinkage);
  return module.getFunction(kRunSymbol);
}
} // namespace

Error cnnc::emit::addDescriptor(Module &module, const ModelTable &table, const SymbolNames &names) {
  Expected<Function *> run = linkEntry(module);
  if (!run)
    return run.takeError();
  Constant *model = DescriptorBuilder(module, table).build(names.weights, *run);
  LLVMContext &context = module.getContext();
  Function *getter = Function::Create(FunctionType::get(PointerType::get(context, 0), false), GlobalValue::ExternalLinkage,
                                      names.model, module);
  getter->setDoesNotThrow();
  IRBuilder<>(BasicBlock::Create(context, "", getter)).CreateRet(model);
  return Error::success();
}
