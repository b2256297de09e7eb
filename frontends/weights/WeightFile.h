// SPDX-License-Identifier: Apache-2.0
// Weights by name, from files of several formats.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace cnnc::weights {

/// A tensor in a file.
struct Weight {
  std::string name;
  mlir::RankedTensorType type;
  llvm::StringRef bytes;              ///< little endian, from the first element on
  llvm::SmallVector<int64_t> strides; ///< in elements; empty where these lie in order
  std::shared_ptr<const void> owner;  ///< of the bytes

  /// Its elements, in order: the mapped bytes themselves where they lie so.
  mlir::ElementsAttr elements() const;
};

/// A text of a file within one line of a message.
std::string printable(std::string text);

/// The weights of a file. Formats: safetensors; NumPy's .npz and .npy, an .npy's only weight being named like the file;
/// PyTorch's checkpoints, of which nothing is executed; ONNX, whose weights are the initializers. Bytes stay in the
/// mapped file unless they are compressed.
class WeightFile {
public:
  /// An error is one line, and names the file.
  static llvm::Expected<WeightFile> open(mlir::MLIRContext &context, llvm::StringRef path);

  const std::string path;
  llvm::ArrayRef<Weight> weights() const { return all; }
  /// The weight with this name, or null.
  const Weight *find(llvm::StringRef name) const;

private:
  WeightFile(llvm::StringRef path, std::vector<Weight> weights);

  std::vector<Weight> all;
  llvm::StringMap<size_t> byName;
};

} // namespace cnnc::weights
