// SPDX-License-Identifier: Apache-2.0
// Constants, fused regions and conversions of layout.
#include "dialects/cnn/CnnOps.h"
#include "dialects/cnn/ops/Infer.h"

#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace cnnc::cnn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

/// What --emit prints lacks its weights, and the size of what a file holds may be wrong.
static LogicalResult checkData(ConstantOp op, DenseResourceElementsAttr value) {
  AsmResourceBlob *blob = value.getRawHandle().getBlob();
  size_t bytes = bytesOf(op.getType()), held = blob ? blob->getData().size() : 0;
  if (held == bytes)
    return success();
  return op.emitOpError() << "has " << held << " of the " << bytes << " bytes of its weights '"
                          << value.getRawHandle().getKey() << "'" << (blob ? "" : ", which --emit leaves out");
}

LogicalResult ConstantOp::verify() {
  if (!compatibleIgnoringLayout(TypeRange{getValue().getType()}, TypeRange{getType()}))
    return emitOpError() << "holds a " << getValue().getType() << ", but its result is a " << getType();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(getValue()))
    return checkData(*this, resource);
  return success();
}

template <typename Op>
static FailureOr<RankedTensorType> parameterType(Op op, Emit emit) {
  if (llvm::any_of(op.getShape(), [](int64_t size) { return size < 0; }))
    return emit() << "sizes [" << op.getShape() << "] must not be negative";
  if (!RankedTensorType::isValidElementType(op.getType()))
    return emit() << "cannot hold elements of type " << op.getType();
  return RankedTensorType::get(op.getShape(), op.getType());
}
CNN_INFER(ParameterOp, parameterType)
LogicalResult ParameterOp::complete(LayerCall &call) {
  call.set("path", call.builder.getStringAttr(call.path));
  return success();
}
void ParameterOp::describe(NamedAttrList &arguments) { arguments.erase("path"); }

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

std::vector<FusedOp> ChainOp::getStages() {
  auto stages = getBody().front().getOps<FusedOp>();
  return {stages.begin(), stages.end()};
}

LogicalResult ChainOp::verify() {
  auto yield = dyn_cast<YieldOp>(getBody().front().getTerminator());
  Value last;
  for (Operation &op : getBody().front().without_terminator()) {
    auto stage = dyn_cast<FusedOp>(op);
    if (!stage || stage->getNumResults() != 1)
      return emitOpError() << "holds " << op.getName() << ", which is no region of one result";
    if (last && (!last.hasOneUse() || stage.getAnchorInput(0) != last))
      return emitOpError("has a stage that does not continue the one before");
    last = stage->getResult(0);
  }
  if (!last || !yield || yield.getOperands() != ValueRange{last} || last.getType() != getType())
    return emitOpError("must yield the result of its last stage");
  if (getRows() < 1)
    return emitOpError("needs bands of at least one row");
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
