// SPDX-License-Identifier: Apache-2.0
// Reads the attributes of the loops level; a missing or ill-typed entry is an error that names it.
#include "compiler/emit/ModelTable.h"

#include "compiler/emit/Emit.h"
#include "runtime/include/cnnc/runtime.h"

using namespace cnnc::emit;
using namespace mlir;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

uint64_t TensorInfo::bytes() const {
  uint64_t bytes = 4;
  switch (type) {
  case CNNC_U8:
  case CNNC_I8:
  case CNNC_BOOL:
    bytes = 1;
    break;
  case CNNC_U16:
  case CNNC_I16:
  case CNNC_F16:
  case CNNC_BF16:
    bytes = 2;
    break;
  case CNNC_I64:
  case CNNC_F64:
  case CNNC_U64:
    bytes = 8;
    break;
  }
  for (int64_t extent : shape)
    bytes *= extent;
  return bytes;
}

namespace {
/// A dictionary of which every entry is wanted: the first one that is missing makes the error.
class Reader {
public:
  Reader(DictionaryAttr entries, const Twine &owner) : entries(entries), owner(owner.str()) {}

  template <typename T>
  T attribute(StringRef key) {
    auto value = entries ? entries.getAs<T>(key) : T();
    if (!value && missing.empty())
      missing = key.str();
    return value;
  }
  std::string text(StringRef key) {
    auto value = attribute<StringAttr>(key);
    return value ? value.str() : std::string();
  }
  int64_t integer(StringRef key) {
    auto value = attribute<IntegerAttr>(key);
    return value ? value.getInt() : 0;
  }
  bool boolean(StringRef key) {
    auto value = attribute<BoolAttr>(key);
    return value && value.getValue();
  }
  std::vector<TensorInfo> tensors(StringRef key) {
    std::vector<TensorInfo> tensors;
    auto list = attribute<ArrayAttr>(key);
    for (Attribute element : list ? list.getValue() : ArrayRef<Attribute>()) {
      Reader tensor(dyn_cast<DictionaryAttr>(element), owner + " " + key);
      auto shape = tensor.attribute<DenseI64ArrayAttr>("shape");
      tensors.push_back({tensor.text("name"), int32_t(tensor.integer("type")),
                         shape ? shape.asArrayRef().vec() : std::vector<int64_t>()});
      if (missing.empty() && !tensor.missing.empty())
        missing = (key + "." + tensor.missing).str();
    }
    return tensors;
  }
  Error error() const {
    if (missing.empty())
      return Error::success();
    return createStringError(owner + " lacks a well-typed '" + missing + "'");
  }

private:
  DictionaryAttr entries;
  std::string owner, missing;
};

Expected<PhaseInfo> readPhase(func::FuncOp function) {
  std::string name = function.getName().str();
  Reader phase(function->getAttrOfType<DictionaryAttr>(kPhaseAttr), kPhaseAttr + " of @" + name);
  PhaseInfo info = {function,
                    name,
                    phase.text("kernel"),
                    phase.text("nodes"),
                    phase.text("shapes"),
                    phase.text("plan"),
                    phase.integer("flops"),
                    phase.integer("bytes"),
                    phase.integer("grid"),
                    phase.integer("grain")};
  if (Error error = phase.error())
    return error;
  FunctionType type = function.getFunctionType();
  if (function.isExternal() || type.getNumInputs() < 2 || !type.getInputs().take_back(2)[0].isIndex() ||
      !type.getInputs().back().isIndex() || type.getNumResults())
    return createStringError("@" + name +
                             " is no phase: it must end in two index arguments, return nothing and have a body");
  return info;
}
} // namespace

Expected<ModelTable> ModelTable::read(ModuleOp module) {
  Reader model(module->getAttrOfType<DictionaryAttr>(kModelAttr), kModelAttr);
  ModelTable table;
  table.name = model.text("name");
  table.prefix = model.text("prefix");
  table.freeBatch = model.boolean("free_batch");
  table.arenaBytes = model.integer("arena_bytes");
  table.weightBytes = model.integer("weight_bytes");
  table.cpuFeatures = model.text("cpu_features");
  table.inputs = model.tensors("inputs");
  table.outputs = model.tensors("outputs");
  if (auto metadata = model.attribute<DictionaryAttr>("metadata"))
    for (NamedAttribute entry : metadata)
      if (auto value = dyn_cast<StringAttr>(entry.getValue()))
        table.metadata.emplace_back(entry.getName().str(), value.str());
  if (Error error = model.error())
    return error;

  for (auto function : module.getOps<func::FuncOp>()) {
    if (!function->hasAttr(kPhaseAttr))
      continue;
    Expected<PhaseInfo> phase = readPhase(function);
    if (!phase)
      return phase.takeError();
    for (unsigned i = 0, bases = function.getNumArguments() - 2; i != bases; ++i)
      if (Expected<BaseRef> base = BaseRef::read(function, i, table); !base)
        return base.takeError();
    table.phases.push_back(std::move(*phase));
  }
  return table;
}

Expected<BaseRef> BaseRef::read(func::FuncOp phase, unsigned argument, const ModelTable &table) {
  auto attribute = phase.getArgAttrOfType<StringAttr>(argument, kBaseAttr);
  StringRef text = attribute ? attribute.getValue() : StringRef();
  BaseRef base{};
  size_t limit = 1;
  if (text == "arena") {
    base.kind = Arena;
  } else if (text == "weights") {
    base.kind = Weights;
  } else if (text.consume_front("input")) {
    base.kind = Input;
    limit = table.inputs.size();
  } else if (text.consume_front("output")) {
    base.kind = Output;
    limit = table.outputs.size();
  } else {
    limit = 0;
  }
  bool numbered = base.kind == Input || base.kind == Output;
  if (limit == 0 || (numbered && text.getAsInteger(10, base.index)) || base.index >= limit)
    return createStringError("argument " + Twine(argument) + " of @" + phase.getName() + " has no '" + kBaseAttr +
                             "' that the model knows");
  return base;
}
