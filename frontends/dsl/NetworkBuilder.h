// SPDX-License-Identifier: Apache-2.0
// Builds a network call by call: what the evaluator of .cnn does, and what a program can do in its place.
#pragma once

#include "dialects/cnn/LayerCall.h"
#include "frontends/dsl/Signature.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace cnnc::dsl {

class NetworkBuilder {
public:
  /// An argument: tensors, or an attribute of the parameter's kind.
  struct Argument {
    std::string parameter;
    llvm::SmallVector<mlir::Value, 1> tensors;
    mlir::Attribute attribute;
  };
  /// What went wrong in a call: the argument that is to blame, or nothing, and why.
  struct Fault {
    std::string argument, message;
  };

  /// Larger tensors are refused: no count of their elements then overflows.
  static constexpr int64_t kMostElements = int64_t(1) << 40;
  static bool isTooLarge(llvm::ArrayRef<int64_t> shape);

  explicit NetworkBuilder(mlir::MLIRContext &context);
  mlir::OpBuilder &builder() { return ops; }

  /// Begins a function of the module: `main`, or the one for two images of a free batch.
  void begin(llvm::StringRef function, mlir::Location location);
  mlir::Value addInput(llvm::StringRef name, mlir::RankedTensorType type, mlir::Location location);
  /// Calls an operator by its name, for the layer at `path`. Parameters without an argument must not be left out
  /// unless the operator has a default for them, which the caller gives.
  llvm::SmallVector<mlir::Value> call(const Signature &signature, llvm::ArrayRef<Argument> arguments,
                                      llvm::StringRef path, mlir::Location location, Fault &fault);
  /// A number as a tensor of no dimensions, with elements like those of `like`.
  mlir::Value scalar(double number, mlir::Value like, mlir::Location location);
  /// Ends the function; what no output needs is dropped.
  void finish(llvm::ArrayRef<std::pair<std::string, mlir::Value>> outputs);

  mlir::OwningOpRef<mlir::ModuleOp> take() { return std::move(module); }
  mlir::ModuleOp get() { return *module; }

private:
  /// The weight at a path; one that was made before is shared.
  mlir::Value parameter(const std::string &path, const cnn::LayerCall::Weight &weight, mlir::Location location);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder ops;
  mlir::func::FuncOp function;
  llvm::StringMap<mlir::Value> parameters; ///< by path
};

} // namespace cnnc::dsl
