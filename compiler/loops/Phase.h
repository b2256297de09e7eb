// SPDX-License-Identifier: Apache-2.0
// A phase under construction: the kernel that an algorithm writes, and the function that gives it its memory.
#pragma once

#include "compiler/cost/Target.h"
#include "compiler/loops/Packing.h"
#include "compiler/loops/Storage.h"
#include "dialects/cnn/Loops.h"

namespace cnnc::loops {

/// What all phases of a network share: the module, its kernels, its weights.
class Network {
public:
  Network(mlir::ModuleOp module, const StoragePlan &storage, const Target &target)
      : module(module), storage(storage), target(target) {}

  mlir::ModuleOp module;
  const StoragePlan &storage;
  const Target &target;
  WeightTable weights;

  /// Gives a finished function its name, or drops it and returns an equal one that exists: layers of equal plan and
  /// shape share their kernels.
  mlir::func::FuncOp share(mlir::func::FuncOp function, llvm::StringRef name);

private:
  llvm::StringMap<mlir::func::FuncOp> functions; // by their text
  llvm::StringMap<int> names;
};

/// What the table says of a phase.
struct PhaseFacts {
  std::string nodes, shapes, plan;
  int64_t flops = 0, bytes = 0;
};

class Phase {
public:
  /// Begins a kernel at `loc`; `name` is that of the kernel (conv3x3), made unique.
  Phase(Network &network, mlir::Location loc, llvm::StringRef name);

  Network &network;
  /// Writes into the kernel's body.
  mlir::OpBuilder builder;
  cnn::Loops loops;
  const Target &target;

  /// The kernel's argument for the memory of a value, typed as it is stored or as given. Constants are packed as they
  /// are.
  mlir::Value memory(mlir::Value value);
  mlir::Value memory(mlir::Value value, mlir::MemRefType as);
  /// The kernel's argument for a packed constant.
  mlir::Value packed(mlir::ElementsAttr constant, const Packing &packing);
  /// The kernel's argument for the network's output.
  mlir::Value output(unsigned index, mlir::MemRefType type);
  /// The kernel's argument for a part of the region's workspace, from byte `offset` on.
  mlir::Value workspace(cnn::FusedOp op, int64_t offset, mlir::MemRefType type);
  /// The share of the grid to compute.
  mlir::Value begin(), end();
  /// The size of the grid, and the least share that is worth a thread.
  void setGrid(int64_t size, int64_t grain = 1) {
    grid = size;
    this->grain = grain;
  }
  void setName(llvm::StringRef newName) { name = newName.str(); }
  llvm::StringRef getName() const { return name; }

  /// A private function beside the kernel, such as a register tile; equal ones are shared.
  mlir::func::FuncOp function(llvm::StringRef name, mlir::TypeRange arguments,
                              llvm::function_ref<void(cnn::Loops &, mlir::ValueRange)> body);

  /// Ends the kernel, and writes the phase function that calls it.
  void finish(const PhaseFacts &facts);

private:
  struct Argument {
    Place place;
    mlir::MemRefType type;
    mlir::Value value; // gone once the kernel is shared
    mlir::Location loc;
  };
  mlir::Value argument(const Place &place, mlir::MemRefType type, llvm::StringRef hint);
  mlir::Value typedView(mlir::OpBuilder &at, mlir::Value base, const Argument &argument);

  std::string name;
  mlir::func::FuncOp kernel;
  llvm::SmallVector<Argument> arguments;
  int64_t grid = 1, grain = 1;
};

} // namespace cnnc::loops
