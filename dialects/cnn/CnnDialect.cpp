// SPDX-License-Identifier: Apache-2.0
// Registration of the dialect, and what is said of its types and layouts.
#include "dialects/cnn/CnnOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace cnnc::cnn;

#include "dialects/cnn/CnnDialect.cpp.inc"
#include "dialects/cnn/CnnInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/cnn/CnnAttributes.cpp.inc"

void CnnDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/cnn/CnnOps.cpp.inc"
      >();
  registerAttributes();
}

void CnnDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/cnn/CnnAttributes.cpp.inc"
      >();
}

Operation *CnnDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements && elements.getType() == type ? ConstantOp::create(builder, loc, elements) : nullptr;
}

LogicalResult BlockedAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t block, ArrayRef<int64_t> halo) {
  if (block < 1)
    return emitError() << "block is a positive number of channels, got " << block;
  if (halo.size() != 4 || llvm::any_of(halo, [](int64_t width) { return width < 0; }))
    return emitError() << "halo is [top, left, bottom, right], none negative";
  return success();
}

bool BlockedAttr::hasHalo() const {
  return llvm::any_of(getHalo(), [](int64_t width) { return width > 0; });
}

bool cnnc::cnn::compatibleIgnoringLayout(TypeRange lhs, TypeRange rhs) {
  return llvm::equal(lhs, rhs, [](Type a, Type b) {
    auto left = dyn_cast<RankedTensorType>(a), right = dyn_cast<RankedTensorType>(b);
    return left && right && withoutLayout(left) == withoutLayout(right);
  });
}

int64_t cnnc::cnn::bytesOf(TypeRange types) {
  int64_t bytes = 0;
  for (Type type : types)
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      bytes += tensor.getNumElements() * llvm::divideCeil(tensor.getElementTypeBitWidth(), 8);
  return bytes;
}

bool cnnc::cnn::keepsLeadingDimension(Operation *op) {
  auto leading = [](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return tensor.getRank() ? tensor.getDimSize(0) : 0;
  };
  return op->getNumOperands() && llvm::all_of(op->getResultTypes(), [&](Type type) {
           return leading(type) == leading(op->getOperand(0).getType());
         });
}
