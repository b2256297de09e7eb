// SPDX-License-Identifier: Apache-2.0
// Names such as f32x8, and their definitions by GCC's and Clang's vector extension.
#include "compiler/emit/cxx/Types.h"

using namespace cnnc::emit::cxx;
using namespace mlir;

bool cnnc::emit::cxx::isMask(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getElementType().isInteger(1);
}

unsigned cnnc::emit::cxx::maskWidth(Value mask) {
  Operation *op = mask.getDefiningOp();
  if (!op)
    return 0;
  if (isa<arith::CmpFOp, arith::CmpIOp>(op)) {
    Type element = getElementTypeOrSelf(op->getOperand(0).getType());
    return element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  }
  for (Value operand : op->getOperands())
    if (unsigned width = isMask(operand.getType()) ? maskWidth(operand) : 0)
      return width;
  return 0;
}

bool cnnc::emit::cxx::isArray(MemRefType type) { return type.getLayout().isIdentity() && type.getRank() > 0; }

std::string Types::name(Type type, unsigned width, bool isUnsigned) {
  auto vector = dyn_cast<VectorType>(type);
  Type element = vector ? vector.getElementType() : type;
  if (vector && element.isInteger(1))
    element = IntegerType::get(type.getContext(), width);
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  std::string scalar = element.isF32()        ? "float"
                       : element.isF64()      ? "double"
                       : element.isInteger(1) ? "bool"
                                              : (isUnsigned ? "uint" : "int") + std::to_string(bits) + "_t";
  if (!vector)
    return scalar;
  int64_t count = vector.getNumElements();
  std::string name = (isa<FloatType>(element) ? "f"
                      : isUnsigned            ? "u"
                                              : "i") +
                     std::to_string(bits) + "x" + std::to_string(count);
  vectors[name] =
      "typedef " + scalar + " " + name + " __attribute__((vector_size(" + std::to_string(bits / 8 * count) + ")));\n";
  return name;
}

std::string Types::definitions() const {
  std::string text;
  for (const auto &[name, definition] : vectors)
    text += definition;
  return text;
}
