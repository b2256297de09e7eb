// SPDX-License-Identifier: Apache-2.0
// The words of kinds.
#include "frontends/dsl/Kinds.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace cnnc::dsl {

ArrayRef<std::string> wordsOf(StringRef kind) {
  static const std::string kPads[] = {"same", "same_lower"};
  static const std::string kInitializers[] = {"he_normal",  "he_uniform", "xavier_normal", "xavier_uniform",
                                              "orthogonal", "zeros",      "ones"};
  static const std::string kTypes[] = {"f32", "f16", "bf16", "f64", "u8", "i8", "i32", "i64", "bool"};
  if (kind == "pads")
    return kPads;
  if (kind == "init")
    return kInitializers;
  if (kind == "dtype")
    return kTypes;
  return {};
}

ArrayRef<std::string> scaledInitializers() {
  static const std::string kInitializers[] = {"constant", "normal", "truncated_normal", "uniform"};
  return kInitializers;
}

mlir::Type elementType(mlir::Builder &builder, StringRef name) {
  return StringSwitch<mlir::Type>(name)
      .Case("f32", builder.getF32Type())
      .Case("f16", builder.getF16Type())
      .Case("bf16", builder.getBF16Type())
      .Case("f64", builder.getF64Type())
      .Case("u8", builder.getIntegerType(8, false))
      .Case("i8", builder.getIntegerType(8, true))
      .Case("i32", builder.getIntegerType(32, true))
      .Case("i64", builder.getIntegerType(64, true))
      .Case("bool", builder.getI1Type())
      .Default({});
}

} // namespace cnnc::dsl
