// SPDX-License-Identifier: Apache-2.0
// One ONNX node in the hands of its importer: what goes in, what it says, what comes out.
#pragma once

#include "frontends/onnx/ImporterTable.h"
#include "frontends/onnx/TensorData.h"

#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringSet.h"

namespace cnnc::onnx {

/// An importer reads inputs and attributes and creates operators; nothing has to be checked on the
/// way. The first error is kept; from then on create() gives null values, and takes them. Before it
/// looks into a created value's type, an importer must see that there is a value.
class NodeBinder {
public:
  NodeBinder(const Node &node, int64_t opset, mlir::OpBuilder &builder, mlir::Location location, TensorData &tensors,
             llvm::ArrayRef<mlir::Value> inputs, llvm::BitVector usedOutputs)
      : opset(opset), builder(builder), location(location), tensors(tensors), node(node), inputs(inputs),
        usedOutputs(std::move(usedOutputs)), outputs(node.outputs.size()) {}

  const int64_t opset;
  mlir::OpBuilder &builder;
  const mlir::Location location;
  TensorData &tensors;

  // Inputs. Those that the importer's arity requires are present.
  size_t inputCount() const { return inputs.size(); }
  bool hasInput(unsigned index) const { return index < inputs.size() && inputs[index]; }
  mlir::Value input(unsigned index) const { return inputs[index]; }
  llvm::ArrayRef<mlir::Value> allInputs() const { return inputs; }
  mlir::RankedTensorType inputType(unsigned index) const { return typeOf(inputs[index]); }
  llvm::ArrayRef<int64_t> inputShape(unsigned index) const { return inputType(index).getShape(); }
  /// The values of an input that the operator needs to know now. Absent: an empty list, and no
  /// error.
  mlir::FailureOr<llvm::SmallVector<int64_t>> constantInts(unsigned index);
  mlir::FailureOr<llvm::SmallVector<double>> constantFloats(unsigned index);

  // Attributes, or their default values. Those that nobody reads are refused in the end.
  bool hasAttribute(llvm::StringRef name) const;
  int64_t integer(llvm::StringRef name, std::optional<int64_t> otherwise = std::nullopt);
  bool flag(llvm::StringRef name, bool otherwise) { return integer(name, otherwise) != 0; }
  double number(llvm::StringRef name, std::optional<double> otherwise = std::nullopt);
  std::string text(llvm::StringRef name, llvm::StringRef otherwise);
  llvm::SmallVector<int64_t> integers(llvm::StringRef name, llvm::ArrayRef<int64_t> otherwise = {});
  llvm::SmallVector<double> numbers(llvm::StringRef name);
  /// A tensor, or null.
  mlir::ElementsAttr tensor(llvm::StringRef name);
  /// Attributes without meaning here (training, hints).
  void ignore(std::initializer_list<llvm::StringRef> names);

  /// What an operator takes as an attribute before opset `since`, and as an input from then on.
  mlir::FailureOr<llvm::SmallVector<int64_t>> intsSince(int64_t since, llvm::StringRef name, unsigned index);
  /// An axis of a tensor of the given rank, counted from the front; negative ones count from the
  /// end.
  mlir::FailureOr<int64_t> axis(int64_t axis, int64_t rank);
  /// Axes, ascending; refuses repeated ones.
  mlir::FailureOr<llvm::SmallVector<int64_t>> axes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  // Operators.
  template <typename OpT>
  mlir::Value create(mlir::ValueRange operands, typename OpT::Properties properties = {}) {
    mlir::ValueRange results = createAll<OpT>(operands, properties);
    return results.empty() ? mlir::Value() : results.front();
  }
  template <typename OpT>
  mlir::ValueRange createAll(mlir::ValueRange operands, typename OpT::Properties properties) {
    mlir::OperationState state(location, OpT::getOperationName());
    state.addOperands(operands);
    OpT::populateDefaultProperties(state.name, properties);
    state.getOrAddProperties<typename OpT::Properties>() = properties;
    return build(state);
  }
  mlir::Value constant(mlir::ElementsAttr value);
  /// A tensor of one value.
  mlir::Value splat(mlir::RankedTensorType type, double value);
  mlir::Value constantInts(llvm::ArrayRef<int64_t> values, llvm::ArrayRef<int64_t> shape);
  /// These three do not grow the IR where there is nothing to do, and turn constants of any size at
  /// once.
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value cast(mlir::Value value, mlir::Type element);

  mlir::DenseI64ArrayAttr ints(llvm::ArrayRef<int64_t> values) { return builder.getDenseI64ArrayAttr(values); }
  mlir::IntegerAttr i64(int64_t value) { return builder.getI64IntegerAttr(value); }
  mlir::FloatAttr f64(double value) { return builder.getF64FloatAttr(value); }

  // Results.
  bool isUsed(unsigned index) const { return index < usedOutputs.size() && usedOutputs[index]; }
  mlir::LogicalResult output(mlir::Value value, unsigned index = 0);
  llvm::ArrayRef<mlir::Value> allOutputs() const { return outputs; }

  // Errors: the first one counts.
  mlir::LogicalResult error(const llvm::Twine &message);
  llvm::StringRef firstError() const { return message; }
  /// After the import: nothing failed, every attribute was understood, every asked output was made.
  mlir::LogicalResult finish();

  static mlir::RankedTensorType typeOf(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  /// The value's constant, or null.
  static mlir::ElementsAttr constantOf(mlir::Value value);

private:
  const AttributeValue *find(llvm::StringRef name);
  template <typename T>
  std::optional<T> attribute(llvm::StringRef name, llvm::StringRef kind);
  mlir::FailureOr<mlir::ElementsAttr> constantInput(unsigned index);
  mlir::Operation *verified(mlir::OperationState &state);
  mlir::ValueRange build(mlir::OperationState &state);
  mlir::ValueRange fold(mlir::Operation *op);

  const Node &node;
  llvm::ArrayRef<mlir::Value> inputs;
  llvm::BitVector usedOutputs;
  llvm::SmallVector<mlir::Value> outputs;
  llvm::SmallVector<mlir::Value> folded;
  llvm::StringSet<> understood;
  std::string message;
};

} // namespace cnnc::onnx
