// SPDX-License-Identifier: Apache-2.0
// safetensors: a length, a JSON header, and the bytes of all tensors.
#include "frontends/onnx/TensorData.h"
#include "frontends/weights/Readers.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

namespace {
mlir::Type typeOf(mlir::Builder builder, StringRef name) {
  auto integer = [&](unsigned width, bool isSigned) { return builder.getIntegerType(width, isSigned); };
  return StringSwitch<mlir::Type>(name)
      .Case("F64", builder.getF64Type())
      .Case("F32", builder.getF32Type())
      .Case("F16", builder.getF16Type())
      .Case("BF16", builder.getBF16Type())
      .Case("I64", integer(64, true))
      .Case("I32", integer(32, true))
      .Case("I16", integer(16, true))
      .Case("I8", integer(8, true))
      .Case("U64", integer(64, false))
      .Case("U32", integer(32, false))
      .Case("U16", integer(16, false))
      .Case("U8", integer(8, false))
      .Case("BOOL", builder.getI1Type())
      .Default(nullptr);
}

/// How deep lists and objects stand within each other: the parser recurses as deep.
unsigned depthOf(StringRef json) {
  unsigned depth = 0, most = 0;
  bool inString = false;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"')
      inString = !inString;
    else if (inString)
      i += json[i] == '\\';
    else if (json[i] == '{' || json[i] == '[')
      most = std::max(most, ++depth);
    else if ((json[i] == '}' || json[i] == ']') && depth)
      --depth;
  }
  return most;
}

class Reader {
public:
  Reader(mlir::MLIRContext &context, const Bytes &file, StringRef data) : context(context), file(file), data(data) {}
  Expected<Weight> read(StringRef name, const json::Value &value) const;

private:
  mlir::MLIRContext &context;
  const Bytes &file;
  StringRef data; ///< behind the header
};

/// Integers from 0 on; false if there is anything else.
bool parseSizes(const json::Array *array, SmallVectorImpl<int64_t> &sizes) {
  for (const json::Value &value : array ? *array : json::Array()) {
    std::optional<int64_t> size = value.getAsInteger();
    if (!size || *size < 0)
      return false;
    sizes.push_back(*size);
  }
  return array;
}

Expected<Weight> Reader::read(StringRef name, const json::Value &value) const {
  auto wrong = [&](const Twine &why) { return createStringError("'" + name + "' " + why); };
  const json::Object *entry = value.getAsObject();
  SmallVector<int64_t> shape, range;
  if (!entry || !entry->getString("dtype") || !parseSizes(entry->getArray("shape"), shape) ||
      !parseSizes(entry->getArray("data_offsets"), range) || range.size() != 2)
    return wrong("has no dtype, shape and data_offsets as they should be");
  mlir::Type element = typeOf(mlir::Builder(&context), *entry->getString("dtype"));
  if (!element)
    return wrong("has elements of type " + *entry->getString("dtype") + ", which are not supported");
  Expected<mlir::RankedTensorType> type = onnx::tensorType(shape, element);
  if (!type)
    return wrong("is wrong: " + toString(type.takeError()));
  auto [begin, end] = std::pair(range[0], range[1]);
  if (begin > end || end > static_cast<int64_t>(data.size()))
    return wrong("lies beyond the end of the file");
  int64_t size = type->getNumElements() * static_cast<int64_t>(divideCeil(type->getElementTypeBitWidth(), 8));
  if (end - begin != size)
    return wrong("holds " + Twine(end - begin) + " bytes where its shape and type need " + Twine(size));
  return Weight{name.str(), *type, data.slice(begin, end), {}, file};
}
} // namespace

Weights cnnc::weights::readSafetensors(mlir::MLIRContext &context, const Bytes &file) {
  constexpr uint64_t kMostHeader = 100 << 20; // as the format has it
  constexpr unsigned kMostDepth = 8;
  StringRef bytes = file->getBuffer();
  uint64_t size = bytes.size() < 8 ? UINT64_MAX : support::endian::read64le(bytes.data());
  if (size > kMostHeader || size > bytes.size() - 8)
    return createStringError("the header is cut off");
  StringRef header = bytes.substr(8, size);
  if (depthOf(header) > kMostDepth)
    return createStringError("the header is nested too deeply");
  Expected<json::Value> parsed = json::parse(header);
  if (!parsed)
    return createStringError("the header is no JSON: " + toString(parsed.takeError()));
  const json::Object *entries = parsed->getAsObject();
  if (!entries)
    return createStringError("the header is no JSON object");
  Reader reader(context, file, bytes.drop_front(8 + size));
  std::vector<Weight> weights;
  for (const auto &[name, value] : *entries) {
    if (StringRef(name) == "__metadata__")
      continue;
    Expected<Weight> weight = reader.read(StringRef(name), value);
    if (!weight)
      return weight.takeError();
    weights.push_back(std::move(*weight));
  }
  // The object's order is that of a hash table.
  llvm::sort(weights, [](const Weight &a, const Weight &b) { return a.name < b.name; });
  return weights;
}
