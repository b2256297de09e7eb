// SPDX-License-Identifier: Apache-2.0
// A signature is written as parameters of a block are, so the parser reads it.
#include "frontends/dsl/Signature.h"

#include "dialects/cnn/CnnDialect.h"
#include "dialects/cnn/CnnOps.h"
#include "frontends/dsl/Parser.h"

#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace cnnc::dsl {

static std::optional<mlir::RegisteredOperationName> lookUp(mlir::MLIRContext &context, StringRef name) {
  auto operation = mlir::RegisteredOperationName::lookup(("cnn." + name).str(), &context);
  if (!operation || !operation->hasInterface<cnn::LayerOpInterface>())
    return std::nullopt;
  return operation;
}

/// Defaults are literals.
static Value literalOf(const Expr &expr) {
  if (auto *number = dyn_cast<NumberExpr>(&expr))
    return number->isFloat ? Value(number->number) : Value(number->integer);
  if (auto *flag = dyn_cast<BoolExpr>(&expr))
    return flag->value;
  if (auto *list = dyn_cast<ListExpr>(&expr)) {
    List items;
    for (const ExprPtr &item : list->items)
      items.push_back(literalOf(*item));
    return Value::list(std::move(items));
  }
  if (auto *name = dyn_cast<NameExpr>(&expr))
    return Word{name->name.str()};
  return Unknown();
}

std::shared_ptr<const Signature> Signature::of(mlir::MLIRContext &context, StringRef name) {
  auto operation = lookUp(context, name);
  if (!operation)
    return nullptr;
  StringRef text = operation->getInterface<cnn::LayerOpInterface>()->getSignature();
  std::shared_ptr<Signature> signature(new Signature(*operation));
  signature->name = name.str();
  Reporter silent(nulls());
  auto source = std::make_shared<const Source>("the signature of " + name.str(), ("block f(" + text + ") = 0").str());
  signature->file = Parser(source, silent).parseFile();
  if (silent.errors() || signature->file.declarations.size() != 1)
    return nullptr;
  for (const Parameter &parameter : signature->file.declarations.front().block->parameters) {
    SignatureParameter one{parameter.name.text.str(), "tensor", {}, parameter.value.get(), {}};
    if (parameter.value)
      one.standard = literalOf(*parameter.value);
    if (parameter.type) {
      one.kind = parameter.type->name.text.str();
      for (const ExprPtr &word : parameter.type->sizes)
        if (auto *name = dyn_cast<NameExpr>(word.get()))
          one.words.push_back(name->name.str());
    }
    signature->parameters.push_back(std::move(one));
  }
  return signature;
}

std::vector<std::string> Signature::names(mlir::MLIRContext &context) {
  std::vector<std::string> names;
  for (mlir::RegisteredOperationName operation : context.getRegisteredOperations())
    if (StringRef name = operation.getStringRef(); name.consume_front("cnn.") && lookUp(context, name))
      names.push_back(name.str());
  llvm::sort(names);
  return names;
}

std::string Signature::write(unsigned optional) const {
  std::string text = name + "(";
  for (const SignatureParameter &parameter : parameters) {
    if (&parameter != &parameters.front())
      text += ", ";
    if (parameter.value && optional-- == 0) {
      text += "…";
      break;
    }
    text += parameter.name;
    if (parameter.value)
      text +=
          (" = " + StringRef(file.source->text).slice(parameter.value->span.begin, parameter.value->span.end)).str();
  }
  return text + ")";
}

} // namespace cnnc::dsl
