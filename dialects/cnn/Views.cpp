// SPDX-License-Identifier: Apache-2.0
// Parts of joined buffers.
#include "dialects/cnn/Views.h"

using namespace mlir;
using namespace cnnc::cnn;

Views::Views(func::FuncOp function) {
  for (Operation &op : llvm::reverse(function.getBody().front()))
    if (auto joined = dyn_cast<JoinOp>(op)) {
      LogicalResult placed = join(joined.getParts(), joined.getY());
      assert(succeeded(placed) && "joins were made by the same rules");
      (void)placed;
    }
}

View Views::of(Value value) const {
  auto found = views.find(value);
  return found == views.end() ? View{value, 0} : found->second;
}

LogicalResult Views::join(ValueRange parts, Value result) {
  View next = of(result);
  // A join whose first part has its place already can only be a stretch of that buffer.
  bool isStretch = !views.contains(result) && views.contains(parts.front());
  if (isStretch)
    next = of(parts.front());
  SmallVector<std::pair<Value, View>> placed = {{result, next}};
  for (Value part : parts) {
    bool known = views.contains(part) || llvm::is_contained(llvm::make_first_range(placed), part);
    if (known ? !(of(part) == next) : isStretch)
      return failure();
    placed.push_back({part, next});
    auto type = cast<RankedTensorType>(part.getType());
    next.firstBlock += llvm::divideCeil(type.getDimSize(1), layoutOf(type).getBlock());
  }
  for (auto [value, view] : placed)
    views.try_emplace(value, view);
  return success();
}
