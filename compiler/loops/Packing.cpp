// SPDX-License-Identifier: Apache-2.0
// Streaming of packed weights: the map is evaluated once for each run of elements in which it is a straight line.
#include "compiler/loops/Packing.h"

#include "compiler/cost/Target.h"
#include "compiler/loops/FixedPoint.h"
#include "dialects/cnn/Constants.h"

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/DialectResourceBlobManager.h"
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

Packing Packing::ofChannels(MLIRContext *context, int64_t channels) {
  constexpr int64_t kBlock = Target::kBlock;
  return {{llvm::divideCeilSigned(channels, kBlock), kBlock},
          AffineMap::get(2, 0, getAffineDimExpr(0, context) * kBlock + getAffineDimExpr(1, context))};
}

int64_t Packing::elements() const { return ShapedType::getNumElements(shape); }

int64_t WeightTable::add(ElementsAttr source, const Packing &packing) {
  auto &known = index[{source, packing.map}];
  for (size_t i : known)
    if (entries[i].packing.shape == packing.shape && entries[i].packing.taps == packing.taps &&
        entries[i].packing.sums == packing.sums && entries[i].packing.isFixed == packing.isFixed)
      return entries[i].offset;
  known.push_back(entries.size());
  int64_t offset = llvm::alignTo(size, kAlignment);
  entries.push_back({source, packing, offset});
  size = offset + packing.elements() * elementBytes(source.getElementType());
  return offset;
}

using Matrix = std::vector<std::vector<double>>;

/// G f H^T for all filters of a weight of f32.
static std::vector<char> transformTaps(ArrayRef<char> bytes, ArrayRef<int64_t> shape, const Matrix &g,
                                       const Matrix &h) {
  size_t n = g.size(), m = h.size(), rows = g.front().size(), columns = h.front().size();
  int64_t filters = ShapedType::getNumElements(shape.drop_back(2));
  std::vector<char> result(filters * n * m * sizeof(float));
  std::vector<float> filter(rows * columns), transformed(n * m);
  std::vector<double> half(n * columns);
  for (int64_t f = 0; f < filters; ++f) {
    std::memcpy(filter.data(), bytes.data() + f * filter.size() * sizeof(float), filter.size() * sizeof(float));
    for (size_t a = 0; a < n; ++a)
      for (size_t j = 0; j < columns; ++j) {
        half[a * columns + j] = 0;
        for (size_t i = 0; i < rows; ++i)
          half[a * columns + j] += g[a][i] * filter[i * columns + j];
      }
    for (size_t a = 0; a < n; ++a)
      for (size_t b = 0; b < m; ++b) {
        double sum = 0;
        for (size_t j = 0; j < columns; ++j)
          sum += half[a * columns + j] * h[b][j];
        transformed[a * m + b] = static_cast<float>(sum);
      }
    std::memcpy(result.data() + f * transformed.size() * sizeof(float), transformed.data(),
                transformed.size() * sizeof(float));
  }
  return result;
}

namespace {
/// An expression at a position. AffineMap::compose() would build expressions, for every row of a big weight.
int64_t evaluate(AffineExpr expression, ArrayRef<int64_t> position) {
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return position[dim.getPosition()];
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return constant.getValue();
  auto binary = cast<AffineBinaryOpExpr>(expression);
  int64_t left = evaluate(binary.getLHS(), position), right = evaluate(binary.getRHS(), position);
  switch (binary.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::Mod:
    return llvm::mod(left, right);
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(left, right);
  default:
    return llvm::divideCeilSigned(left, right);
  }
}

template <size_t width>
void copyLine(const char *from, int64_t step, int64_t count, char *to) {
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * width, from + i * step * static_cast<int64_t>(width), width);
}

/// Copies elements of one weight, row by row.
class Packer {
public:
  Packer(ElementsAttr source, const Packing &packing)
      : shape(packing.shape), map(packing.map), sums(packing.sums), isFixed(packing.isFixed),
        sourceShape(source.getShapedType().getShape()), width(elementBytes(source.getElementType())),
        bytes(cnn::rawBytes(source)) {
    if (bytes.empty())
      expand(source);
    if (!packing.taps.empty()) {
      owned = transformTaps(bytes, sourceShape, packing.taps[0], packing.taps[1]);
      bytes = owned;
      sourceShape[sourceShape.size() - 2] = packing.taps[0].size();
      sourceShape[sourceShape.size() - 1] = packing.taps[1].size();
    }
    strides.assign(sourceShape.size(), 1);
    for (int64_t d = static_cast<int64_t>(sourceShape.size()) - 2; d >= 0; --d)
      strides[d] = strides[d + 1] * sourceShape[d + 1];
    at.resize(sourceShape.size());
    findSlopes();
    if (isFixed)
      findFactors();
  }

  void write(llvm::raw_ostream &os) {
    int64_t row = shape.empty() ? 1 : shape.back();
    std::vector<char> buffer(row * width);
    SmallVector<int64_t> position(shape.size(), 0);
    int64_t rows = ShapedType::getNumElements(shape) / std::max<int64_t>(row, 1);
    for (int64_t r = 0; r < rows; ++r) {
      if (isFixed)
        encode(position, buffer);
      else if (sums.empty())
        fill(position, row, buffer.data());
      else
        addTerms(position, buffer);
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

  void findFactors() {
    ArrayRef<char> rest = bytes;
    for (size_t unit = strides[0] * width; !rest.empty(); rest = rest.drop_front(unit))
      factors.push_back(1.0 / fixed::scaleOf(rest.take_front(unit)));
    factors.resize(shape[0] * fixed::kGroup, 1);
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

  void locate(ArrayRef<int64_t> position) {
    for (auto [coordinate, result] : llvm::zip(at, map.getResults()))
      coordinate = evaluate(result, position);
    for (auto [coordinate, step] : llvm::zip(at, shift))
      coordinate += step;
  }

  /// A row of f32 as the sum of the terms of its first coordinate.
  void addTerms(SmallVectorImpl<int64_t> &position, std::vector<char> &buffer) {
    std::vector<float> term(buffer.size() / sizeof(float));
    std::vector<double> total(term.size(), 0);
    for (const Packing::Term &each : sums[position.front()]) {
      shift = each.shift;
      fill(position, static_cast<int64_t>(term.size()), reinterpret_cast<char *>(term.data()));
      for (auto [sum, element] : llvm::zip(total, term))
        sum += each.factor * element;
    }
    llvm::copy(total, term.begin());
    std::memcpy(buffer.data(), term.data(), buffer.size());
  }

  /// A row of fixed-point numbers, with a byte of the fourth vector's row.
  void encode(SmallVectorImpl<int64_t> &position, std::vector<char> &buffer) {
    constexpr int64_t kBlock = Target::kBlock;
    int64_t vector = position[1], group = position[0] * fixed::kGroup, last = fixed::kVectors - 1;
    std::array<float, kBlock> own, fourth;
    std::array<int32_t, kBlock> numbers;
    fill(position, kBlock, reinterpret_cast<char *>(own.data()));
    position[1] = last;
    fill(position, kBlock, reinterpret_cast<char *>(fourth.data()));
    position[1] = vector;
    ArrayRef<double> all = factors;
    fixed::encode(own, all.slice(group + vector * kBlock, kBlock), fourth, all.slice(group + last * kBlock, kBlock),
                  vector, numbers);
    std::memcpy(buffer.data(), numbers.data(), buffer.size());
  }

  void fill(SmallVectorImpl<int64_t> &position, int64_t row, char *out) {
    if (straight) {
      locate(position);
      return fillStraight(row, out);
    }
    for (int64_t i = 0; i < row; ++i) {
      if (!position.empty())
        position.back() = i;
      locate(position);
      copy(out + i * width);
    }
    if (!position.empty())
      position.back() = 0;
  }

  void fillStraight(int64_t row, char *out) {
    int64_t offset = 0, step = 0;
    bool inside = true;
    for (auto [coordinate, slope, extent, stride] : llvm::zip(at, slopes, sourceShape, strides)) {
      int64_t last = coordinate + slope * (row - 1);
      inside &= std::min(coordinate, last) >= 0 && std::max(coordinate, last) < extent;
      offset += coordinate * stride;
      step += slope * stride;
    }
    const char *from = bytes.data() + offset * width;
    if (inside && step == 1)
      return (void)std::memcpy(out, from, row * width);
    if (inside && width == 4)
      return copyLine<4>(from, step, row, out);
    for (int64_t i = 0; i < row; ++i) {
      copy(out + i * width);
      for (auto [coordinate, slope] : llvm::zip(at, slopes))
        coordinate += slope;
    }
  }

  /// The element at `at`, or zero where that is outside.
  void copy(char *out) {
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
  ArrayRef<std::vector<Packing::Term>> sums;
  bool isFixed;
  std::vector<double> factors; ///< of fixed-point numbers, for each unit
  ArrayRef<int64_t> shift;
  SmallVector<int64_t> sourceShape;
  int64_t width;
  ArrayRef<char> bytes;
  std::vector<char> owned;
  SmallVector<int64_t> strides, slopes, at;
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
    // Linking takes as much memory again.
    for (const Entry &entry : entries)
      if (auto resource = dyn_cast<DenseResourceElementsAttr>(entry.source))
        *resource.getRawHandle().getBlob() = AsmResourceBlob();
    return llvm::Error::success();
  };
  return section;
}
