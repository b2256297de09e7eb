// SPDX-License-Identifier: Apache-2.0
// Types and tensors of ONNX as MLIR's.
#pragma once

#include "frontends/onnx/Model.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MemoryBuffer.h"

namespace cnnc::onnx {

/// More elements than this in one tensor is taken for a mistake.
constexpr int64_t maxElements = int64_t(1) << 40;

/// The type of an element, by ONNX's number (TensorProto.DataType).
llvm::Expected<mlir::Type> elementType(mlir::MLIRContext *context, int32_t number);
/// A tensor type; refuses negative dimensions and absurd sizes.
llvm::Expected<mlir::RankedTensorType> tensorType(llvm::ArrayRef<int64_t> shape, mlir::Type element);
/// "float", "int64", … as ONNX calls a type of element.
std::string typeName(mlir::Type element);

/// Turns tensors into attributes: small ones into `dense<>`, others into resources over the memory
/// where they lie.
class TensorData {
public:
  /// `folder` is where external data may lie.
  TensorData(mlir::MLIRContext *context, llvm::StringRef folder) : context(context), folder(folder) {}

  llvm::Expected<mlir::ElementsAttr> get(const Tensor &tensor);

private:
  llvm::Expected<llvm::StringRef> readExternal(const ExternalData &external, uint64_t size,
                                               std::shared_ptr<const void> &owner);

  mlir::MLIRContext *context;
  std::string folder;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

/// Elements of `type` that lie in `bytes`, which live as long as `owner`.
mlir::ElementsAttr elementsOver(mlir::RankedTensorType type, llvm::StringRef bytes, std::shared_ptr<const void> owner,
                                llvm::StringRef name);
/// The bytes of a constant, element after element, a boolean in a byte; `storage` holds them if
/// they must be made.
llvm::StringRef bytesOf(mlir::ElementsAttr elements, std::string &storage);
/// The elements as numbers; integers beyond 2^53 lose digits.
std::vector<double> toDoubles(mlir::ElementsAttr elements);
/// The elements of an integer or boolean tensor.
std::vector<int64_t> toInts(mlir::ElementsAttr elements);

} // namespace cnnc::onnx
