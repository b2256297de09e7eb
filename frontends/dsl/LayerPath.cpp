// SPDX-License-Identifier: Apache-2.0
// Takes the names of initializers and nodes apart, as exporters write them.
#include "frontends/dsl/LayerPath.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace cnnc::dsl {

/// The name of a location, if it is one that a text can hold; else nothing.
static std::string nameOf(mlir::Location location) {
  auto named = dyn_cast<mlir::NameLoc>(location);
  if (!named)
    return "";
  StringRef name = named.getName().getValue();
  constexpr size_t kMostCharacters = 200;
  bool isGood = name.size() <= kMostCharacters && !name.contains("::") &&
                all_of(name, [](char c) { return isAlnum(c) || StringRef("_-./").contains(c); });
  return isGood ? name.str() : "";
}

std::string pathOfWeight(mlir::Location location, StringRef weight) {
  std::string name = nameOf(location);
  StringRef path = name;
  return path.consume_back(weight) && path.consume_back(".") ? path.str() : "";
}

/// Names that exporters count up say nothing: `n22`, `Conv_7`.
static bool isNumber(StringRef name) {
  StringRef word = name.rtrim("0123456789");
  return word.size() <= 1 ||
         (word != name && isUpper(word.front()) && word.ends_with("_") && all_of(word.drop_back(), isAlpha));
}

std::string pathOfNode(mlir::Location location) {
  std::string name = nameOf(location);
  SmallVector<StringRef> parts;
  StringRef(name).split(parts, '/', -1, /*KeepEmpty=*/false);
  if (parts.empty() || (parts.size() == 1 && (isNumber(name) || StringRef(name).starts_with("/"))))
    return "";
  // The last scope is the operator itself, and a scope may repeat the one around it: layer1/layer1.0.
  if (parts.size() > 1)
    parts.pop_back();
  std::string path;
  StringRef before;
  for (StringRef part : parts) {
    StringRef own = part;
    if (!before.empty() && own.consume_front(before) && own.starts_with("."))
      path += own;
    else
      path += (path.empty() ? "" : ".") + part.str();
    before = part;
  }
  return path;
}

std::string variableOf(StringRef path) {
  auto begin = path.size();
  do {
    size_t dot = path.take_front(begin).rfind('.');
    begin = dot == StringRef::npos ? 0 : dot;
  } while (begin && !isAlpha(path[begin + 1]));
  std::string name = path.drop_front(begin ? begin + 1 : 0).str();
  for (char &c : name)
    c = isAlnum(c) ? c : '_';
  return name.empty() || isDigit(name.front()) ? "" : name;
}

} // namespace cnnc::dsl
