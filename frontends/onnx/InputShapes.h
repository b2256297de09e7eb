// SPDX-License-Identifier: Apache-2.0
// The shapes of a graph's inputs, as the file and --shape say together.
#pragma once

#include "frontends/onnx/Model.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace cnnc::onnx {

struct InputShape {
  llvm::SmallVector<int64_t> dims;
  bool freeBatch = false; ///< The leading dimension is the caller's to choose; here it is 1.
};
using InputShapes = llvm::StringMap<InputShape>;

/// `given` fixes the shapes of some inputs, and with them every dimension of the same symbol.
/// Frozen inputs have no shape to find.
llvm::Expected<InputShapes> findInputShapes(const Graph &graph,
                                            const llvm::StringMap<llvm::SmallVector<int64_t>> &given,
                                            llvm::function_ref<bool(llvm::StringRef)> isFrozen);

/// Whether a tensor may have this shape where the input is declared.
bool fits(llvm::ArrayRef<int64_t> shape, const ValueInfo &input);
/// What --shape may say of an input: one image, and the known dimensions.
std::string shapeHint(const ValueInfo &input);

} // namespace cnnc::onnx
