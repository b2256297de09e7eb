// SPDX-License-Identifier: Apache-2.0
// A reader for each format of weight files.
#pragma once

#include "frontends/weights/WeightFile.h"

#include "llvm/Support/MemoryBuffer.h"

namespace cnnc::weights {

using Weights = llvm::Expected<std::vector<Weight>>;
/// A file that is mapped, or bytes that were unpacked from one.
using Bytes = std::shared_ptr<const llvm::MemoryBuffer>;

Weights readSafetensors(mlir::MLIRContext &context, const Bytes &file);
/// One array, with this name; `bytes` lie in `owner`.
Weights readNpy(mlir::MLIRContext &context, llvm::StringRef bytes, std::shared_ptr<const void> owner,
                llvm::StringRef name);
/// A zip archive: arrays of NumPy, or a checkpoint of PyTorch.
Weights readArchive(mlir::MLIRContext &context, llvm::StringRef path, const Bytes &file);
/// A checkpoint as PyTorch wrote it before version 1.6.
Weights readLegacyCheckpoint(mlir::MLIRContext &context, const Bytes &file);
Weights readOnnx(mlir::MLIRContext &context, llvm::StringRef path);

} // namespace cnnc::weights
