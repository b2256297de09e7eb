// SPDX-License-Identifier: Apache-2.0
// Weights in another type of element than their file has.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"

namespace cnnc::weights {

/// The same numbers as elements of another float type, rounded to nearest; null unless both are float types or they are
/// equal.
mlir::ElementsAttr converted(mlir::ElementsAttr values, mlir::Type element);

} // namespace cnnc::weights
