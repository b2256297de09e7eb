// SPDX-License-Identifier: Apache-2.0
// Matches names with stars.
#include "frontends/weights/NameMap.h"

#include "llvm/ADT/StringExtras.h"

using namespace cnnc::weights;
using namespace llvm;

Expected<NameMap> NameMap::parse(StringRef text) {
  auto [left, right] = text.split('=');
  if (left.empty() || !text.contains('='))
    return createStringError("'" + text + "' is not of the form 'features.*=backbone.*'");
  if (right.count('*') > left.count('*'))
    return createStringError("'" + text + "' has more stars on the right than on the left");
  auto parts = [](StringRef side) {
    SmallVector<StringRef> parts;
    side.split(parts, '*');
    return to_vector(map_range(parts, [](StringRef part) { return part.str(); }));
  };
  NameMap map;
  map.text = text.str();
  map.pattern = parts(left);
  map.name = parts(right);
  return map;
}

std::optional<std::string> NameMap::apply(StringRef path) const {
  // Each star but the last takes as little as it can.
  SmallVector<StringRef> stars;
  if (!path.consume_front(pattern.front()))
    return std::nullopt;
  for (const std::string &part : drop_begin(pattern)) {
    bool isLast = &part == &pattern.back();
    size_t at = isLast ? (path.ends_with(part) ? path.size() - part.size() : StringRef::npos) : path.find(part);
    if (at == StringRef::npos)
      return std::nullopt;
    stars.push_back(path.substr(0, at));
    path = path.drop_front(at + part.size());
  }
  if (!path.empty())
    return std::nullopt;
  std::string result = name.front();
  for (auto [i, part] : enumerate(drop_begin(name)))
    result += stars[i].str() + part;
  return result;
}
