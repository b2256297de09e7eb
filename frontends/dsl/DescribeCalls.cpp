// SPDX-License-Identifier: Apache-2.0
// Reads a function as calls: operators tell by their interface how they are called.
#include "frontends/dsl/CallGraph.h"
#include "frontends/dsl/CompleteCalls.h"
#include "frontends/dsl/LayerPath.h"
#include "frontends/dsl/Lexer.h"
#include "frontends/dsl/Signature.h"
#include "frontends/dsl/Signs.h"

#include "dialects/cnn/CnnDialect.h"
#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using mlir::FailureOr;
using mlir::Operation;

namespace cnnc::dsl {
namespace {

class Describer {
public:
  Describer(mlir::func::FuncOp function, const DescribeOptions &options)
      : function(function), options(options), context(*function.getContext()) {}
  FailureOr<CallGraph> run();

private:
  mlir::LogicalResult describe(Operation &op);
  mlir::LogicalResult addTensors(Call &call, const Signature &signature, Operation &op, unsigned count);
  std::optional<std::string> pathOf(Operation &op, ArrayRef<cnn::LayerCall::Weight> weights, unsigned tensors);
  mlir::LogicalResult addArguments(Call &call, const Signature &signature, Operation &op, unsigned tensors);
  TensorRef refOf(mlir::Value value);
  FailureOr<TensorRef> constant(mlir::Value value, Operation &user);
  std::optional<Atom> scalarOf(mlir::Value value, Operation &user);
  void findReuse(Call &call, Operation &op, unsigned tensors);
  std::shared_ptr<const Signature> signatureOf(Operation &op);

  mlir::func::FuncOp function;
  DescribeOptions options;
  mlir::MLIRContext &context;
  CallGraph graph;
  DenseMap<mlir::Value, TensorRef> refs;
  StringMap<std::shared_ptr<const Signature>> signatures;
  StringMap<int> layers;                           ///< calls by their paths
  std::vector<SmallVector<mlir::Value>> weightsOf; ///< of each call
};

std::shared_ptr<const Signature> Describer::signatureOf(Operation &op) {
  StringRef name = op.getName().getStringRef();
  if (!name.consume_front("cnn."))
    return nullptr;
  auto [known, isNew] = signatures.try_emplace(name);
  if (isNew)
    known->second = Signature::of(context, name);
  return known->second;
}

TensorRef Describer::refOf(mlir::Value value) {
  if (auto argument = dyn_cast<mlir::BlockArgument>(value))
    return {-1, argument.getArgNumber()};
  return refs.at(value);
}

/// A number that a sign takes in the place of a tensor.
std::optional<Atom> Describer::scalarOf(mlir::Value value, Operation &user) {
  auto constant = value.getDefiningOp<cnn::ConstantOp>();
  StringRef name = user.getName().getStringRef();
  name.consume_front("cnn.");
  if (!constant || signOf(name).empty() || user.getNumOperands() != 2)
    return std::nullopt;
  mlir::Value other = user.getOperand(user.getOperand(0) == value);
  auto elements = dyn_cast<mlir::DenseElementsAttr>(constant.getValue());
  if (other.getType() != user.getResult(0).getType() || isWeight(other) || !elements || !elements.isSplat())
    return std::nullopt;
  mlir::Attribute number = elements.getSplatValue<mlir::Attribute>();
  if (auto real = dyn_cast<mlir::FloatAttr>(number)) {
    auto atoms = atomsOf(real, "float", real.getType().isF32() || real.getType().isF16());
    return atoms ? std::optional(atoms->front()) : std::nullopt;
  }
  auto integer = dyn_cast<mlir::IntegerAttr>(number);
  constexpr unsigned kExactBits = 53; // of the numbers that texts calculate with
  if (!integer || integer.getType().isInteger(1) || integer.getValue().getSignificantBits() > kExactBits)
    return std::nullopt;
  return Atom{integer.getType().isUnsignedInteger() ? static_cast<int64_t>(integer.getValue().getZExtValue())
                                                    : integer.getValue().getSExtValue()};
}

/// A constant that is no layer's weight is a parameter of the network.
FailureOr<TensorRef> Describer::constant(mlir::Value value, Operation &user) {
  auto type = cast<mlir::RankedTensorType>(value.getType());
  if (auto known = refs.find(value); known != refs.end())
    return known->second;
  StringRef element = typeName(type.getElementType());
  if (element.empty())
    return user.emitError() << "takes a constant of type " << type.getElementType() << ", which texts do not have";
  Call call{"parameter"};
  call.hasWeights = true;
  call.types = {{type}};
  mlir::Attribute init;
  bool isTrained = true;
  if (auto parameter = value.getDefiningOp<cnn::ParameterOp>()) {
    call.path = parameter.getPath().str();
    init = parameter.getInit();
    isTrained = parameter.getTrained();
  } else if (std::string path = pathOfNode(value.getDefiningOp()->getLoc()); !layers.count(path)) {
    call.path = path;
  }
  call.name = call.path;
  mlir::Builder builder(&context);
  call.arguments.push_back(
      {"shape", "ints", true, false, {}, *atomsOf(builder.getDenseI64ArrayAttr(type.getShape()), "ints", false)});
  if (init)
    call.arguments.push_back(
        {"init", "init", false, init == builder.getStringAttr("zeros"), {}, *atomsOf(init, "init", false)});
  call.arguments.push_back({"type", "dtype", false, element == "f32", {}, {Atom(Word{element.str()})}});
  call.arguments.push_back({"trained", "bool", false, isTrained, {}, {Atom(isTrained)}});
  if (!call.path.empty())
    layers[call.path] = graph.calls.size();
  refs[value] = {static_cast<int>(graph.calls.size()), 0};
  graph.calls.push_back(std::move(call));
  weightsOf.push_back({value});
  return refs[value];
}

mlir::LogicalResult Describer::addTensors(Call &call, const Signature &signature, Operation &op, unsigned count) {
  std::vector<mlir::Value> tensors(op.operand_begin(), op.operand_begin() + count);
  takeOverFirst(signature, op, tensors);
  auto next = tensors.begin();
  for (const SignatureParameter &parameter : signature.parameters) {
    if (!parameter.isTensor())
      continue;
    CallArgument argument{parameter.name, parameter.kind, !parameter.value};
    size_t left = tensors.end() - next;
    for (mlir::Value tensor :
         ArrayRef(tensors).slice(next - tensors.begin(), parameter.kind == "tensors" ? left : left != 0)) {
      ++next;
      if (std::optional<Atom> number = scalarOf(tensor, op)) {
        argument.atoms = {*number};
        continue;
      }
      if (isWeight(tensor)) {
        FailureOr<TensorRef> made = constant(tensor, op);
        if (failed(made))
          return mlir::failure();
        argument.tensors.push_back(*made);
      } else {
        argument.tensors.push_back(refOf(tensor));
      }
    }
    argument.isDefault = argument.tensors.empty() && argument.atoms.empty();
    call.arguments.push_back(std::move(argument));
  }
  return mlir::success();
}

/// The path that the weights ask for; nothing if they contradict each other.
std::optional<std::string> Describer::pathOf(Operation &op, ArrayRef<cnn::LayerCall::Weight> weights,
                                             unsigned tensors) {
  std::string path;
  for (auto [i, weight] : enumerate(weights)) {
    Operation *made = op.getOperand(tensors + i).getDefiningOp();
    if (auto parameter = dyn_cast<cnn::ParameterOp>(made)) {
      StringRef own = parameter.getPath();
      if (!own.consume_back("." + weight.name) || (i && own != path))
        return std::nullopt;
      path = own.str();
    } else if (i == 0) {
      path = pathOfWeight(made->getLoc(), weight.name);
    }
  }
  return path.empty() && !weights.empty() ? pathOfNode(op.getLoc()) : path;
}

mlir::LogicalResult Describer::addArguments(Call &call, const Signature &signature, Operation &op, unsigned count) {
  mlir::NamedAttrList described = argumentsOf(op);
  SmallVector<mlir::Value> tensors(op.getOperands().take_front(count));
  auto stays = [&](const mlir::NamedAttrList &arguments) { return completesTo(signature, op, tensors, arguments); };
  std::vector<cnn::LayerCall::Weight> weights;
  complete(signature, op, tensors, described, [&](const Completed &completed) {
    weights = completed.weights;
    return true;
  });
  auto initOf = [&](unsigned weight) {
    auto parameter = op.getOperand(count + weight).getDefiningOp<cnn::ParameterOp>();
    return parameter ? parameter.getInit() : mlir::Attribute();
  };
  // The tensors stand among the other arguments as in the signature.
  std::vector<CallArgument> all;
  auto tensor = call.arguments.begin();
  for (const SignatureParameter &parameter : signature.parameters) {
    if (parameter.isTensor()) {
      all.push_back(std::move(*tensor++));
      continue;
    }
    CallArgument argument{parameter.name, parameter.kind, !parameter.value};
    mlir::Attribute value = described.get(parameter.name);
    if (!value && parameter.kind == "init") {
      // An initializer goes to the weight to which a mark would go.
      mlir::NamedAttrList marked = described;
      mlir::Attribute mark = mlir::StringAttr::get(&context, "mark");
      marked.set(parameter.name, mark);
      complete(signature, op, tensors, marked, [&](const Completed &completed) {
        for (auto [i, weight] : enumerate(completed.weights))
          if (weight.init == mark)
            value = initOf(i);
        return true;
      });
    }
    if (!value)
      continue;
    auto atoms = atomsOf(value, parameter.kind, options.hasShortNumbers);
    if (!atoms)
      return op.emitError() << parameter.name << " = " << value << " cannot be written in a text";
    argument.atoms = std::move(*atoms);
    if (parameter.value) {
      argument.isDefault = saysDefault(*parameter.value, argument.atoms);
      mlir::NamedAttrList without = described;
      // What is not said may follow from the rest.
      argument.isDefault |=
          parameter.kind != "init" && without.erase(parameter.name) && isNone(*parameter.value) && stays(without);
    }
    all.push_back(std::move(argument));
  }
  call.arguments = std::move(all);
  std::optional<std::string> path = pathOf(op, weights, count);
  if (!path)
    return op.emitError() << "has weights of several layers, which no text can say";
  call.path = *path;
  call.hasWeights = !weights.empty();
  return mlir::success();
}

/// A layer with the same arguments and weights as one before is that one, called again.
void Describer::findReuse(Call &call, Operation &op, unsigned count) {
  SmallVector<mlir::Value> weights(op.getOperands().drop_front(count));
  auto known = layers.find(call.path);
  if (call.path.empty())
    return;
  if (known == layers.end()) {
    layers[call.path] = graph.calls.size();
    return;
  }
  Call &first = graph.calls[known->second];
  bool isSame = first.callee == call.callee && weightsOf[known->second] == weights &&
                first.arguments.size() == call.arguments.size() &&
                all_of(zip(first.arguments, call.arguments), [](const auto &pair) {
                  auto &[a, b] = pair;
                  return a.parameter == b.parameter && (a.isTensor() || a.atoms == b.atoms);
                });
  if (isSame)
    call.isReuse = first.isReused = true;
  else
    call.path.clear();
}

mlir::LogicalResult Describer::describe(Operation &op) {
  std::shared_ptr<const Signature> signature = signatureOf(op);
  if (!signature)
    return op.emitError() << "is " << op.getName() << ", which no text can call";
  if (isKeyword(signature->name))
    return op.emitError() << "is " << op.getName() << ", whose name is a keyword of the language";
  std::optional<unsigned> count = tensorCount(*signature, op);
  if (!count && !all_of(op.getOperands().drop_front(), isWeight))
    return op.emitError() << "takes weights that other operators compute, which no text can say";
  if (!count)
    return op.emitError() << "is a " << signature->name << " whose weights or attributes no text can say";
  Call call{signature->name};
  for (mlir::Type type : op.getResultTypes())
    call.types.push_back({cast<mlir::RankedTensorType>(type)});
  if (failed(addTensors(call, *signature, op, *count)) || failed(addArguments(call, *signature, op, *count)))
    return mlir::failure();
  call.name = call.path.empty() ? pathOfNode(op.getLoc()) : call.path;
  findReuse(call, op, *count);
  for (mlir::Value result : op.getResults())
    refs[result] = {static_cast<int>(graph.calls.size()), cast<mlir::OpResult>(result).getResultNumber()};
  graph.calls.push_back(std::move(call));
  weightsOf.emplace_back(op.operand_begin() + *count, op.operand_end());
  return mlir::success();
}

FailureOr<CallGraph> Describer::run() {
  auto nameAt = [](mlir::DictionaryAttr attributes, const char *otherwise) {
    auto name = attributes ? attributes.getAs<mlir::StringAttr>(cnn::CnnDialect::kName) : nullptr;
    return name ? name.str() : std::string(otherwise);
  };
  for (unsigned i = 0; i != function.getNumArguments(); ++i)
    graph.inputs.push_back(
        {nameAt(function.getArgAttrDict(i), "input"), {cast<mlir::RankedTensorType>(function.getArgumentTypes()[i])}});
  for (Operation *op : inOrderOfNeed(function))
    if (failed(describe(*op)))
      return mlir::failure();
  Operation *result = function.getBody().front().getTerminator();
  for (auto [i, output] : enumerate(result->getOperands())) {
    if (!isWeight(output)) {
      graph.outputs.push_back({nameAt(function.getResultAttrDict(i), "output"), refOf(output)});
      continue;
    }
    FailureOr<TensorRef> made = constant(output, *result);
    if (failed(made))
      return mlir::failure();
    graph.outputs.push_back({nameAt(function.getResultAttrDict(i), "output"), *made});
  }
  dropUnused(graph);
  return std::move(graph);
}

} // namespace

FailureOr<CallGraph> describeCalls(mlir::func::FuncOp function, const DescribeOptions &options) {
  return Describer(function, options).run();
}

} // namespace cnnc::dsl
