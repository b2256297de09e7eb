// SPDX-License-Identifier: Apache-2.0
// Rounds floats to other floats.
#include "frontends/weights/Convert.h"

#include "frontends/onnx/TensorData.h"

#include "llvm/ADT/APFloat.h"

using namespace cnnc::weights;
using namespace llvm;

mlir::ElementsAttr cnnc::weights::converted(mlir::ElementsAttr values, mlir::Type element) {
  if (values.getElementType() == element)
    return values;
  auto type = dyn_cast<mlir::FloatType>(element);
  if (!type || !isa<mlir::FloatType>(values.getElementType()))
    return nullptr;
  auto bytes = std::make_shared<std::string>();
  for (double value : onnx::toDoubles(values)) {
    APFloat rounded(value);
    bool losesInfo = false;
    rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
    uint64_t bits = rounded.bitcastToAPInt().getZExtValue();
    for (unsigned i = 0; i != type.getWidth(); i += 8)
      bytes->push_back(static_cast<char>(bits >> i));
  }
  return onnx::elementsOver(mlir::RankedTensorType::get(values.getShapedType().getShape(), element), *bytes, bytes,
                            "weights");
}
