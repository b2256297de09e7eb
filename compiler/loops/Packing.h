// SPDX-License-Identifier: Apache-2.0
// How a weight is stored for a kernel, said as a map, and the section that all stored weights make together.
#pragma once

#include "compiler/emit/Emit.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace cnnc::loops {

/// Element i of the packed weight, of extents `shape`, is element map(i) of the source, or zero where the map leaves
/// the source. Blocking, permuting, padding and spreading over groups are all such maps; so the compiler can stream
/// it, and a phase could compute it where weights are inputs.
///
/// With `taps`, Winograd's filter transforms G and H for rows and columns, the map leads into a source that holds
/// G f H^T for each filter f, its last two dimensions.
struct Packing {
  llvm::SmallVector<int64_t> shape;
  mlir::AffineMap map;
  std::vector<std::vector<std::vector<double>>> taps = {};
  /// With `sums`, element i of a weight of f32 is a sum over the terms of i[0]: their factors times source elements
  /// map(i) + shift.
  struct Term {
    double factor;
    llvm::SmallVector<int64_t> shift;
    bool operator==(const Term &other) const { return factor == other.factor && shift == other.shift; }
  };
  std::vector<std::vector<Term>> sums = {};
  /// As fixed-point numbers of 24 bits (FixedPoint.h), four vectors in the place of three.
  bool isFixed = false;

  /// The source as it is.
  static Packing identity(mlir::ShapedType source);
  /// A value for each channel, in blocks of 16.
  static Packing ofChannels(mlir::MLIRContext *context, int64_t channels);
  int64_t elements() const;
};

/// The weights of a network in the order of their first use, each aligned to a cache line.
class WeightTable {
public:
  /// The byte offset of a constant in this packing; equal requests share it.
  int64_t add(mlir::ElementsAttr source, const Packing &packing);
  int64_t bytes() const { return size; }
  /// Streams the section; holds one row of one weight at a time, and gives the memory of the sources back in the end.
  /// The table may go away.
  emit::WeightSection section() const;

private:
  struct Entry {
    mlir::ElementsAttr source;
    Packing packing;
    int64_t offset;
  };
  std::vector<Entry> entries;
  llvm::DenseMap<std::pair<mlir::Attribute, mlir::AffineMap>, llvm::SmallVector<size_t, 1>> index;
  int64_t size = 0;
};

/// Bytes of one element in memory; booleans take one.
int64_t elementBytes(mlir::Type element);

} // namespace cnnc::loops
