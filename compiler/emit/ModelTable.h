// SPDX-License-Identifier: Apache-2.0
// What the loops level says about the model beside its code, as plain data: the `cnnc.model` and `cnnc.phase`
// attributes.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

#include <string>
#include <utility>
#include <vector>

namespace cnnc::emit {

/// An input or output as the caller sees it.
struct TensorInfo {
  std::string name;
  int32_t type; ///< ONNX's number of the element type
  std::vector<int64_t> shape;

  uint64_t bytes() const;
};

/// A phase function and its row in the table of phases.
struct PhaseInfo {
  mlir::func::FuncOp function;
  std::string name, kernel, nodes, shapes, plan;
  int64_t flops, bytes, grid, grain;
};

struct ModelTable {
  std::string name, prefix;
  bool freeBatch;
  int64_t arenaBytes, weightBytes;
  std::string cpuFeatures;
  std::vector<TensorInfo> inputs, outputs;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<PhaseInfo> phases; ///< in the order of execution

  /// Reads and checks the attributes of a module at the loops level.
  static llvm::Expected<ModelTable> read(mlir::ModuleOp module);
};

/// Where an argument of a phase function points: the text of its `cnnc.base`, taken apart.
struct BaseRef {
  enum Kind { Arena, Weights, Input, Output } kind;
  unsigned index = 0; ///< of the input or output

  /// Fails if the argument has no base, or one that the table does not know.
  static llvm::Expected<BaseRef> read(mlir::func::FuncOp phase, unsigned argument, const ModelTable &table);
};

} // namespace cnnc::emit
