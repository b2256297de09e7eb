// SPDX-License-Identifier: Apache-2.0
// Reading and making constants.
#include "dialects/cnn/Constants.h"

#include "dialects/cnn/CnnOps.h"

#include "mlir/IR/DialectResourceBlobManager.h"

#include <cstring>

using namespace mlir;
using namespace cnnc::cnn;

/// Constants below this many elements stand in the IR itself.
static constexpr size_t kInline = 64;

ElementsAttr cnnc::cnn::constantOf(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  return constant ? constant.getValue() : ElementsAttr();
}

ArrayRef<char> cnnc::cnn::rawBytes(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  auto dense = dyn_cast<DenseElementsAttr>(value);
  return dense && !dense.isSplat() && !dense.getElementType().isInteger(1) ? dense.getRawData() : ArrayRef<char>();
}

template <typename T>
static std::vector<float> convert(ArrayRef<char> bytes) {
  std::vector<float> floats(bytes.size() / sizeof(T));
  for (size_t i = 0; i < floats.size(); ++i) {
    T value; // in a mapped file it may be unaligned
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof value);
    floats[i] = value;
  }
  return floats;
}

std::vector<float> cnnc::cnn::floatsOf(ElementsAttr value) {
  if (!value || !isa<FloatType>(value.getElementType()))
    return {};
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    std::vector<float> floats;
    floats.reserve(dense.getNumElements());
    for (APFloat element : dense.getValues<APFloat>()) {
      bool loses;
      element.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &loses);
      floats.push_back(element.convertToFloat());
    }
    return floats;
  }
  if (value.getElementType().isF32())
    return convert<float>(rawBytes(value));
  if (value.getElementType().isF64())
    return convert<double>(rawBytes(value));
  return {};
}

ElementsAttr cnnc::cnn::reshaped(ElementsAttr value, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, value.getElementType());
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return DenseResourceElementsAttr::get(type, resource.getRawHandle());
  return cast<DenseElementsAttr>(value).reshape(type);
}

ElementsAttr cnnc::cnn::makeFloats(MLIRContext *context, ArrayRef<int64_t> shape, std::vector<float> values) {
  auto type = RankedTensorType::get(shape, Float32Type::get(context));
  assert(static_cast<size_t>(type.getNumElements()) == values.size());
  if (values.size() <= kInline)
    return DenseElementsAttr::get(type, ArrayRef<float>(values));
  auto *owned = new std::vector<float>(std::move(values));
  AsmResourceBlob blob(
      ArrayRef<char>(reinterpret_cast<const char *>(owned->data()), owned->size() * sizeof(float)), alignof(float),
      [owned](void *, size_t, size_t) { delete owned; }, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, "weights", std::move(blob));
}

Value cnnc::cnn::makeConstant(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape, std::vector<float> values) {
  return ConstantOp::create(builder, loc, makeFloats(builder.getContext(), shape, std::move(values)));
}
