// SPDX-License-Identifier: Apache-2.0
// Streaming of packed weights: the map is evaluated once for each run of elements in which it is a straight line.
#include "compiler/loops/Packing.h"

#include "dialects/cnn/Constants.h"

#include "mlir/IR/AffineExpr.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace cnnc;
using namespace cnnc::loops;

static constexpr int64_t kAlignment = 64;

int64_t loops::elementBytes(Type element) { return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8); }

Packing Packing::identity(ShapedType source) {
  return {SmallVector<int64_t>(source.getShape()),
          AffineMap::getMultiDimIdentityMap(source.getRank(), source.getContext())};
}

int64_t Packing::elements() const { return ShapedType::getNumElements(shape); }

int64_t WeightTable::add(ElementsAttr source, const Packing &packing) {
  auto &known = index[{source, packing.map}];
  for (size_t i : known)
    if (entries[i].packing.shape == packing.shape)
      return entries[i].offset;
  known.push_back(entries.size());
  int64_t offset = llvm::alignTo(size, kAlignment);
  entries.push_back({source, packing, offset});
  size = offset + packing.elements() * elementBytes(source.getElementType());
  return offset;
}

namespace {
/// Copies elements of one weight, row by row.
class Packer {
public:
  Packer(ElementsAttr source, const Packing &packing)
      : shape(packing.shape), map(packing.map), sourceShape(source.getShapedType().getShape()),
        width(elementBytes(source.getElementType())), bytes(cnn::rawBytes(source)) {
    if (bytes.empty())
      expand(source);
    strides.assign(sourceShape.size(), 1);
    for (int64_t d = static_cast<int64_t>(sourceShape.size()) - 2; d >= 0; --d)
      strides[d] = strides[d + 1] * sourceShape[d + 1];
    findSlopes();
  }

  void write(llvm::raw_ostream &os) {
    int64_t row = shape.empty() ? 1 : shape.back();
    std::vector<char> buffer(row * width);
    SmallVector<int64_t> position(shape.size(), 0);
    int64_t rows = ShapedType::getNumElements(shape) / std::max<int64_t>(row, 1);
    for (int64_t r = 0; r < rows; ++r) {
      fill(position, row, buffer.data());
      os.write(buffer.data(), buffer.size());
      for (int64_t d = static_cast<int64_t>(shape.size()) - 2; d >= 0 && ++position[d] == shape[d]; --d)
        position[d] = 0;
    }
  }

private:
  void expand(ElementsAttr source) {
    auto dense = cast<DenseElementsAttr>(source);
    if (dense.getElementType().isInteger(1)) {
      for (bool value : dense.getValues<bool>())
        owned.push_back(value);
    } else {
      ArrayRef<char> one = dense.getRawData();
      for (int64_t i = 0; i < dense.getNumElements(); ++i)
        owned.insert(owned.end(), one.begin(), one.begin() + width);
    }
    bytes = owned;
  }

  /// Where every result is linear in the last dimension, a row is a straight line through the source.
  void findSlopes() {
    if (shape.empty())
      return;
    SmallVector<AffineExpr> next;
    for (unsigned d = 0; d < shape.size(); ++d)
      next.push_back(getAffineDimExpr(d, map.getContext()));
    next.back() = next.back() + 1;
    for (AffineExpr result : map.getResults()) {
      AffineExpr slope = simplifyAffineExpr(result.replaceDims(next) - result, shape.size(), 0);
      auto constant = dyn_cast<AffineConstantExpr>(slope);
      if (!constant)
        return slopes.clear();
      slopes.push_back(constant.getValue());
    }
    straight = true;
  }

  void fill(SmallVectorImpl<int64_t> &position, int64_t row, char *out) {
    if (!straight) {
      for (int64_t i = 0; i < row; ++i) {
        if (!position.empty())
          position.back() = i;
        copy(map.compose(position), out + i * width);
      }
      if (!position.empty())
        position.back() = 0;
      return;
    }
    SmallVector<int64_t> at = map.compose(position);
    int64_t offset = 0, step = 0;
    bool inside = true;
    for (auto [coordinate, slope, extent, stride] : llvm::zip(at, slopes, sourceShape, strides)) {
      int64_t last = coordinate + slope * (row - 1);
      inside &= std::min(coordinate, last) >= 0 && std::max(coordinate, last) < extent;
      offset += coordinate * stride;
      step += slope * stride;
    }
    for (int64_t i = 0; i < row; ++i) {
      if (inside)
        std::memcpy(out + i * width, bytes.data() + (offset + i * step) * width, width);
      else
        copy(at, out + i * width);
      for (auto [coordinate, slope] : llvm::zip(at, slopes))
        coordinate += slope;
    }
  }

  void copy(ArrayRef<int64_t> at, char *out) {
    int64_t offset = 0;
    for (auto [coordinate, extent, stride] : llvm::zip(at, sourceShape, strides)) {
      if (coordinate < 0 || coordinate >= extent)
        return (void)std::memset(out, 0, width);
      offset += coordinate * stride;
    }
    std::memcpy(out, bytes.data() + offset * width, width);
  }

  ArrayRef<int64_t> shape;
  AffineMap map;
  ArrayRef<int64_t> sourceShape;
  int64_t width;
  ArrayRef<char> bytes;
  std::vector<char> owned;
  SmallVector<int64_t> strides, slopes;
  bool straight = false;
};
} // namespace

emit::WeightSection WeightTable::section() const {
  emit::WeightSection section;
  section.bytes = size;
  section.write = [entries = entries](llvm::raw_ostream &os) -> llvm::Error {
    int64_t at = 0;
    for (const Entry &entry : entries) {
      os.write_zeros(entry.offset - at);
      Packer(entry.source, entry.packing).write(os);
      at = entry.offset + entry.packing.elements() * elementBytes(entry.source.getElementType());
    }
    return llvm::Error::success();
  };
  return section;
}
