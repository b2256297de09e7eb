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
  /// An argument of a call: by position if it has no name.
  struct Argument {
    std::string name;
    Value value;
  };
  /// What is wrong with a call, and the argument that is to blame, if one is.
  struct Fault {
    std::string message;
    std::optional<size_t> argument;
    bool isName = false;      ///< not the argument's value but its name, or that it is there at all
    bool wantsTensor = false; ///< and got something else
  };

  /// Larger tensors are refused: no count of their elements then overflows.
  static constexpr int64_t kMostElements = int64_t(1) << 40;
  static bool isTooLarge(llvm::ArrayRef<int64_t> shape);

  explicit NetworkBuilder(mlir::MLIRContext &context);
  mlir::OpBuilder &builder() { return ops; }

  /// Begins a function of the module: `main`, or the one for two images of a free batch.
  void begin(llvm::StringRef function, mlir::Location location);
  mlir::Value addInput(llvm::StringRef name, mlir::RankedTensorType type, mlir::Location location);
  /// Calls an operator for the layer at `path`, which names its weights. Nothing is returned where there is a fault.
  llvm::SmallVector<mlir::Value> call(const Signature &signature, llvm::ArrayRef<Argument> arguments,
                                      llvm::StringRef path, mlir::Location location, Fault &fault);
  /// A number as a tensor of no dimensions, with elements like those of `like`.
  mlir::Value scalar(double number, mlir::Value like, mlir::Location location);
  /// Ends the function; what no output needs is dropped.
  void finish(llvm::ArrayRef<std::pair<std::string, mlir::Value>> outputs);

  mlir::OwningOpRef<mlir::ModuleOp> take() { return std::move(module); }
  mlir::ModuleOp get() { return *module; }

private:
  /// Hands the arguments to the call, each for its parameter.
  bool bind(const Signature &signature, llvm::ArrayRef<Argument> arguments, cnn::LayerCall &call, Fault &fault);
  /// A value as what a parameter's kind asks for.
  bool convert(const SignatureParameter &parameter, const Value &value, cnn::LayerCall &call, std::string &message);
  /// The weight at a path; one that was made before is shared.
  mlir::Value parameter(const std::string &path, const cnn::LayerCall::Weight &weight, mlir::Location location);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder ops;
  mlir::func::FuncOp function;
  llvm::StringMap<mlir::Value> parameters; ///< by path
};

} // namespace cnnc::dsl
