// SPDX-License-Identifier: Apache-2.0
// The tensors of an unpickled checkpoint.
#pragma once

#include "frontends/weights/Pickle.h"
#include "frontends/weights/Readers.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace cnnc::weights {

/// Where the elements of a storage lie; fewer bytes than `size` are an error of the file.
struct StorageBytes {
  llvm::StringRef bytes;
  std::shared_ptr<const void> owner;
};
using FindStorage = llvm::function_ref<llvm::Expected<StorageBytes>(const PyValue &storage)>;

/// All tensors in `root`, named by the keys of the dictionaries that they lie in, joined by dots. A dictionary that is
/// the only one with tensors, such as 'state_dict' beside an epoch's number, adds nothing to the names.
Weights collectTensors(mlir::MLIRContext &context, const PyValue &root, FindStorage find);
/// The type of a storage's elements.
llvm::Expected<mlir::Type> elementTypeOf(mlir::MLIRContext &context, const PyValue &storage);

} // namespace cnnc::weights
