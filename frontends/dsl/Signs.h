// SPDX-License-Identifier: Apache-2.0
// What signs between tensors are called as operators.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <utility>

namespace cnnc::dsl {

constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> kSignOperators[] = {
    {"+", "add"}, {"-", "sub"}, {"*", "mul"}, {"/", "div"}, {"%", "mod"}};

inline llvm::StringRef operatorOf(llvm::StringRef sign) {
  for (const auto &[known, name] : kSignOperators)
    if (known == sign)
      return name;
  return "";
}

/// Empty if the operator has none.
inline llvm::StringRef signOf(llvm::StringRef name) {
  for (const auto &[sign, known] : kSignOperators)
    if (known == name)
      return sign;
  return "";
}

} // namespace cnnc::dsl
