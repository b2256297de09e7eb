// SPDX-License-Identifier: Apache-2.0
// Names tensors by their place in a checkpoint, and finds their elements.
#include "frontends/weights/Checkpoint.h"

#include "frontends/onnx/TensorData.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;
using Kind = PyValue::Kind;

namespace {
/// Dictionaries within dictionaries, and how many of their items are looked at.
constexpr unsigned kMostDepth = 32;
constexpr size_t kMostItems = 1 << 20;

class Collector {
public:
  Collector(mlir::MLIRContext &context, FindStorage find) : context(context), find(find) {}
  Error visit(const PyValue &value, const std::string &name, unsigned depth);
  std::vector<Weight> weights;

private:
  Expected<Weight> tensor(const PyValue &value, const std::string &name);

  mlir::MLIRContext &context;
  FindStorage find;
  size_t items = 0;
};

bool parseSizes(const PyValue &tuple, SmallVectorImpl<int64_t> &sizes) {
  for (const PyValue *item : tuple.items) {
    if (item->kind != Kind::Int || item->number < 0)
      return false;
    sizes.push_back(item->number);
  }
  return true;
}

bool areInOrder(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  int64_t expected = 1;
  for (auto [extent, stride] : llvm::reverse(llvm::zip_equal(shape, strides))) {
    if (extent != 1 && stride != expected)
      return false;
    expected *= extent;
  }
  return true;
}

/// The dictionary whose items are the weights.
const PyValue &inner(const PyValue &root) {
  const PyValue *found = nullptr;
  for (size_t i = 1; i < root.items.size(); i += 2) {
    const PyValue *item = root.items[i];
    auto isTensor = [](const PyValue *value) { return value->kind == Kind::Tensor; };
    if (root.kind != Kind::Dict || isTensor(item))
      return root;
    if (item->kind != Kind::Dict || llvm::none_of(item->items, isTensor))
      continue;
    if (found)
      return root;
    found = item;
  }
  return found ? *found : root;
}
} // namespace

Expected<mlir::Type> cnnc::weights::elementTypeOf(mlir::MLIRContext &context, const PyValue &storage) {
  mlir::Builder builder(&context);
  auto integer = [&](unsigned width, bool isSigned) { return builder.getIntegerType(width, isSigned); };
  StringRef name = storage.items.front()->text;
  mlir::Type type = StringSwitch<mlir::Type>(name)
                        .Case("DoubleStorage", builder.getF64Type())
                        .Case("FloatStorage", builder.getF32Type())
                        .Case("HalfStorage", builder.getF16Type())
                        .Case("BFloat16Storage", builder.getBF16Type())
                        .Case("LongStorage", integer(64, true))
                        .Case("IntStorage", integer(32, true))
                        .Case("ShortStorage", integer(16, true))
                        .Case("CharStorage", integer(8, true))
                        .Case("ByteStorage", integer(8, false))
                        .Case("BoolStorage", builder.getI1Type())
                        .Default(nullptr);
  if (!type)
    return createStringError("a " + name + " is not supported");
  return type;
}

Expected<Weight> Collector::tensor(const PyValue &value, const std::string &name) {
  auto wrong = [&](const Twine &why) { return createStringError("'" + name + "' " + why); };
  const PyValue &storage = *value.items[0];
  int64_t offset = value.items[1]->number, last = offset;
  SmallVector<int64_t> shape, strides;
  if (offset < 0 || !parseSizes(*value.items[2], shape) || !parseSizes(*value.items[3], strides) ||
      shape.size() != strides.size())
    return wrong("has a shape and strides that do not fit");
  Expected<mlir::Type> element = elementTypeOf(context, storage);
  if (!element)
    return wrong("is of another kind: " + toString(element.takeError()));
  Expected<mlir::RankedTensorType> type = onnx::tensorType(shape, *element);
  if (!type)
    return wrong("is wrong: " + toString(type.takeError()));
  Expected<StorageBytes> found = find(storage);
  if (!found)
    return wrong("is not there: " + toString(found.takeError()));
  int64_t width = divideCeil(element->getIntOrFloatBitWidth(), 8);
  int64_t available = static_cast<int64_t>(found->bytes.size()) / width, count = type->getNumElements();
  bool overflows = false;
  for (auto [extent, stride] : llvm::zip_equal(shape, strides)) {
    int64_t reach = 0;
    overflows |= extent && (MulOverflow(extent - 1, stride, reach) || AddOverflow(last, reach, last));
  }
  // An expanded tensor repeats elements; none is saved so by training.
  if (overflows || count > available || (count && last >= available))
    return wrong("lies beyond the end of its storage");
  Weight weight{name, *type, found->bytes.drop_front(count ? offset * width : 0), {}, found->owner};
  if (areInOrder(shape, strides))
    weight.bytes = weight.bytes.substr(0, count * width);
  else
    weight.strides = strides;
  return weight;
}

Error Collector::visit(const PyValue &value, const std::string &name, unsigned depth) {
  if (value.kind == Kind::Tensor) {
    Expected<Weight> weight = tensor(value, name);
    if (!weight)
      return weight.takeError();
    weights.push_back(std::move(*weight));
    return Error::success();
  }
  if (value.kind != Kind::Dict)
    return Error::success();
  if (depth > kMostDepth || (items += value.items.size()) > kMostItems)
    return createStringError("the dictionaries of the pickle are nested too deeply");
  for (size_t i = 0; i + 1 < value.items.size(); i += 2) {
    const PyValue &key = *value.items[i];
    std::string part = key.kind == Kind::Int ? std::to_string(key.number) : key.text.str();
    if (Error error = visit(*value.items[i + 1], name.empty() ? part : name + '.' + part, depth + 1))
      return error;
  }
  return Error::success();
}

Weights cnnc::weights::collectTensors(mlir::MLIRContext &context, const PyValue &root, FindStorage find) {
  Collector collector(context, find);
  if (Error error = collector.visit(inner(root), "", 0))
    return error;
  return std::move(collector.weights);
}

Weights cnnc::weights::readLegacyCheckpoint(mlir::MLIRContext &context, const Bytes &file) {
  constexpr StringLiteral magic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
  constexpr int64_t kVersion = 1001;
  Unpickler unpickler(file->getBuffer());
  const PyValue *parts[5]; // magic, version, machine, root, keys of the storages
  for (size_t i = 0; i != std::size(parts); ++i) {
    Expected<const PyValue *> part = unpickler.read();
    if (!part)
      return part.takeError();
    parts[i] = *part;
    if (i == 0 && parts[0]->text != magic)
      return createStringError("a pickle, but no checkpoint of PyTorch");
  }
  const PyValue *isLittle = parts[2]->find("little_endian");
  if (parts[1]->number != kVersion || !isLittle || !isLittle->number)
    return createStringError("a checkpoint of another version, or of a big-endian machine");

  // Behind the pickles, in the order of their keys: the count of elements, then these. A key's type stands where a
  // tensor refers to it, and says how long they are.
  StringMap<const PyValue *> types;
  for (const PyValue *storage : unpickler.storages())
    types.try_emplace(storage->text, storage);
  StringMap<StringRef> storages;
  StringRef rest = unpickler.remaining();
  for (const PyValue *key : parts[4]->items) {
    auto storage = types.find(key->text);
    if (storage == types.end())
      return createStringError("the storage '" + key->text + "' belongs to no tensor");
    Expected<mlir::Type> element = elementTypeOf(context, *storage->second);
    if (!element)
      return element.takeError();
    uint64_t count = rest.size() < 8 ? UINT64_MAX : support::endian::read64le(rest.data());
    uint64_t width = divideCeil(element->getIntOrFloatBitWidth(), 8);
    if (count == UINT64_MAX || count > (rest.size() - 8) / width)
      return createStringError("the storage '" + key->text + "' is cut off");
    storages[key->text] = rest.substr(8, count * width);
    rest = rest.drop_front(8 + count * width);
  }
  return collectTensors(context, *parts[3], [&](const PyValue &storage) -> Expected<StorageBytes> {
    auto found = storages.find(storage.text);
    if (found == storages.end())
      return createStringError("no storage '" + storage.text + "'");
    return StorageBytes{found->second, file};
  });
}
