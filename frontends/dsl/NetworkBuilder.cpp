// SPDX-License-Identifier: Apache-2.0
// Makes operators of calls: their attributes, their weights, their results.
#include "frontends/dsl/NetworkBuilder.h"

#include "dialects/cnn/CnnDialect.h"
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/ops/Infer.h"
#include "frontends/dsl/CallGraph.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::dsl {

NetworkBuilder::NetworkBuilder(MLIRContext &context) : ops(&context) {
  context.loadDialect<cnn::CnnDialect, func::FuncDialect>();
  module = ModuleOp::create(ops.getUnknownLoc());
}

void NetworkBuilder::begin(StringRef name, Location location) {
  parameters.clear();
  ops.setInsertionPointToEnd(module->getBody());
  function = func::FuncOp::create(ops, location, name, ops.getFunctionType({}, {}));
  ops.setInsertionPointToEnd(function.addEntryBlock());
}

mlir::Value NetworkBuilder::addInput(StringRef name, RankedTensorType type, Location location) {
  auto named = ops.getDictionaryAttr(ops.getNamedAttr(cnn::CnnDialect::kName, ops.getStringAttr(name)));
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, type, named, location);
  return function.getArgument(index);
}

mlir::Value NetworkBuilder::parameter(const std::string &path, const cnn::LayerCall::Weight &weight,
                                      Location location) {
  mlir::Value &known = parameters[path];
  if (!known || known.getType() != weight.type)
    known = cnn::ParameterOp::create(
        ops, location, weight.type, ops.getStringAttr(path), ops.getDenseI64ArrayAttr(weight.type.getShape()),
        TypeAttr::get(weight.type.getElementType()), weight.init, ops.getBoolAttr(weight.isTrained));
  return known;
}

bool NetworkBuilder::isTooLarge(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  return any_of(shape, [&](int64_t size) { return MulOverflow(count, size, count) || count > kMostElements; });
}

/// The types of the results, from operands and attributes.
static LogicalResult inferTypes(RegisteredOperationName name, OperationState &state) {
  DictionaryAttr attributes = state.attributes.getDictionary(state.getContext());
  auto infer = [&](OpaqueProperties properties) {
    return name.getInterface<InferTypeOpInterface>()->inferReturnTypes(
        state.getContext(), state.location, state.operands, attributes, properties, {}, state.types);
  };
  if (name.getOpPropertyByteSize() == 0)
    return infer(OpaqueProperties(nullptr));
  // Operators read their attributes from properties.
  std::vector<std::max_align_t> storage(divideCeil(name.getOpPropertyByteSize(), sizeof(std::max_align_t)));
  OpaqueProperties properties(storage.data());
  name.initOpProperties(properties, OpaqueProperties(nullptr));
  LogicalResult result =
      name.setOpPropertiesFromAttribute(name, properties, attributes, [&] { return mlir::emitError(state.location); });
  if (succeeded(result))
    result = infer(properties);
  name.destroyOpProperties(properties);
  return result;
}

/// The argument that was given for a parameter.
static std::optional<size_t> indexOf(const Signature &signature, ArrayRef<NetworkBuilder::Argument> arguments,
                                     StringRef parameter) {
  size_t position = 0;
  for (auto [i, argument] : enumerate(arguments))
    if (parameter == (argument.name.empty() ? signature.parameters[position++].name : argument.name))
      return i;
  return std::nullopt;
}

/// What verification says of operands by their numbers, said of the tensors by their names.
static std::string withNames(StringRef message, const Signature &signature, ArrayRef<mlir::Value> operands) {
  StringRef rest = message;
  unsigned operand = 0;
  auto tensor = find_if(signature.parameters, [](const SignatureParameter &parameter) { return parameter.isTensor(); });
  if (!rest.consume_front("operand #") || rest.consumeInteger(10, operand) || operand >= operands.size() ||
      tensor == signature.parameters.end() || !rest.contains(", but got "))
    return message.str();
  for (; operand && tensor->kind == "tensor" && std::next(tensor) != signature.parameters.end(); --operand)
    ++tensor;
  auto type = cast<RankedTensorType>(operands[operand].getType());
  StringRef wanted = rest.split(", but got ").first;
  wanted.consume_front(" must be ");
  return ("'" + tensor->name + "' is a " + wanted + ", got " + cnn::text(type) + " of " +
          typeName(type.getElementType()))
      .str();
}

SmallVector<mlir::Value> NetworkBuilder::call(const Signature &signature, ArrayRef<Argument> arguments, StringRef path,
                                              Location location, Fault &fault) {
  cnn::LayerCall call(ops, location, path);
  if (!bind(signature, arguments, call, fault))
    return {};
  const cnn::LayerOpInterface::Concept *layer = signature.operation.getInterface<cnn::LayerOpInterface>();
  if (failed(layer->complete(call))) {
    fault.message = signature.name + ": " + call.message().str();
    fault.argument = indexOf(signature, arguments, call.blamed());
    return {};
  }
  SmallVector<mlir::Value> operands = call.tensors();
  for (const cnn::LayerCall::Weight &weight : call.weights()) {
    if (isTooLarge(weight.type.getShape())) {
      fault.message =
          signature.name + ": the weight '" + weight.name + "' of " + cnn::text(weight.type) + " is too large";
      return {};
    }
    operands.push_back(parameter((path + "." + weight.name).str(), weight, location));
  }

  // What inference and verification say is the fault of the call.
  ScopedDiagnosticHandler catching(ops.getContext(), [&](Diagnostic &diagnostic) {
    if (!fault.message.empty())
      return;
    std::string message = diagnostic.str();
    StringRef text = message;
    text.consume_front("'cnn." + signature.name + "' op ");
    fault.message = signature.name + ": " + withNames(text, signature, operands);
  });
  OperationState state(location, signature.operation);
  state.addOperands(operands);
  state.addAttributes(call.attributes());
  if (failed(inferTypes(signature.operation, state)))
    return {};
  for (Type type : state.types)
    if (isTooLarge(cast<RankedTensorType>(type).getShape())) {
      fault.message = signature.name + ": the result of " + cnn::text(cast<RankedTensorType>(type)) + " is too large";
      return {};
    }
  Operation *operation = ops.create(state);
  if (failed(mlir::verify(operation))) {
    operation->erase();
    return {};
  }
  return {operation->result_begin(), operation->result_end()};
}

mlir::Value NetworkBuilder::scalar(double number, mlir::Value like, Location location) {
  Type element = cast<RankedTensorType>(like.getType()).getElementType();
  auto type = RankedTensorType::get({}, element);
  ElementsAttr value;
  if (auto kind = dyn_cast<FloatType>(element))
    value = DenseElementsAttr::get(type, FloatAttr::get(kind, number).getValue());
  else
    value = DenseElementsAttr::get(
        type, APInt(element.getIntOrFloatBitWidth(), static_cast<uint64_t>(static_cast<int64_t>(number)), false, true));
  return cnn::ConstantOp::create(ops, location, value);
}

void NetworkBuilder::finish(ArrayRef<std::pair<std::string, mlir::Value>> outputs) {
  SmallVector<mlir::Value> values;
  SmallVector<DictionaryAttr> names;
  for (const auto &[name, value] : outputs) {
    values.push_back(value);
    names.push_back(ops.getDictionaryAttr(ops.getNamedAttr(cnn::CnnDialect::kName, ops.getStringAttr(name))));
  }
  func::ReturnOp::create(ops, function.getLoc(), values);
  function.setFunctionType(ops.getFunctionType(function.getArgumentTypes(), TypeRange(ValueRange(values))));
  function.setAllResultAttrs(names);
  for (Operation &operation : make_early_inc_range(reverse(function.getBody().front())))
    if (isOpTriviallyDead(&operation))
      operation.erase();
}

} // namespace cnnc::dsl
