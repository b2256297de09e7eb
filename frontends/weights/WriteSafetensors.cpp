// SPDX-License-Identifier: Apache-2.0
// safetensors: a length, a JSON header, and the bytes of all tensors.
#include "frontends/weights/WriteSafetensors.h"

#include "frontends/onnx/TensorData.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace cnnc;
using namespace llvm;

/// The name of a type of elements, or an empty one.
static std::string nameOf(mlir::Type element) {
  if (element.isBF16())
    return "BF16";
  if (element.isInteger(1))
    return "BOOL";
  unsigned width = element.getIntOrFloatBitWidth();
  bool isKnown = isa<mlir::Float16Type, mlir::Float32Type, mlir::Float64Type>(element) ||
                 (isa<mlir::IntegerType>(element) && !element.isSignlessInteger() && width >= 8);
  StringRef kind = isa<mlir::FloatType>(element) ? "F" : element.isUnsignedInteger() ? "U" : "I";
  return isKnown ? (kind + Twine(width)).str() : "";
}

Error cnnc::weights::writeSafetensors(const std::map<std::string, mlir::ElementsAttr> &weights, raw_ostream &os) {
  std::string header;
  raw_string_ostream text(header);
  json::OStream json(text);
  uint64_t end = 0;
  json.objectBegin();
  for (const auto &[name, values] : weights) {
    auto type = cast<mlir::RankedTensorType>(values.getType());
    std::string element = nameOf(type.getElementType());
    if (element.empty())
      return createStringError("the weight '" + name + "' has elements of a type that safetensors do not know");
    uint64_t begin = end;
    end += type.getNumElements() * divideCeil(type.getElementTypeBitWidth(), 8);
    json.attributeObject(name, [&] {
      json.attribute("dtype", element);
      json.attributeArray("shape", [&] {
        for (int64_t size : type.getShape())
          json.value(size);
      });
      json.attributeArray("data_offsets", [&] {
        json.value(begin);
        json.value(end);
      });
    });
  }
  json.objectEnd();
  constexpr size_t kAlignment = 64; // of the first tensor in the file
  header.append(alignTo(header.size() + 8, kAlignment) - 8 - header.size(), ' ');
  char length[8];
  support::endian::write64le(length, header.size());
  os.write(length, sizeof length) << header;
  for (const auto &[name, values] : weights) {
    std::string storage;
    os << onnx::bytesOf(values, storage);
  }
  return Error::success();
}
