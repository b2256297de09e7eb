// SPDX-License-Identifier: Apache-2.0
// Where each value of a scheduled network lies: in the arena, the weights, or the caller's inputs and outputs.
#pragma once

#include "compiler/cost/Target.h"
#include "dialects/cnn/CnnOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace cnnc::loops {

/// A place in memory that a phase can reach.
struct Place {
  enum Base { Arena, Weights, Input, Output } base = Arena;
  int64_t index = 0;  ///< which input or output
  int64_t offset = 0; ///< in bytes

  /// The word of the `cnnc.base` attribute: arena, weights, input0, output0.
  std::string word() const;
};

struct Storage {
  Place place;
  mlir::MemRefType type; ///< blocked: [N][blocks][rows with halo][columns with halo][block]
  /// Not 0 for a value within a chain: only this many rows are kept, in a ring for each share of the grid. `type` has
  /// shares instead of images then, and row r with the halo lies at r % ring.
  int64_t ring = 0;
};

/// The memref of a value stored contiguously in its layout.
mlir::MemRefType memrefOf(mlir::RankedTensorType type);
/// A blocked memref without halo seen with `count` rows as one.
mlir::MemRefType mergeRows(mlir::MemRefType type, int64_t count);
/// The element as it lies in memory: signless, booleans as bytes.
mlir::Type storedElement(mlir::Type element);

/// Decides the place of every value of the function, in one arena whose parts are used again when their values are dead
/// (greedy by size: Pisarchyk and Lee 2020, algorithm 3). A reshaped value is a view, and so is a part of a joined one;
/// a result of the function is written where the caller wants it, if a phase makes it in plain layout.
class StoragePlan {
public:
  StoragePlan(mlir::func::FuncOp function, const Target &target);

  const Storage &of(mlir::Value value) const { return storages.find(value)->second; }
  /// Where the workspace of a region or a chain lies in the arena.
  int64_t workspaceOf(mlir::Operation *op) const { return workspaces.lookup(op); }
  int64_t arenaBytes() const { return arenaSize; }
  /// Whether result `index` of the function is written in place; else it must be copied.
  bool writtenInPlace(unsigned index) const { return inPlace[index]; }

private:
  void placeInputsAndOutputs(mlir::func::FuncOp function);
  void placeArena(mlir::func::FuncOp function, const Target &target);
  void placeStages(cnn::ChainOp chain);
  void placeViews(mlir::func::FuncOp function);

  llvm::DenseMap<mlir::Value, Storage> storages;
  llvm::DenseMap<mlir::Operation *, int64_t> workspaces;
  llvm::SmallVector<bool> inPlace;
  int64_t arenaSize = 0;
};

} // namespace cnnc::loops
