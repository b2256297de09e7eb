// SPDX-License-Identifier: Apache-2.0
// Reads an ONNX file as a module of the cnn dialect.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace cnnc::onnx {

/// What the caller decides about a model before it is read.
struct ImportOptions {
  /// Dimensions of graph inputs (`--shape NAME=1x3x224x224`).
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;
  /// Graph inputs frozen to the tensor of a `.pb` file (`--const NAME=FILE`).
  llvm::StringMap<std::string> constants;
};

/// The network in `path` as a module with one function `@main`. Its arguments and results carry
/// `cnn.name`; the module carries `cnn.metadata`, and `cnn.free_batch` if an input leaves its leading
/// dimension open: `@main` is then the network of one image, and `@two_images` that of two.
///
/// Operators have the location `"node"("path":0:0)`. What is wrong with the model itself is
/// reported once, at
/// `"path":0:0`, with a message such as `node 'conv1' (Conv): …`.
///
/// Big tensors stay in the mapped file, which lives as long as the context. Their bytes may be
/// unaligned.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> importOnnx(mlir::MLIRContext &context, llvm::StringRef path,
                                                              const ImportOptions &options = {});

} // namespace cnnc::onnx
