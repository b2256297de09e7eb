// SPDX-License-Identifier: Apache-2.0
// A call of an operator by names and words, before it becomes an operator with operands and attributes.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringMap.h"

#include <string>

namespace cnnc::cnn {

/// What the caller gave, by the names of the operator's signature; what was not given and has no default is absent. The
/// operator completes it: conveniences become attributes, and what it learns becomes weights.
class LayerCall {
public:
  /// A weight that the caller is to make and pass as a further operand.
  struct Weight {
    std::string name;
    mlir::RankedTensorType type;
    mlir::Attribute init; ///< a word, or an array of a word and numbers
    bool isTrained;       ///< else a statistic of what went through in training
  };

  /// `path` names the layer in its network.
  LayerCall(mlir::OpBuilder &builder, mlir::Location location, llvm::StringRef path)
      : builder(builder), location(location), path(path) {}

  mlir::OpBuilder &builder;
  const mlir::Location location;
  const llvm::StringRef path;

  // Tensors.
  void setTensors(llvm::StringRef name, llvm::ArrayRef<mlir::Value> values);
  /// The tensor given for a parameter, or null.
  mlir::Value tensor(llvm::StringRef name) const;
  mlir::RankedTensorType typeOf(llvm::StringRef name) const;
  llvm::ArrayRef<int64_t> shapeOf(llvm::StringRef name) const { return typeOf(name).getShape(); }
  void replaceTensor(llvm::StringRef name, mlir::Value value);
  /// All tensors, in the order of the signature.
  llvm::SmallVector<mlir::Value> tensors() const;

  // Arguments.
  bool has(llvm::StringRef name) const { return static_cast<bool>(arguments.get(name)); }
  mlir::Attribute get(llvm::StringRef name) const { return arguments.get(name); }
  int64_t integer(llvm::StringRef name) const;
  bool flag(llvm::StringRef name) const;
  llvm::ArrayRef<int64_t> ints(llvm::StringRef name) const;
  llvm::ArrayRef<double> floats(llvm::StringRef name) const;
  /// The word that was given, or an empty one.
  llvm::StringRef word(llvm::StringRef name) const;
  void set(llvm::StringRef name, mlir::Attribute value) { arguments.set(name, value); }
  void set(llvm::StringRef name, llvm::ArrayRef<int64_t> value) { set(name, builder.getDenseI64ArrayAttr(value)); }
  /// Takes an argument out: it is no attribute of the operator.
  mlir::Attribute take(llvm::StringRef name) { return arguments.erase(name); }
  /// What is left: the operator's attributes.
  const mlir::NamedAttrList &attributes() const { return arguments; }

  // Weights.
  /// They have the type of `like`'s elements.
  void addWeight(llvm::StringRef name, llvm::StringRef like, llvm::ArrayRef<int64_t> shape, mlir::Attribute init,
                 bool isTrained = true);
  llvm::ArrayRef<Weight> weights() const { return added; }
  mlir::Attribute initializer(llvm::StringRef word) const { return builder.getStringAttr(word); }

  // Errors.
  /// Says what is wrong with an argument, or with the call. The first message counts.
  mlir::LogicalResult error(llvm::StringRef argument, const llvm::Twine &message);
  llvm::StringRef message() const { return text; }
  llvm::StringRef blamed() const { return culprit; }

private:
  llvm::SmallVector<std::pair<std::string, llvm::SmallVector<mlir::Value, 1>>> operands;
  mlir::NamedAttrList arguments;
  std::vector<Weight> added;
  std::string text, culprit;
};

/// An axis that may count from the end; an error if there is none such.
mlir::LogicalResult completeAxis(LayerCall &call, llvm::StringRef name, int64_t rank);

} // namespace cnnc::cnn
