// SPDX-License-Identifier: Apache-2.0
// Describes the functions as calls, writes and lays out the text, and reads it again for the weights' names.
#include "frontends/dsl/PrintNetwork.h"

#include "frontends/dsl/FindBlocks.h"
#include "frontends/dsl/Format.h"
#include "frontends/dsl/Kinds.h"
#include "frontends/dsl/MatchNetworks.h"
#include "frontends/dsl/Parser.h"
#include "frontends/dsl/Read.h"
#include "frontends/dsl/Signature.h"
#include "frontends/dsl/WriteCalls.h"

#include "dialects/cnn/CnnDialect.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace llvm;
using mlir::FailureOr;

namespace cnnc::dsl {
namespace {

class Printer {
public:
  Printer(mlir::ModuleOp module, const PrintOptions &options)
      : module(module), context(*module.getContext()), options(options) {}
  FailureOr<PrintedNetwork> run();

private:
  mlir::LogicalResult describe();
  void readMetadata();
  void reserveWords();
  std::string write(ArrayRef<CallGraph> blocks, const CallGraph &main);
  std::optional<std::string> readAgain(const std::string &text);

  mlir::ModuleOp module;
  mlir::MLIRContext &context;
  const PrintOptions &options;
  std::string description;
  CallGraph network;
  WriteOptions writing;
  PrintedNetwork printed;
  mlir::Location where = module.getLoc(); ///< of what a text does not say
};

mlir::LogicalResult Printer::describe() {
  auto main = module.lookupSymbol<mlir::func::FuncOp>("main");
  if (!main)
    return module.emitError() << "holds no network that could be printed";
  FailureOr<CallGraph> graph = describeCalls(main, {options.hasShortNumbers});
  if (failed(graph))
    return mlir::failure();
  network = std::move(*graph);
  for (const CallGraph::Input &input : network.inputs) {
    mlir::RankedTensorType type = input.types.front();
    if (typeName(type.getElementType()).empty() || type.getNumElements() == 0)
      return mlir::emitError(module.getLoc())
             << "the input '" << input.name << "' is a " << type << ", which texts do not have";
  }
  auto two = module.lookupSymbol<mlir::func::FuncOp>(cnn::CnnDialect::kTwoImages);
  if (!two)
    return mlir::success();
  FailureOr<CallGraph> twice = describeCalls(two, {options.hasShortNumbers});
  return failed(twice) ? mlir::failure() : markImages(network, *twice, module.getLoc());
}

/// A variable of such a name would capture what means itself.
void Printer::reserveWords() {
  writing.words = {"none", "N"};
  for (const std::string &name : Signature::names(context))
    if (std::shared_ptr<const Signature> signature = Signature::of(context, name))
      for (const SignatureParameter &parameter : signature->parameters) {
        writing.words.insert(parameter.words.begin(), parameter.words.end());
        for (const std::string &word : wordsOf(parameter.kind))
          writing.words.insert(word);
        if (auto *word = dyn_cast_or_null<NameExpr>(parameter.value))
          writing.words.insert(word->name.str());
      }
}

/// A number, a word, or several behind commas, as metadata hold them.
static Value valueOf(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  List items;
  for (StringRef part : parts) {
    part = part.trim();
    int64_t integer;
    double number;
    if (!part.getAsInteger(10, integer))
      items.push_back(integer);
    else if (!part.getAsDouble(number) && std::isfinite(number))
      items.push_back(number);
    else
      items.push_back(Word{part.str()});
  }
  return Value::ofResults(std::move(items));
}

/// What metadata say of images goes into `preprocess`, and the description stands above the network.
void Printer::readMetadata() {
  auto metadata = module->getAttrOfType<mlir::DictionaryAttr>("cnn.metadata");
  std::vector<std::string> said, lost;
  for (mlir::NamedAttribute entry : metadata ? metadata.getValue() : ArrayRef<mlir::NamedAttribute>()) {
    StringRef key = entry.getName().getValue(), name = key;
    auto text = dyn_cast<mlir::StringAttr>(entry.getValue());
    Value value = valueOf(text ? text.getValue() : "");
    if (key == "description" && text)
      description = text.getValue().str();
    else if (name.consume_front("input.") && takesPreprocessing(name, value))
      said.push_back(name.str() + " = " + value.write());
    else
      lost.push_back(key.str());
  }
  if (!said.empty() && !network.inputs.empty())
    writing.statements.push_back("preprocess " + freshName(network.inputs.front().name, writing.words) + "(" +
                                 join(said, ", ") + ")");
  if (!lost.empty())
    printed.notes.push_back("the text does not hold the metadata " + join(lost, ", "));
}

std::string Printer::write(ArrayRef<CallGraph> blocks, const CallGraph &main) {
  std::string text;
  for (const CallGraph &block : blocks)
    writing.blocks.insert(block.name);
  for (const CallGraph &block : blocks)
    text += writeBlock(block, writing) + "\n";
  SmallVector<StringRef> lines;
  StringRef(description).split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines)
    text += "## " + line.trim().str() + "\n";
  if (lines.empty())
    text += "# From " + options.origin + ".\n";
  text += writeNetwork(main, writing);
  auto source = std::make_shared<const Source>(options.name + ".cnn", text);
  Reporter silent(nulls());
  File file = Parser(source, silent).parseFile();
  return silent.errors() ? text : format(file);
}

/// Why the text does not say the module; nothing if it does, and then the weights are known.
std::optional<std::string> Printer::readAgain(const std::string &text) {
  std::string errors;
  raw_string_ostream os(errors);
  Reporter reporter(os, /*warnings=*/false);
  auto again = readNetwork(context, std::make_shared<const Source>(options.name + ".cnn", text), {}, reporter);
  if (failed(again))
    return "the text would be wrong: " + StringRef(errors).split('\n').first.str();
  for (StringRef name : {StringRef("main"), StringRef(cnn::CnnDialect::kTwoImages)}) {
    auto own = module.lookupSymbol<mlir::func::FuncOp>(name), read = (*again)->lookupSymbol<mlir::func::FuncOp>(name);
    if (!own && !read)
      continue;
    if (!own || !read)
      return "the number of images would be another";
    Match match = matchNetworks(own, read, options.hasShortNumbers);
    where = match.location;
    if (!match.difference.empty())
      return match.difference;
    for (auto &[path, values] : match.weights)
      if (printed.weights.try_emplace(path, values).first->second != values)
        return "the weight '" + path + "' depends on the number of images";
  }
  return std::nullopt;
}

FailureOr<PrintedNetwork> Printer::run() {
  if (failed(describe()))
    return mlir::failure();
  reserveWords();
  network.name = freshName(options.name, writing.words);
  readMetadata();
  std::optional<std::string> fault;
  if (options.findsBlocks) {
    CallGraph main = network;
    std::vector<CallGraph> blocks = findBlocks(main, context);
    if (!blocks.empty()) {
      printed.text = write(blocks, main);
      fault = readAgain(printed.text);
      if (!fault)
        return std::move(printed);
      writing.blocks.clear();
      printed.weights.clear();
    }
    printed.notes.push_back(fault ? "the text is unrolled: with the blocks that were found, " + *fault
                                  : "the text is unrolled: no block was found that would make it shorter");
  }
  printed.text = write({}, network);
  if ((fault = readAgain(printed.text)))
    return mlir::emitError(where, "no text says it: " + *fault);
  return std::move(printed);
}

} // namespace

FailureOr<PrintedNetwork> printNetwork(mlir::ModuleOp module, const PrintOptions &options) {
  return Printer(module, options).run();
}

} // namespace cnnc::dsl
