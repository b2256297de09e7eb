// SPDX-License-Identifier: Apache-2.0
// Moves whole weights at import, where running an operator on them element by element would take
// too long.
#include "frontends/onnx/ConstantData.h"
#include "frontends/onnx/TensorData.h"

#include "dialects/cnn/Constants.h"

#include <cstring>
#include <numeric>

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

template <typename T>
ElementsAttr keep(RankedTensorType type, std::vector<T> values) {
  auto owner = std::make_shared<std::vector<T>>(std::move(values));
  StringRef bytes(reinterpret_cast<const char *>(owner->data()), owner->size() * sizeof(T));
  return elementsOver(type, bytes, owner, "constant");
}

} // namespace

int64_t product(ArrayRef<int64_t> shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

ElementsAttr transposed(ElementsAttr elements, ArrayRef<int64_t> permutation) {
  ArrayRef<int64_t> from = elements.getShapedType().getShape();
  SmallVector<int64_t> shape, strides(from.size(), 1), steps, index(from.size(), 0);
  for (size_t d = from.size(); d-- > 1;)
    strides[d - 1] = strides[d] * from[d];
  for (int64_t d : permutation) {
    shape.push_back(from[d]);
    steps.push_back(strides[d]);
  }
  if (elements.isSplat())
    return cnn::reshaped(elements, shape);
  std::string storage;
  StringRef source = bytesOf(elements, storage);
  size_t width = elements.getNumElements() ? source.size() / elements.getNumElements() : 0;
  std::vector<char> target(source.size());
  int64_t at = 0;
  for (char *to = target.data(), *end = to + target.size(); to != end; to += width) {
    std::memcpy(to, source.data() + at * width, width);
    for (size_t d = shape.size(); d-- > 0;) {
      at += steps[d];
      if (++index[d] < shape[d])
        break;
      at -= steps[d] * shape[d];
      index[d] = 0;
    }
  }
  return keep(RankedTensorType::get(shape, elements.getElementType()), std::move(target));
}

ElementsAttr widened(ElementsAttr elements, double factor) {
  auto type = RankedTensorType::get(elements.getShapedType().getShape(), Float32Type::get(elements.getContext()));
  if (elements.isSplat() && isa<FloatType>(elements.getElementType()))
    return DenseElementsAttr::get(type, float(elements.getSplatValue<APFloat>().convertToDouble() * factor));
  std::vector<double> values = toDoubles(elements);
  std::vector<float> floats(values.size());
  llvm::transform(values, floats.begin(), [&](double value) { return float(value * factor); });
  return keep(type, std::move(floats));
}

} // namespace cnnc::onnx
