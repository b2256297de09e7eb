// SPDX-License-Identifier: Apache-2.0
// Walks a graph's nodes, and lets each one's importer build operators.
#include "frontends/onnx/Importer.h"
#include "frontends/onnx/GraphOrder.h"
#include "frontends/onnx/InputShapes.h"
#include "frontends/onnx/NodeBinder.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::onnx {
namespace {

constexpr int64_t oldestOpset = 6, newestOpset = 27;

class GraphImporter {
public:
  GraphImporter(MLIRContext &context, StringRef path, const Model &model, const ImportOptions &options)
      : model(model), graph(model.graph), options(options), builder(&context),
        file(FileLineColLoc::get(&context, path, 0, 0)), tensors(&context, sys::path::parent_path(path)) {}

  FailureOr<OwningOpRef<ModuleOp>> run();

private:
  LogicalResult error(const Twine &message) { return emitError(file, message); }
  LogicalResult readOpset();
  LogicalResult readConstants();
  LogicalResult readShapes();
  LogicalResult readInputs(func::FuncOp function);
  const ValueInfo *findFreeBatch() const;
  FailureOr<RankedTensorType> typeOf(const ValueInfo &input);
  FailureOr<Value> valueOf(StringRef name);
  LogicalResult refuseDomain(unsigned index);
  LogicalResult importNode(unsigned index, const GraphOrder &order);
  LogicalResult importFunction(StringRef name, const GraphOrder &order);
  LogicalResult importTwoImages(const GraphOrder &order);
  LogicalResult finish(func::FuncOp function);
  void describe(ModuleOp module);
  Location named(StringRef name) { return NameLoc::get(builder.getStringAttr(name), file); }

  const Model &model;
  const Graph &graph;
  const ImportOptions &options;
  OpBuilder builder;
  Location file;
  TensorData tensors;
  int64_t opset = 0;
  StringMap<Value> values;
  /// Initializers and frozen inputs; an operator is made for those that are used.
  StringMap<const Tensor *> constants;
  std::vector<std::unique_ptr<Tensor>> frozen;
  /// Those that were read, which both functions share.
  StringMap<ElementsAttr> weights;
  InputShapes shapes;
  int64_t images = 1; ///< of a free batch, for the function that is built
};

LogicalResult GraphImporter::readOpset() {
  auto found = model.opsets.find("");
  if (found == model.opsets.end()) {
    // So do models without an operator of ONNX's own.
    for (auto [index, node] : llvm::enumerate(graph.nodes))
      if (!node.domain.empty())
        return refuseDomain(index);
    return error("the model does not say which opset it uses");
  }
  opset = found->second;
  if (opset < oldestOpset || opset > newestOpset)
    return error("opset " + Twine(opset) + " is not supported: it must lie between " + Twine(oldestOpset) + " and " +
                 Twine(newestOpset));
  return success();
}

LogicalResult GraphImporter::readConstants() {
  for (const Tensor &tensor : graph.initializers)
    if (!constants.try_emplace(tensor.name, &tensor).second)
      return error("initializer '" + tensor.name + "' is given twice");
  for (const auto &[name, path] : options.constants) {
    auto input = find_if(graph.inputs, [&](const ValueInfo &input) { return input.name == name; });
    if (input == graph.inputs.end())
      return error("--const " + name + ": the model has no such input");
    Expected<Tensor> tensor = readTensor(path);
    if (!tensor)
      return error("--const " + name + ": " + path + ": " + toString(tensor.takeError()));
    if (tensor->type != input->type || !fits(tensor->dims, *input))
      return error("--const " + name + ": " + path + ": the tensor's type or shape differs from the input's");
    tensor->name = name.str();
    frozen.push_back(std::make_unique<Tensor>(std::move(*tensor)));
    constants[name] = frozen.back().get();
  }
  return success();
}

FailureOr<RankedTensorType> GraphImporter::typeOf(const ValueInfo &input) {
  if (input.kind != "tensor")
    return error("input '" + input.name + "' is a " + input.kind + "; only tensors are supported");
  SmallVector<int64_t> shape = shapes[input.name].dims;
  if (shapes[input.name].freeBatch)
    shape.front() = images;
  Expected<Type> element = elementType(builder.getContext(), input.type);
  if (!element)
    return error("input '" + input.name + "': " + toString(element.takeError()));
  Expected<RankedTensorType> type = tensorType(shape, *element);
  if (!type)
    return error("input '" + input.name + "': " + toString(type.takeError()));
  return *type;
}

LogicalResult GraphImporter::readShapes() {
  auto isFrozen = [&](StringRef name) { return constants.contains(name); };
  Expected<InputShapes> found = findInputShapes(graph, options.shapes, isFrozen);
  if (!found)
    return error(toString(found.takeError()));
  shapes = std::move(*found);
  return success();
}

/// The first input that leaves the number of images open, or null.
const ValueInfo *GraphImporter::findFreeBatch() const {
  auto input = find_if(graph.inputs, [&](const ValueInfo &input) {
    auto shape = shapes.find(input.name);
    return shape != shapes.end() && shape->second.freeBatch;
  });
  return input == graph.inputs.end() ? nullptr : &*input;
}

LogicalResult GraphImporter::readInputs(func::FuncOp function) {
  unsigned index = 0;
  for (const ValueInfo &input : graph.inputs) {
    if (constants.contains(input.name))
      continue;
    FailureOr<RankedTensorType> type = typeOf(input);
    if (failed(type))
      return failure();
    if (failed(function.insertArgument(
            index, *type,
            builder.getDictionaryAttr(builder.getNamedAttr(cnn::CnnDialect::kName, builder.getStringAttr(input.name))),
            named(input.name))))
      return failure();
    Value value = function.getArgument(index++);
    if (type->getNumElements() == 0) // Its shape is all that it says.
      value = cnn::ConstantOp::create(builder, named(input.name), DenseElementsAttr::get(*type, ArrayRef<Attribute>()));
    values[input.name] = value;
  }
  return success();
}

FailureOr<Value> GraphImporter::valueOf(StringRef name) {
  if (name.empty())
    return Value();
  Value &value = values[name];
  if (value)
    return value;
  auto constant = constants.find(name);
  if (constant == constants.end())
    return failure();
  ElementsAttr &elements = weights[name];
  if (!elements) {
    Expected<ElementsAttr> made = tensors.get(*constant->second);
    if (!made)
      return error("initializer '" + name + "': " + toString(made.takeError()));
    elements = *made;
  }
  return value = cnn::ConstantOp::create(builder, named(name), elements).getResult();
}

LogicalResult GraphImporter::refuseDomain(unsigned index) {
  const Node &node = graph.nodes[index];
  bool isFunction = is_contained(model.functions, std::pair(node.domain, node.type));
  return error(describeNode(graph, index) + ": operators of the domain '" + node.domain + "'" +
               (isFunction ? ", defined by the model itself," : "") + " are not supported");
}

LogicalResult GraphImporter::importNode(unsigned index, const GraphOrder &order) {
  const Node &node = graph.nodes[index];
  auto fail = [&](const Twine &message) { return error(describeNode(graph, index) + ": " + message); };
  if (!node.domain.empty())
    return refuseDomain(index);
  const ImporterTable::Entry *entry = allImporters().find(node.type, opset);
  if (!entry)
    return fail("operator " + node.type + " of opset " + Twine(opset) + " is not supported");

  SmallVector<Value> inputs;
  for (const std::string &name : node.inputs) {
    FailureOr<Value> value = valueOf(name);
    if (failed(value))
      return failure();
    inputs.push_back(*value);
  }
  while (!inputs.empty() && !inputs.back())
    inputs.pop_back();
  if (inputs.size() < entry->inputs.min || inputs.size() > entry->inputs.max)
    return fail("has " + Twine(inputs.size()) + " inputs, which does not fit opset " + Twine(opset));
  bool isVariadic = entry->inputs.max == anyNumber;
  for (size_t i = 0; i < (isVariadic ? inputs.size() : entry->inputs.min); ++i)
    if (!inputs[i])
      return fail("lacks input " + Twine(i));

  BitVector used(node.outputs.size());
  for (auto [i, name] : llvm::enumerate(node.outputs))
    used[i] = order.isUsed(name);
  NodeBinder binder(node, opset, builder, named(nodeName(graph, index)), tensors, inputs, used);
  if (failed(entry->import(binder)) || failed(binder.finish()))
    return fail(binder.firstError());
  for (auto [name, value] : zip_equal(node.outputs, binder.allOutputs()))
    if (!name.empty() && value)
      values[name] = value;
  return success();
}

LogicalResult GraphImporter::finish(func::FuncOp function) {
  SmallVector<Value> results;
  SmallVector<DictionaryAttr> names;
  for (const ValueInfo &output : graph.outputs) {
    FailureOr<Value> value = valueOf(output.name);
    if (failed(value))
      return failure();
    results.push_back(*value);
    names.push_back(
        builder.getDictionaryAttr(builder.getNamedAttr(cnn::CnnDialect::kName, builder.getStringAttr(output.name))));
  }
  func::ReturnOp::create(builder, file, results);
  function.setFunctionType(builder.getFunctionType(function.getArgumentTypes(), TypeRange(ValueRange(results))));
  function.setAllResultAttrs(names);
  // What folding has left without a use.
  for (Operation &op : make_early_inc_range(llvm::reverse(function.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  return success();
}

void GraphImporter::describe(ModuleOp module) {
  if (findFreeBatch())
    module->setAttr(cnn::CnnDialect::kFreeBatch, builder.getUnitAttr());
  SmallVector<NamedAttribute> metadata;
  for (const auto &[key, value] : model.metadata)
    if (!key.empty())
      metadata.push_back(builder.getNamedAttr(key, builder.getStringAttr(value)));
  if (!metadata.empty())
    module->setAttr("cnn.metadata", builder.getDictionaryAttr(metadata));
}

LogicalResult GraphImporter::importFunction(StringRef name, const GraphOrder &order) {
  OpBuilder::InsertionGuard guard(builder);
  values.clear();
  auto function = func::FuncOp::create(builder, file, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  if (failed(readInputs(function)))
    return failure();
  for (unsigned index : order.nodes())
    if (failed(importNode(index, order)))
      return failure();
  return finish(function);
}

/// The shapes that a graph computes and the constants that follow from them show only here how they
/// depend on the batch.
LogicalResult GraphImporter::importTwoImages(const GraphOrder &order) {
  std::string reason;
  {
    ScopedDiagnosticHandler quiet(builder.getContext(), [&](Diagnostic &diagnostic) {
      if (reason.empty())
        reason = diagnostic.str();
    });
    images = 2;
    if (succeeded(importFunction(cnn::CnnDialect::kTwoImages, order)))
      return success();
  }
  const ValueInfo &input = *findFreeBatch();
  return error("input '" + input.name + "' leaves the number of images open, but the network takes one only: " +
               reason + "; fix it with --shape " + input.name + "=" + shapeHint(input));
}

FailureOr<OwningOpRef<ModuleOp>> GraphImporter::run() {
  if (failed(readOpset()) || failed(readConstants()) || failed(readShapes()))
    return failure();
  Expected<GraphOrder> order = GraphOrder::find(graph);
  if (!order)
    return error(toString(order.takeError()));
  OwningOpRef<ModuleOp> module = ModuleOp::create(file);
  builder.setInsertionPointToEnd(module->getBody());
  if (failed(importFunction("main", *order)) || (findFreeBatch() && failed(importTwoImages(*order))))
    return failure();
  describe(*module);
  return module;
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> importOnnx(MLIRContext &context, StringRef path, const ImportOptions &options) {
  context.loadDialect<cnn::CnnDialect, func::FuncDialect>();
  Expected<Model> model = readModel(path);
  if (!model)
    return emitError(FileLineColLoc::get(&context, path, 0, 0), toString(model.takeError()));
  return GraphImporter(context, path, *model, options).run();
}

} // namespace cnnc::onnx
