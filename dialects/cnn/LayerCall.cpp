// SPDX-License-Identifier: Apache-2.0
// Bookkeeping of a call's tensors, arguments and weights.
#include "dialects/cnn/LayerCall.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace cnnc::cnn;

void LayerCall::setTensors(StringRef name, ArrayRef<Value> values) {
  operands.push_back({name.str(), SmallVector<Value, 1>(values)});
}

Value LayerCall::tensor(StringRef name) const {
  auto found = llvm::find_if(operands, [&](const auto &operand) { return operand.first == name; });
  return found == operands.end() || found->second.empty() ? Value() : found->second.front();
}

RankedTensorType LayerCall::typeOf(StringRef name) const { return cast<RankedTensorType>(tensor(name).getType()); }

void LayerCall::replaceTensor(StringRef name, Value value) {
  llvm::find_if(operands, [&](const auto &operand) { return operand.first == name; })->second = {value};
}

SmallVector<Value> LayerCall::tensors() const {
  SmallVector<Value> all;
  for (const auto &[name, values] : operands)
    llvm::append_range(all, values);
  return all;
}

int64_t LayerCall::integer(StringRef name) const { return cast<IntegerAttr>(get(name)).getInt(); }
bool LayerCall::flag(StringRef name) const { return cast<BoolAttr>(get(name)).getValue(); }

ArrayRef<int64_t> LayerCall::ints(StringRef name) const {
  auto list = dyn_cast_or_null<DenseI64ArrayAttr>(get(name));
  return list ? list.asArrayRef() : ArrayRef<int64_t>();
}

ArrayRef<double> LayerCall::floats(StringRef name) const {
  auto list = dyn_cast_or_null<DenseF64ArrayAttr>(get(name));
  return list ? list.asArrayRef() : ArrayRef<double>();
}

StringRef LayerCall::word(StringRef name) const {
  auto word = dyn_cast_or_null<StringAttr>(get(name));
  return word ? word.getValue() : "";
}

void LayerCall::addWeight(StringRef name, StringRef like, ArrayRef<int64_t> shape, Attribute init, bool isTrained) {
  added.push_back({name.str(), RankedTensorType::get(shape, typeOf(like).getElementType()), init, isTrained});
}

LogicalResult LayerCall::error(StringRef argument, const Twine &message) {
  if (text.empty()) {
    culprit = argument.str();
    text = message.str();
  }
  return failure();
}

LogicalResult cnnc::cnn::completeAxis(LayerCall &call, StringRef name, int64_t rank) {
  int64_t axis = call.integer(name);
  if (axis < -rank || axis >= rank)
    return call.error(name, name + " = " + Twine(axis) + " is none of the " + Twine(rank) + " dimensions");
  call.set(name, call.builder.getI64IntegerAttr(axis < 0 ? axis + rank : axis));
  return success();
}
