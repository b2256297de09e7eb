// SPDX-License-Identifier: Apache-2.0
// Types and tensors of ONNX as MLIR's.
#include "frontends/onnx/TensorData.h"

#include "mlir/IR/AsmState.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

/// Up to this size a tensor is kept in the IR itself: shapes, axes, scales, small biases.
constexpr size_t inlineBytes = 1024;

const char *const typeNames[] = {
    "undefined", "float",      "uint8",      "int8",         "uint16",         "int16",      "int32",
    "int64",     "string",     "bool",       "float16",      "double",         "uint32",     "uint64",
    "complex64", "complex128", "bfloat16",   "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz",
    "uint4",     "int4",       "float4e2m1", "float8e8m0",   "uint2",          "int2"};

/// A type's number is its place in this list, as in TensorProto.DataType; null where no operator
/// can compute with it.
Type typeOf(MLIRContext *context, int32_t number) {
  Builder builder(context);
  auto integer = [&](unsigned width, bool isSigned) { return builder.getIntegerType(width, isSigned); };
  switch (number) {
  case 1:
    return builder.getF32Type();
  case 2:
    return integer(8, false);
  case 3:
    return integer(8, true);
  case 4:
    return integer(16, false);
  case 5:
    return integer(16, true);
  case 6:
    return integer(32, true);
  case 7:
    return integer(64, true);
  case 9:
    return builder.getI1Type();
  case 10:
    return builder.getF16Type();
  case 11:
    return builder.getF64Type();
  case 12:
    return integer(32, false);
  case 13:
    return integer(64, false);
  case 16:
    return builder.getBF16Type();
  default:
    return nullptr;
  }
}

size_t bytesPerElement(Type element) { return divideCeil(element.getIntOrFloatBitWidth(), 8); }

/// Calls `visit` with each element of the bytes, as a number of its own type.
template <typename Visit>
void forEach(Type element, StringRef bytes, Visit visit) {
  auto walk = [&]<typename Number>(Number) {
    for (size_t i = 0; i + sizeof(Number) <= bytes.size(); i += sizeof(Number))
      visit(support::endian::read<Number>(bytes.data() + i, endianness::little));
  };
  if (element.isF32())
    return walk(float());
  if (element.isF64())
    return walk(double());
  if (auto type = dyn_cast<FloatType>(element)) {
    for (size_t i = 0; i + 2 <= bytes.size(); i += 2)
      visit(APFloat(type.getFloatSemantics(), APInt(16, support::endian::read16le(bytes.data() + i))).convertToFloat());
    return;
  }
  bool isSigned = element.isSignedInteger();
  switch (element.getIntOrFloatBitWidth()) {
  case 1:
    return walk(uint8_t());
  case 8:
    return isSigned ? walk(int8_t()) : walk(uint8_t());
  case 16:
    return isSigned ? walk(int16_t()) : walk(uint16_t());
  case 32:
    return isSigned ? walk(int32_t()) : walk(uint32_t());
  default:
    return isSigned ? walk(int64_t()) : walk(uint64_t());
  }
}

/// A number in an external-data entry; false if it is none.
bool parseEntry(StringRef text, uint64_t &value) { return text.empty() || !text.getAsInteger(10, value); }

} // namespace

Expected<Type> elementType(MLIRContext *context, int32_t number) {
  if (Type type = typeOf(context, number))
    return type;
  if (number >= 0 && size_t(number) < std::size(typeNames))
    return makeError("elements of type " + Twine(typeNames[number]) + " are not supported");
  return makeError("elements of unknown type " + Twine(number));
}

std::string typeName(Type element) {
  for (size_t number = 0; number < std::size(typeNames); ++number)
    if (typeOf(element.getContext(), number) == element)
      return typeNames[number];
  return "unknown";
}

Expected<RankedTensorType> tensorType(ArrayRef<int64_t> shape, Type element) {
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0)
      return makeError("dimension " + Twine(size) + " is negative");
    if (MulOverflow(count, size, count) || count > maxElements || size > maxElements)
      return makeError("a tensor of " + join(map_range(shape, [](int64_t d) { return std::to_string(d); }), "x") +
                       " elements is too large");
  }
  return RankedTensorType::get(shape, element);
}

Expected<StringRef> TensorData::readExternal(const ExternalData &external, uint64_t size,
                                             std::shared_ptr<const void> &owner) {
  StringRef location = external.location;
  auto wrong = [&](const Twine &why) { return makeError("external data '" + location + "': " + why); };
  if (location.empty())
    return makeError("external data without a location");
  if (sys::path::is_absolute(location) ||
      llvm::is_contained(llvm::make_range(sys::path::begin(location), sys::path::end(location)), ".."))
    return wrong("the path leaves the model's folder");
  std::shared_ptr<MemoryBuffer> &file = files[location];
  if (!file) {
    SmallString<128> path(folder), realPath, realFolder;
    sys::path::append(path, location);
    if (std::error_code error = sys::fs::real_path(path, realPath))
      return wrong("cannot read " + path.str() + ": " + error.message());
    if (sys::fs::real_path(folder.empty() ? "." : folder, realFolder) ||
        !realPath.str().starts_with((realFolder.str() == "/" ? realFolder.str() : realFolder.str() + "/").str()))
      return wrong("a link leaves the model's folder");
    auto buffer = MemoryBuffer::getFile(realPath, /*IsText=*/false, /*RequiresNullTerminator=*/false);
    if (!buffer)
      return wrong("cannot read " + path.str() + ": " + buffer.getError().message());
    file = std::move(*buffer);
  }
  uint64_t offset = 0, length = size, available = file->getBufferSize();
  if (!parseEntry(external.offset, offset) || !parseEntry(external.length, length))
    return wrong("offset '" + external.offset + "' or length '" + external.length + "' is not a number");
  if (offset > available || length > available - offset)
    return wrong("bytes " + Twine(offset) + " to " + Twine(offset) + "+" + Twine(length) + " lie beyond its end, " +
                 Twine(available));
  owner = file;
  return file->getBuffer().substr(offset, length);
}

Expected<ElementsAttr> TensorData::get(const Tensor &tensor) {
  Expected<Type> element = elementType(context, tensor.type);
  if (!element)
    return element.takeError();
  Expected<RankedTensorType> type = tensorType(tensor.dims, *element);
  if (!type)
    return type.takeError();
  uint64_t size = uint64_t(type->getNumElements()) * bytesPerElement(*element);
  StringRef bytes = tensor.bytes;
  std::shared_ptr<const void> owner = tensor.owner;
  if (tensor.external) {
    Expected<StringRef> external = readExternal(*tensor.external, size, owner);
    if (!external)
      return external.takeError();
    bytes = *external;
  }
  if (bytes.size() != size)
    return makeError("holds " + Twine(bytes.size()) + " bytes where its shape and type need " + Twine(size));
  return elementsOver(*type, bytes, std::move(owner), tensor.name);
}

ElementsAttr elementsOver(RankedTensorType type, StringRef bytes, std::shared_ptr<const void> owner, StringRef name) {
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values(bytes.size());
    for (auto [value, byte] : zip_equal(values, bytes))
      value = byte != 0;
    return DenseElementsAttr::get(type, values);
  }
  if (bytes.size() <= inlineBytes)
    return DenseElementsAttr::getFromRawBuffer(type, ArrayRef<char>(bytes.data(), bytes.size()));
  AsmResourceBlob blob(
      ArrayRef<char>(bytes.data(), bytes.size()), /*dataAlignment=*/1,
      [owner = std::move(owner)](void *, size_t, size_t) {}, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name.empty() ? "constant" : name, std::move(blob));
}

StringRef bytesOf(ElementsAttr elements, std::string &storage) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements))
    return StringRef(resource.getData().data(), resource.getData().size());
  auto dense = cast<DenseElementsAttr>(elements);
  if (elements.getElementType().isInteger(1)) {
    for (bool value : dense.getValues<bool>())
      storage.push_back(value);
    return storage;
  }
  StringRef raw(dense.getRawData().data(), dense.getRawData().size());
  if (!dense.isSplat())
    return raw;
  storage.reserve(raw.size() * dense.getNumElements());
  for (int64_t i = 0; i < dense.getNumElements(); ++i)
    storage += raw;
  return storage;
}

std::vector<double> toDoubles(ElementsAttr elements) {
  std::string storage;
  std::vector<double> values;
  values.reserve(elements.getNumElements());
  forEach(elements.getElementType(), bytesOf(elements, storage), [&](auto value) { values.push_back(double(value)); });
  return values;
}

std::vector<int64_t> toInts(ElementsAttr elements) {
  std::string storage;
  std::vector<int64_t> values;
  values.reserve(elements.getNumElements());
  forEach(elements.getElementType(), bytesOf(elements, storage), [&](auto value) { values.push_back(int64_t(value)); });
  return values;
}

} // namespace cnnc::onnx
