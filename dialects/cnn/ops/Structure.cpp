// SPDX-License-Identifier: Apache-2.0
// Constants, fused regions and conversions of layout.
#include "dialects/cnn/CnnOps.h"

using namespace mlir;
using namespace cnnc::cnn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOp::verify() {
  if (!compatibleIgnoringLayout(TypeRange{getValue().getType()}, TypeRange{getType()}))
    return emitOpError() << "holds a " << getValue().getType() << ", but its result is a " << getType();
  return success();
}

LogicalResult FusedOp::verify() {
  Block &block = getBody().front();
  if (!compatibleIgnoringLayout(block.getArgumentTypes(), getOperandTypes()))
    return emitOpError("needs one block argument of each operand's type");
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || !compatibleIgnoringLayout(yield.getOperandTypes(), getResultTypes()))
    return emitOpError("must yield its results");
  for (Operation &op : llvm::drop_begin(block.without_terminator()))
    if (!isa<ElementwiseOpInterface>(op))
      return emitOpError() << "holds " << op.getName() << " after its anchor, which is not elementwise";
  return success();
}

LogicalResult JoinOp::verify() {
  BlockedAttr layout = layoutOf(getType());
  if (!layout || getParts().empty())
    return emitOpError("needs parts, and a blocked result");
  auto type = cast<RankedTensorType>(getType());
  int64_t channels = 0;
  for (Value part : getParts()) {
    auto partType = cast<RankedTensorType>(part.getType());
    if (channels % layout.getBlock() != 0)
      return emitOpError() << "has a part before the last that does not fill its blocks";
    SmallVector<int64_t> shape(type.getShape());
    shape[1] = partType.getDimSize(1);
    if (partType != RankedTensorType::get(shape, type.getElementType(), layout))
      return emitOpError() << "joins a " << partType << " into a " << type;
    channels += partType.getDimSize(1);
  }
  if (channels != type.getDimSize(1))
    return emitOpError() << "joins " << channels << " channels into " << type.getDimSize(1);
  return success();
}

LogicalResult ConvertLayoutOp::verify() {
  if (!compatibleIgnoringLayout(TypeRange{getX().getType()}, TypeRange{getType()}))
    return emitOpError() << "changes more than the layout: " << getX().getType() << " to " << getType();
  return success();
}
