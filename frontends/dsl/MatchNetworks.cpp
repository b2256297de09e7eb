// SPDX-License-Identifier: Apache-2.0
// Walks both functions from their outputs back, and pairs values.
#include "frontends/dsl/MatchNetworks.h"

#include "dialects/cnn/CnnOps.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace mlir;

namespace cnnc::dsl {
namespace {

class Matcher {
public:
  Matcher(Location location, bool isShort) : match{{}, "", location}, isShort(isShort) {}
  Match run(func::FuncOp network, func::FuncOp text);

private:
  void pair(Value a, Value b) { pending.push_back({a, b}); }
  bool isSame(Attribute a, Attribute b) const;
  void compare(Value a, Value b);
  void bind(Value a, cnn::ParameterOp parameter);
  void differ(Value at, const Twine &how) {
    if (match.difference.empty()) {
      match.difference = how.str();
      match.location = at.getLoc();
    }
  }

  Match match;
  bool isShort;
  llvm::DenseMap<Value, Value> known; ///< of the network to those of the text
  std::vector<std::pair<Value, Value>> pending;
};

bool Matcher::isSame(Attribute a, Attribute b) const {
  auto isClose = [](double x, double y) { return static_cast<float>(x) == static_cast<float>(y); };
  if (a == b || !isShort)
    return a == b;
  if (auto x = dyn_cast_or_null<FloatAttr>(a), y = dyn_cast_or_null<FloatAttr>(b); x && y)
    return isClose(x.getValueAsDouble(), y.getValueAsDouble());
  auto x = dyn_cast_or_null<DenseF64ArrayAttr>(a), y = dyn_cast_or_null<DenseF64ArrayAttr>(b);
  return x && y && x.size() == y.size() && all_of(zip(x.asArrayRef(), y.asArrayRef()), [&](const auto &pair) {
           return isClose(std::get<0>(pair), std::get<1>(pair));
         });
}

void Matcher::bind(Value a, cnn::ParameterOp parameter) {
  std::string path = parameter.getPath().str();
  if (auto own = a.getDefiningOp<cnn::ParameterOp>()) {
    if (own->getAttrDictionary() != parameter->getAttrDictionary())
      differ(a, "the weight '" + own.getPath() + "' would become '" + path + "'");
    return;
  }
  auto constant = a.getDefiningOp<cnn::ConstantOp>();
  if (!constant || a.getType() != parameter.getY().getType())
    return differ(a, "the weight '" + path + "' would be another");
  auto [weight, isNew] = match.weights.try_emplace(path, constant.getValue());
  if (!isNew && weight->second != constant.getValue())
    differ(a, "the weight '" + path + "' would be that of two layers");
}

void Matcher::compare(Value a, Value b) {
  if (auto parameter = b.getDefiningOp<cnn::ParameterOp>())
    return bind(a, parameter);
  if (auto number = b.getDefiningOp<cnn::ConstantOp>()) {
    auto constant = a.getDefiningOp<cnn::ConstantOp>();
    auto x = constant ? dyn_cast<DenseElementsAttr>(constant.getValue()) : DenseElementsAttr();
    auto y = dyn_cast<DenseElementsAttr>(number.getValue());
    if (!x || !y || !x.isSplat() || !y.isSplat() || x.getSplatValue<Attribute>() != y.getSplatValue<Attribute>())
      differ(a, "its number would be another");
    return;
  }
  Value &before = known[a];
  if (before) {
    if (before != b)
      differ(a, "its result would not be shared");
    return;
  }
  before = b;
  auto x = dyn_cast<OpResult>(a), y = dyn_cast<OpResult>(b);
  if (a.getType() != b.getType() || static_cast<bool>(x) != static_cast<bool>(y))
    return differ(a, "its result would be another");
  if (!x) {
    if (cast<BlockArgument>(a).getArgNumber() != cast<BlockArgument>(b).getArgNumber())
      differ(a, "it would read another input");
    return;
  }
  Operation &one = *x.getOwner(), &other = *y.getOwner();
  DictionaryAttr attributes = one.getAttrDictionary(), others = other.getAttrDictionary();
  bool hasSameAttributes = attributes.size() == others.size() && all_of(attributes, [&](NamedAttribute attribute) {
                             return isSame(attribute.getValue(), others.get(attribute.getName()));
                           });
  if (one.getName() != other.getName() || one.getNumOperands() != other.getNumOperands() ||
      x.getResultNumber() != y.getResultNumber() || !hasSameAttributes)
    return differ(a, "it would be another operator");
  for (auto [p, q] : zip(one.getOperands(), other.getOperands()))
    pair(p, q);
}

Match Matcher::run(func::FuncOp network, func::FuncOp text) {
  Operation *a = network.getBody().front().getTerminator(), *b = text.getBody().front().getTerminator();
  if (a->getNumOperands() != b->getNumOperands() || network.getArgumentTypes() != text.getArgumentTypes()) {
    match.difference = "its inputs or outputs would be others";
    return match;
  }
  for (auto [p, q] : zip(a->getOperands(), b->getOperands()))
    pair(p, q);
  while (!pending.empty() && match.difference.empty()) {
    auto [p, q] = pending.back();
    pending.pop_back();
    compare(p, q);
  }
  return match;
}

} // namespace

Match matchNetworks(func::FuncOp network, func::FuncOp text, bool isShort) {
  return Matcher(network.getLoc(), isShort).run(network, text);
}

} // namespace cnnc::dsl
