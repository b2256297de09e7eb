// SPDX-License-Identifier: Apache-2.0
// One ONNX node in the hands of its importer: what goes in, what it says, what comes out.
#include "frontends/onnx/NodeBinder.h"
#include "frontends/onnx/ConstantData.h"

#include "dialects/cnn/Constants.h"
#include "dialects/cnn/Evaluate.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

/// Shape subgraphs are small; what is larger is left to the passes.
constexpr int64_t maxFoldedElements = 1 << 16;

/// Names of the function's arguments on which a value depends.
std::string dependencies(Value value) {
  llvm::SetVector<Value> values;
  values.insert(value);
  std::string names;
  for (size_t i = 0; i < values.size() && i < 10000; ++i) {
    if (Operation *op = values[i].getDefiningOp())
      values.insert_range(op->getOperands());
    else if (auto location = dyn_cast<NameLoc>(values[i].getLoc()))
      names += (names.empty() ? "'" : ", '") + location.getName().str() + "'";
  }
  return names;
}

} // namespace

LogicalResult NodeBinder::error(const Twine &why) {
  if (message.empty())
    message = why.str();
  return failure();
}

ElementsAttr NodeBinder::constantOf(Value value) {
  auto constant = value ? value.getDefiningOp<cnn::ConstantOp>() : nullptr;
  return constant ? constant.getValue() : nullptr;
}

FailureOr<ElementsAttr> NodeBinder::constantInput(unsigned index) {
  if (ElementsAttr value = constantOf(inputs[index]))
    return value;
  const std::string &name = node.inputs[index];
  if (isa<BlockArgument>(inputs[index]))
    return error("input " + Twine(index) + " must be constant: freeze the graph input with --const " + name +
                 "=FILE.pb");
  return error("input " + Twine(index) + " ('" + name + "') must be constant, but depends on the graph input " +
               dependencies(inputs[index]) + ": if its values are known, freeze it with --const NAME=FILE.pb");
}

FailureOr<SmallVector<int64_t>> NodeBinder::constantInts(unsigned index) {
  if (!hasInput(index))
    return SmallVector<int64_t>();
  FailureOr<ElementsAttr> value = constantInput(index);
  if (failed(value))
    return failure();
  if (!isa<IntegerType>(value->getElementType()))
    return error("input " + Twine(index) + " must hold integers, not " + typeName(value->getElementType()));
  if (value->getNumElements() > maxFoldedElements)
    return error("input " + Twine(index) + " has too many elements, " + Twine(value->getNumElements()));
  std::vector<int64_t> values = toInts(*value);
  return SmallVector<int64_t>(values.begin(), values.end());
}

FailureOr<SmallVector<double>> NodeBinder::constantFloats(unsigned index) {
  if (!hasInput(index))
    return SmallVector<double>();
  FailureOr<ElementsAttr> value = constantInput(index);
  if (failed(value))
    return failure();
  if (value->getNumElements() > maxFoldedElements)
    return error("input " + Twine(index) + " has too many elements, " + Twine(value->getNumElements()));
  std::vector<double> values = toDoubles(*value);
  return SmallVector<double>(values.begin(), values.end());
}

const AttributeValue *NodeBinder::find(StringRef name) {
  understood.insert(name);
  for (const auto &[key, value] : node.attributes)
    if (key == name)
      return &value;
  return nullptr;
}

bool NodeBinder::hasAttribute(StringRef name) const {
  return any_of(node.attributes, [&](const auto &attribute) { return attribute.first == name; });
}

template <typename T>
std::optional<T> NodeBinder::attribute(StringRef name, StringRef kind) {
  const AttributeValue *value = find(name);
  if (!value)
    return std::nullopt;
  if (const T *held = std::get_if<T>(value))
    return *held;
  (void)error("attribute '" + name + "' is not " + kind);
  return std::nullopt;
}

int64_t NodeBinder::integer(StringRef name, std::optional<int64_t> otherwise) {
  std::optional<int64_t> value = attribute<int64_t>(name, "an integer");
  if (!value && !otherwise)
    (void)error("lacks the attribute '" + name + "'");
  return value.value_or(otherwise.value_or(0));
}

double NodeBinder::number(StringRef name, std::optional<double> otherwise) {
  std::optional<double> value = attribute<double>(name, "a float");
  if (!value && !otherwise)
    (void)error("lacks the attribute '" + name + "'");
  return value.value_or(otherwise.value_or(0));
}

std::string NodeBinder::text(StringRef name, StringRef otherwise) {
  return attribute<std::string>(name, "a string").value_or(otherwise.str());
}

SmallVector<int64_t> NodeBinder::integers(StringRef name, ArrayRef<int64_t> otherwise) {
  auto value = attribute<std::vector<int64_t>>(name, "a list of integers");
  return value ? SmallVector<int64_t>(value->begin(), value->end()) : SmallVector<int64_t>(otherwise);
}

SmallVector<double> NodeBinder::numbers(StringRef name) {
  auto value = attribute<std::vector<double>>(name, "a list of floats");
  return value ? SmallVector<double>(value->begin(), value->end()) : SmallVector<double>();
}

ElementsAttr NodeBinder::tensor(StringRef name) {
  std::optional<Tensor> value = attribute<Tensor>(name, "a tensor");
  if (!value)
    return nullptr;
  if (value->name.empty())
    value->name = node.outputs.empty() ? node.name : node.outputs.front();
  Expected<ElementsAttr> elements = tensors.get(*value);
  if (elements)
    return *elements;
  (void)error("attribute '" + name + "': " + toString(elements.takeError()));
  return nullptr;
}

void NodeBinder::ignore(std::initializer_list<StringRef> names) {
  for (StringRef name : names)
    understood.insert(name);
}

FailureOr<SmallVector<int64_t>> NodeBinder::intsSince(int64_t since, StringRef name, unsigned index) {
  if (opset >= since)
    return constantInts(index);
  return integers(name);
}

FailureOr<int64_t> NodeBinder::axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return error("axis " + Twine(axis) + " does not exist in a tensor of rank " + Twine(rank));
  return axis < 0 ? axis + rank : axis;
}

FailureOr<SmallVector<int64_t>> NodeBinder::axes(ArrayRef<int64_t> axes, int64_t rank) {
  SmallVector<int64_t> result;
  for (int64_t each : axes) {
    FailureOr<int64_t> found = axis(each, rank);
    if (failed(found))
      return failure();
    result.push_back(*found);
  }
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end())
    return error("an axis is given twice");
  return result;
}

Operation *NodeBinder::verified(OperationState &state) {
  ScopedDiagnosticHandler handler(builder.getContext(), [&](Diagnostic &diagnostic) {
    std::string text = diagnostic.str();
    StringRef reason = text;
    if (reason.starts_with("'cnn."))
      reason = reason.split("' op ").second;
    (void)error(reason);
    return success();
  });
  SmallVector<Type> types;
  auto *infer = state.name.getInterface<InferTypeOpInterface>();
  if (failed(infer->inferReturnTypes(builder.getContext(), location, state.operands,
                                     state.attributes.getDictionary(builder.getContext()), state.getRawProperties(),
                                     state.regions, types)))
    return nullptr;
  for (Type type : types) {
    auto tensor = mlir::cast<RankedTensorType>(type);
    if (auto checked = tensorType(tensor.getShape(), tensor.getElementType()); !checked)
      return (void)error(toString(checked.takeError())), nullptr;
  }
  state.addTypes(types);
  Operation *op = builder.create(state);
  if (succeeded(verify(op, /*verifyRecursively=*/false)))
    return op;
  op->erase();
  return nullptr;
}

static bool isEmpty(Type type) { return cast<RankedTensorType>(type).getNumElements() == 0; }

ValueRange NodeBinder::build(OperationState &state) {
  if (!message.empty() || llvm::is_contained(state.operands, Value()))
    return {};
  if (Operation *op = verified(state))
    return fold(op);
  (void)error("its inputs and attributes do not fit together");
  return {};
}

ValueRange NodeBinder::fold(Operation *op) {
  if (all_of(op->getResultTypes(), isEmpty)) { // There is nothing to compute.
    SmallVector<Type> types(op->getResultTypes());
    op->erase();
    folded.clear();
    for (Type type : types)
      folded.push_back(splat(cast<RankedTensorType>(type), 0));
    return folded;
  }
  SmallVector<ElementsAttr> operands, results;
  int64_t elements = 0;
  auto count = [&](Type type) { elements += cast<RankedTensorType>(type).getNumElements(); };
  llvm::for_each(op->getOperandTypes(), count);
  llvm::for_each(op->getResultTypes(), count);
  for (Value operand : op->getOperands())
    if (ElementsAttr value = constantOf(operand))
      operands.push_back(value);
  if (elements > maxFoldedElements || operands.size() != op->getNumOperands())
    return op->getResults();
  ScopedDiagnosticHandler quiet(builder.getContext(), [](Diagnostic &) { return success(); });
  if (failed(cnn::evaluate(op, operands, results, maxFoldedElements)))
    return op->getResults();
  op->erase();
  folded.clear();
  for (ElementsAttr result : results)
    folded.push_back(constant(result));
  return folded;
}

Value NodeBinder::constant(ElementsAttr value) {
  return message.empty() ? cnn::ConstantOp::create(builder, location, value).getResult() : Value();
}

Value NodeBinder::splat(RankedTensorType type, double value) {
  Type element = type.getElementType();
  Attribute attribute = isa<FloatType>(element) ? Attribute(builder.getFloatAttr(element, value))
                        : element.isInteger(1)  ? Attribute(builder.getBoolAttr(value != 0))
                                                : Attribute(builder.getIntegerAttr(element, int64_t(value)));
  return constant(DenseElementsAttr::get(type, attribute));
}

Value NodeBinder::constantInts(ArrayRef<int64_t> values, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, builder.getIntegerType(64, /*isSigned=*/true));
  return constant(DenseElementsAttr::get(type, values));
}

Value NodeBinder::reshape(Value value, ArrayRef<int64_t> shape) {
  if (!value || typeOf(value).getShape() == shape)
    return value;
  if (ElementsAttr constant = constantOf(value); constant && product(shape) == constant.getNumElements())
    return this->constant(cnn::reshaped(constant, shape));
  return create<cnn::ReshapeOp>(value, {.shape = ints(shape)});
}

Value NodeBinder::transpose(Value value, ArrayRef<int64_t> permutation) {
  if (!value || llvm::equal(permutation, seq<int64_t>(permutation.size())))
    return value;
  if (ElementsAttr constant = constantOf(value))
    return this->constant(transposed(constant, permutation));
  return create<cnn::TransposeOp>(value, {.permutation = ints(permutation)});
}

Value NodeBinder::cast(Value value, Type element) {
  if (!value || typeOf(value).getElementType() == element)
    return value;
  if (ElementsAttr constant = constantOf(value);
      constant && isa<FloatType>(constant.getElementType()) && element.isF32())
    return this->constant(widened(constant));
  return create<cnn::CastOp>(value, {.to = TypeAttr::get(element)});
}

LogicalResult NodeBinder::output(Value value, unsigned index) {
  if (!value)
    return failure();
  if (index < outputs.size())
    outputs[index] = value;
  return success();
}

LogicalResult NodeBinder::finish() {
  for (const auto &[name, value] : node.attributes)
    if (!understood.contains(name))
      (void)error("attribute '" + name + "' is not known in opset " + Twine(opset));
  for (auto [index, value] : llvm::enumerate(outputs))
    if (!value && isUsed(index))
      (void)error("its output " + Twine(index) + " ('" + node.outputs[index] + "') is not supported");
  return success(message.empty());
}

} // namespace cnnc::onnx
