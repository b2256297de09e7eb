// SPDX-License-Identifier: Apache-2.0
// The C++ types of values: numbers, vectors of them, and memory as arrays.
#pragma once

#include "mlir/IR/BuiltinTypes.h"

#include <map>
#include <string>

namespace cnnc::emit::cxx {

/// Names types, and remembers the vectors among them, which have to be defined.
class Types {
public:
  /// float, int64_t, f32x8; a mask of booleans is a vector of integers as wide as what was
  /// compared: `width` bits.
  std::string name(mlir::Type type, unsigned width = 0, bool isUnsigned = false);
  /// The definitions of all vectors that were named.
  std::string definitions() const;

private:
  std::map<std::string, std::string> vectors;
};

/// The width of a mask's elements, from the comparison that it comes from; 0 if there is none.
unsigned maskWidth(mlir::Value mask);
/// Whether the value is a vector of booleans.
bool isMask(mlir::Type type);
/// Whether an array of C++ indexes like this memref.
bool isArray(mlir::MemRefType type);

} // namespace cnnc::emit::cxx
