// SPDX-License-Identifier: Apache-2.0
// The cnn dialect, its layouts and plans, and the questions that passes ask of types.
#pragma once

#include "dialects/cnn/LayerCall.h"

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"

#include <array>

namespace cnnc::cnn {
/// Whether two lists of types agree in shape and element, whatever their layouts.
bool compatibleIgnoringLayout(mlir::TypeRange lhs, mlir::TypeRange rhs);
/// Bytes of all tensors among the types, without halos.
int64_t bytesOf(mlir::TypeRange types);
/// Whether all results have the leading dimension of the first operand.
bool keepsLeadingDimension(mlir::Operation *op);

/// One channel of an operand.
struct ChannelSource {
  unsigned operand;
  int64_t channel;
  bool operator==(const ChannelSource &) const = default;
};
/// A source for each channel of a result.
using ChannelSources = llvm::SmallVector<ChannelSource>;
/// Appends `count` channels of an operand.
void appendChannels(ChannelSources &sources, unsigned operand, int64_t first, int64_t count);

/// What a pixel of a result sees of an operand along one dimension: `extent` pixels, and the next pixel as many that lie
/// `stride` further, less than one where an image grows.
struct Reach {
  int64_t extent = 1;
  double stride = 1;
};

/// Marks operators behind which elementwise ones may run in the same loops.
template <typename ConcreteType>
struct TakesEpilogue : mlir::OpTrait::TraitBase<ConcreteType, TakesEpilogue> {};
/// Marks operators that compute nothing, behind which elementwise ones may change the type of the elements.
template <typename ConcreteType>
struct MovesElements : mlir::OpTrait::TraitBase<ConcreteType, MovesElements> {};
} // namespace cnnc::cnn

#include "dialects/cnn/CnnDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/cnn/CnnAttributes.h.inc"
#include "dialects/cnn/CnnInterfaces.h.inc"

namespace cnnc::cnn {
/// The layout of a tensor type, or null where it is plain NCHW.
inline BlockedAttr layoutOf(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor ? llvm::dyn_cast_or_null<BlockedAttr>(tensor.getEncoding()) : BlockedAttr();
}
/// The same tensor without its layout.
inline mlir::RankedTensorType withoutLayout(mlir::RankedTensorType type) {
  return mlir::RankedTensorType::get(type.getShape(), type.getElementType());
}
} // namespace cnnc::cnn
