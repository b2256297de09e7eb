// SPDX-License-Identifier: Apache-2.0
// Attributes as values of the kinds that signatures name: the inverse of what the evaluator makes of arguments.
#include "frontends/dsl/CallGraph.h"
#include "frontends/dsl/Kinds.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;

namespace cnnc::dsl {

StringRef typeName(mlir::Type element) {
  mlir::Builder builder(element.getContext());
  for (StringRef name : wordsOf("dtype"))
    if (elementType(builder, name) == element)
      return name;
  return "";
}

/// The shortest number with these 32 bits.
static double shortened(double number) {
  if (static_cast<double>(static_cast<float>(number)) != number)
    return number;
  for (int digits = 1; digits <= 9; ++digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*g", digits, number);
    double decimal = std::strtod(text, nullptr);
    if (static_cast<float>(decimal) == static_cast<float>(number))
      return decimal;
  }
  return number;
}

static std::optional<Atom> atomOf(double number, bool hasShortNumbers) {
  if (!std::isfinite(number))
    return std::nullopt;
  if (hasShortNumbers)
    number = shortened(number);
  constexpr double kMostInteger = 1e9;
  if (number == std::trunc(number) && std::abs(number) <= kMostInteger && !(number == 0 && std::signbit(number)))
    return Atom{static_cast<int64_t>(number)};
  return Atom{number};
}

std::optional<std::vector<Atom>> atomsOf(mlir::Attribute attribute, StringRef kind, bool hasShortNumbers) {
  std::vector<Atom> atoms;
  bool good = true;
  auto add = [&](std::optional<Atom> atom) {
    good &= atom.has_value();
    if (atom)
      atoms.push_back(std::move(*atom));
  };
  if (auto flag = dyn_cast<mlir::BoolAttr>(attribute)) {
    add(Atom{flag.getValue()});
  } else if (auto integer = dyn_cast<mlir::IntegerAttr>(attribute)) {
    add(Atom{integer.getInt()});
  } else if (auto number = dyn_cast<mlir::FloatAttr>(attribute)) {
    add(atomOf(number.getValueAsDouble(), hasShortNumbers));
  } else if (auto text = dyn_cast<mlir::StringAttr>(attribute)) {
    add(kind == "string" ? Atom{Text{text.str()}} : Atom{Word{text.str()}});
  } else if (auto type = dyn_cast<mlir::TypeAttr>(attribute)) {
    StringRef name = typeName(type.getValue());
    add(name.empty() ? std::optional<Atom>() : Atom{Word{name.str()}});
  } else if (auto ints = dyn_cast<mlir::DenseI64ArrayAttr>(attribute)) {
    for (int64_t one : ints.asArrayRef())
      add(Atom{one});
  } else if (auto floats = dyn_cast<mlir::DenseF64ArrayAttr>(attribute)) {
    for (double one : floats.asArrayRef())
      add(atomOf(one, hasShortNumbers));
  } else if (auto list = dyn_cast<mlir::ArrayAttr>(attribute)) {
    for (mlir::Attribute one : list) {
      auto inner = atomsOf(one, kind, hasShortNumbers);
      good &= inner && inner->size() == 1;
      if (good)
        atoms.push_back(std::move(inner->front()));
    }
  } else {
    return std::nullopt;
  }
  return good ? std::optional(std::move(atoms)) : std::nullopt;
}

/// The value of a literal, or an unknown one.
static Value literal(const Expr &expr) {
  if (auto *number = dyn_cast<NumberExpr>(&expr))
    return number->isFloat ? Value(number->number) : Value(number->integer);
  if (auto *flag = dyn_cast<BoolExpr>(&expr))
    return flag->value;
  if (auto *word = dyn_cast<NameExpr>(&expr))
    return Word{word->name.str()};
  if (auto *text = dyn_cast<StringExpr>(&expr))
    return Text{text->raw.str()};
  if (auto *unary = dyn_cast<UnaryExpr>(&expr)) {
    Value value = literal(*unary->operand);
    return value.as<int64_t>()  ? Value(-*value.as<int64_t>())
           : value.as<double>() ? Value(-*value.as<double>())
                                : Value();
  }
  return Unknown();
}

bool saysDefault(const Expr &value, ArrayRef<Atom> atoms) {
  auto says = [](const Expr &expr, const Atom &atom) {
    return atom.isConstant() && isEqual(literal(expr), atom.value());
  };
  if (auto *list = dyn_cast<ListExpr>(&value))
    return list->items.size() == atoms.size() && all_of(zip(list->items, atoms), [&](const auto &pair) {
             return says(*std::get<0>(pair), std::get<1>(pair));
           });
  return !atoms.empty() && all_of(atoms, [&](const Atom &atom) { return says(value, atom); });
}

bool isNone(const Expr &value) {
  auto *word = dyn_cast<NameExpr>(&value);
  return word && word->name == "none";
}

} // namespace cnnc::dsl
