// SPDX-License-Identifier: Apache-2.0
// Which function imports which operator, from which opset on.
#pragma once

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

namespace cnnc::onnx {

class NodeBinder;

/// How many inputs an operator has. Those below `min` are always present; others may be left out.
struct Arity {
  unsigned min, max;
};
/// For operators with any number of inputs.
constexpr unsigned anyNumber = ~0u;

class ImporterTable {
public:
  using Function = mlir::LogicalResult (*)(NodeBinder &);
  struct Entry {
    int64_t since;
    Arity inputs;
    Function import;
  };

  /// The operator `type` of ONNX's own domain, as it stands from opset `since` on.
  void onOp(llvm::StringRef type, int64_t since, Arity inputs, Function import);
  /// The entry for an operator in an opset; null if there is none.
  const Entry *find(llvm::StringRef type, int64_t opset) const;

private:
  llvm::StringMap<llvm::SmallVector<Entry, 1>> entries;
};

// One line a family: `ops/<Family>.cpp`.
void registerActivation(ImporterTable &table);
void registerConstant(ImporterTable &table);
void registerConv(ImporterTable &table);
void registerElementwise(ImporterTable &table);
void registerLinear(ImporterTable &table);
void registerNorm(ImporterTable &table);
void registerPool(ImporterTable &table);
void registerReduce(ImporterTable &table);
void registerResize(ImporterTable &table);
void registerShape(ImporterTable &table);

/// All of them.
const ImporterTable &allImporters();

} // namespace cnnc::onnx
