// SPDX-License-Identifier: Apache-2.0
// The public builder, on the one of the language. Its calls are also kept: of a free batch the network is built again
// for two images, so that what depends on their number shows.
#include "compiler/include/cnnc/builder.h"

#include "compiler/driver/Compile.h"
#include "compiler/driver/Pipeline.h"
#include "dialects/cnn/CnnDialect.h"
#include "frontends/dsl/Kinds.h"
#include "frontends/dsl/NetworkBuilder.h"
#include "frontends/dsl/Reporter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

#include <sstream>

using namespace mlir;

namespace {
std::string joined(const std::string &path, const std::string &label) {
  return path.empty() ? label : label.empty() ? path : path + "." + label;
}

DialectRegistry dialects() {
  DialectRegistry registry;
  cnnc::registerDialects(registry);
  return registry;
}
} // namespace

namespace cnnc {

struct Network::Impl {
  /// An input, if there is no operator, or a call.
  struct Step {
    std::string name, op;
    std::vector<int64_t> shape;
    Type element;
    std::vector<Argument> arguments;
    std::optional<double> scalar; ///< the right operand, where it is a number
  };
  struct Level {
    std::string path;
    std::map<std::string, int> counts;
    llvm::StringSet<> labels;
  };

  Impl(const Network *owner, std::string name)
      : owner(owner), name(std::move(name)), context(dialects()), builder(context) {
    context.loadAllAvailableDialects();
    builder.begin("main", locationOf(""));
  }

  [[noreturn]] void fail(const std::string &where, const std::string &message) const {
    throw Error(name + ": " + (where.empty() ? "" : "layer '" + where + "': ") + message);
  }
  Location locationOf(const std::string &path) {
    return NameLoc::get(StringAttr::get(&context, path), FileLineColLoc::get(&context, name, 0, 0));
  }
  void mustBeOpen() const {
    if (isFinished)
      fail("", "it was compiled, and takes nothing more");
  }

  void mustOwn(const Tensor &tensor) const {
    if (tensor.network != owner)
      fail("", "a tensor is not of this network");
  }

  const dsl::Signature &signatureOf(const std::string &op, const std::string &where) {
    auto &known = signatures[op];
    if (!known)
      known = dsl::Signature::of(context, op);
    if (!known)
      fail(where, "no operator '" + op + "'" + dsl::suggest(op, dsl::Signature::names(context)));
    return *known;
  }
  dsl::Value valueOf(const Argument &argument, bool isText) const;
  /// Runs a step with what the earlier ones made.
  llvm::SmallVector<mlir::Value> run(const Step &step, int64_t images);
  std::vector<Tensor> add(Network *network, Step step);
  std::string pathOf(const std::string &op, const std::string &label);
  void finish();

  const Network *owner;
  std::string name;
  MLIRContext context;
  dsl::NetworkBuilder builder;
  llvm::StringMap<std::shared_ptr<const dsl::Signature>> signatures;
  std::vector<Step> steps;
  std::vector<mlir::Value> values; ///< of the function that is being built, by the index of tensors
  std::vector<std::pair<std::string, size_t>> outputs;
  std::vector<NamedAttribute> metadata;
  std::vector<Level> levels = std::vector<Level>(1);
  bool isFree = false, isFinished = false;
};

dsl::Value Network::Impl::valueOf(const Argument &argument, bool isText) const {
  struct Visitor {
    const Impl &impl;
    bool isText;
    dsl::Value operator()(const Tensor &tensor) const {
      impl.mustOwn(tensor);
      return impl.values[tensor.index];
    }
    dsl::Value operator()(const std::string &word) const {
      return isText ? dsl::Value(dsl::Text{word}) : dsl::Value(dsl::Word{word});
    }
    dsl::Value operator()(const Argument::List &items) const {
      dsl::List list;
      for (const Argument &item : items)
        list.push_back(impl.valueOf(item, isText));
      return dsl::Value::list(std::move(list));
    }
    dsl::Value operator()(int64_t number) const { return number; }
    dsl::Value operator()(double number) const { return number; }
    dsl::Value operator()(bool flag) const { return flag; }
  };
  return std::visit(Visitor{*this, isText}, argument.value);
}

llvm::SmallVector<mlir::Value> Network::Impl::run(const Step &step, int64_t images) {
  Location location = locationOf(step.name);
  if (step.op.empty()) {
    std::vector<int64_t> shape = step.shape;
    if (!shape.empty() && shape.front() == kFree)
      shape.front() = images;
    return {builder.addInput(step.name, RankedTensorType::get(shape, step.element), location)};
  }
  const dsl::Signature &signature = signatureOf(step.op, step.name);
  std::vector<dsl::NetworkBuilder::Argument> arguments;
  size_t position = 0;
  for (const Argument &argument : step.arguments) {
    auto takes = [&](const dsl::SignatureParameter &parameter) { return parameter.name == argument.name; };
    size_t index =
        argument.name.empty() ? position++ : llvm::find_if(signature.parameters, takes) - signature.parameters.begin();
    bool isText = index < signature.parameters.size() && signature.parameters[index].kind == "string";
    arguments.push_back({argument.name, valueOf(argument, isText)});
  }
  if (step.scalar)
    arguments.push_back({"", builder.scalar(*step.scalar, *arguments.front().value.as<mlir::Value>(), location)});
  dsl::NetworkBuilder::Fault fault;
  auto results = builder.call(signature, arguments, step.name, location, fault);
  if (!fault.message.empty())
    fail(step.name, fault.message);
  return results;
}

std::vector<Tensor> Network::Impl::add(Network *network, Step step) {
  std::vector<Tensor> tensors;
  for (mlir::Value value : run(step, 1)) {
    Tensor &tensor = tensors.emplace_back();
    tensor.network = network;
    tensor.index = values.size();
    tensor.sizes = cast<RankedTensorType>(value.getType()).getShape().vec();
    values.push_back(value);
  }
  steps.push_back(std::move(step));
  return tensors;
}

std::string Network::Impl::pathOf(const std::string &op, const std::string &label) {
  Level &level = levels.back();
  std::string own = label.empty() ? op + std::to_string(++level.counts[op]) : label;
  if (!level.labels.insert(own).second)
    fail(joined(level.path, own), "there is one already; choose another label");
  return joined(level.path, own);
}

void Network::Impl::finish() {
  if (isFinished)
    return;
  if (outputs.empty())
    fail("", "it has no output");
  auto end = [&] {
    std::vector<std::pair<std::string, mlir::Value>> named;
    for (const auto &[name, index] : outputs)
      named.push_back({name, values[index]});
    builder.finish(named);
  };
  end();
  isFinished = true;
  if (isFree) {
    builder.begin(cnn::CnnDialect::kTwoImages, locationOf(""));
    values.clear();
    for (const Step &step : steps)
      llvm::append_range(values, run(step, 2));
    end();
    builder.get()->setAttr(cnn::CnnDialect::kFreeBatch, builder.builder().getUnitAttr());
  }
  if (!metadata.empty())
    builder.get()->setAttr("cnn.metadata", builder.builder().getDictionaryAttr(metadata));
}

Network::Network(std::string name) : impl(std::make_unique<Impl>(this, std::move(name))) {}
Network::~Network() = default;

Tensor Network::input(const std::string &name, std::vector<int64_t> shape, const std::string &type) {
  impl->mustBeOpen();
  Type element = dsl::elementType(impl->builder.builder(), type);
  if (!element)
    impl->fail("", "input '" + name + "': no type '" + type + "'" + dsl::suggest(type, dsl::wordsOf("dtype")));
  bool isFree = !shape.empty() && shape.front() == kFree;
  for (size_t i = isFree ? 1 : 0; i < shape.size(); ++i)
    if (shape[i] < 1)
      impl->fail("", "input '" + name + "': a size must be positive, got " + std::to_string(shape[i]));
  if (dsl::NetworkBuilder::isTooLarge(llvm::ArrayRef(shape).drop_front(isFree ? 1 : 0)))
    impl->fail("", "input '" + name + "' is too large");
  for (const Impl::Step &step : impl->steps)
    if (step.op.empty() && step.name == name)
      impl->fail("", "there is an input '" + name + "' already");
  impl->isFree |= isFree;
  return impl->add(this, {name, "", std::move(shape), element, {}, {}}).front();
}

std::vector<Tensor> Network::callAll(const std::string &op, const std::vector<Argument> &arguments,
                                     const std::string &label) {
  impl->mustBeOpen();
  impl->signatureOf(op, label);
  return impl->add(this, {impl->pathOf(op, label), op, {}, {}, arguments, {}});
}

Tensor Network::call(const std::string &op, const std::vector<Argument> &arguments, const std::string &label) {
  std::vector<Tensor> results = callAll(op, arguments, label);
  if (results.size() != 1)
    impl->fail("", op + " has " + std::to_string(results.size()) + " results; use callAll");
  return results.front();
}

void Network::output(const std::string &name, const Tensor &value) {
  impl->mustBeOpen();
  impl->mustOwn(value);
  if (llvm::any_of(impl->outputs, [&](const auto &known) { return known.first == name; }))
    impl->fail("", "there is an output '" + name + "' already");
  impl->outputs.push_back({name, value.index});
}

void Network::describe(const std::string &key, const std::string &value) {
  impl->mustBeOpen();
  Builder &make = impl->builder.builder();
  impl->metadata.push_back(make.getNamedAttr(key, make.getStringAttr(value)));
}

Network::Scope Network::scope(const std::string &label) {
  std::string path = impl->pathOf("scope", label);
  impl->levels.push_back({path, {}, {}});
  return Scope(this);
}
Network::Scope::~Scope() {
  if (network)
    network->impl->levels.pop_back();
}

/// Operators that are signs have no label, as in texts.
static Network &networkOf(const char *op, Network *network) {
  if (!network)
    throw Error(std::string(op) + ": a tensor is of no network");
  return *network;
}
Tensor operate(const char *op, const Tensor &left, const Tensor &right) {
  Network::Impl &impl = *networkOf(op, left.network).impl;
  impl.mustBeOpen();
  return impl.add(left.network, {impl.levels.back().path, op, {}, {}, {left, right}, {}}).front();
}
Tensor operate(const char *op, const Tensor &left, double right) {
  Network::Impl &impl = *networkOf(op, left.network).impl;
  impl.mustBeOpen();
  return impl.add(left.network, {impl.levels.back().path, op, {}, {}, {left}, right}).front();
}

void Network::compile(const std::string &output, const std::vector<std::string> &options) {
  std::vector<std::string> words = {"cnnc", impl->name, "-o", output};
  llvm::append_range(words, options);
  std::vector<char *> arguments;
  for (std::string &word : words)
    arguments.push_back(word.data());
  std::ostringstream refused;
  int exitCode = 0;
  std::optional<Options> parsed =
      Options::parse(static_cast<int>(arguments.size()), arguments.data(), exitCode, refused);
  auto fail = [&](llvm::StringRef message) {
    message = message.trim();
    message.consume_front("cnnc: ");
    message.consume_front(impl->name + ": ");
    impl->fail("", message.str());
  };
  if (!parsed)
    fail(refused.str().empty() ? "--help and --version are for the command" : refused.str());
  if (!parsed->shapes.empty() || !parsed->constants.empty() || !parsed->network.empty() || !parsed->parameters.empty())
    fail("--shape, --const, --network and -D are for files");
  parsed->quiet = true;
  impl->finish();
  std::string said;
  llvm::raw_string_ostream os(said);
  if (cnnc::compile(*parsed, impl->context, impl->builder.get().clone(), os) != 0)
    fail(said);
}

} // namespace cnnc
