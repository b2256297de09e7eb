// SPDX-License-Identifier: Apache-2.0
// The initializers of an ONNX file.
#include "frontends/onnx/TensorData.h"
#include "frontends/weights/Readers.h"

#include "llvm/Support/Path.h"

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

Weights cnnc::weights::readOnnx(mlir::MLIRContext &context, StringRef path) {
  Expected<onnx::Model> model = onnx::readModel(path);
  if (!model)
    return model.takeError();
  onnx::TensorData data(&context, sys::path::parent_path(path));
  std::vector<Weight> weights;
  for (const onnx::Tensor &tensor : model->graph.initializers) {
    Expected<mlir::ElementsAttr> elements = data.get(tensor);
    if (!elements)
      return createStringError("'" + tensor.name + "': " + toString(elements.takeError()));
    // The constant's bytes live as long as the context.
    auto storage = std::make_shared<std::string>();
    StringRef bytes = onnx::bytesOf(*elements, *storage);
    weights.push_back({tensor.name, cast<mlir::RankedTensorType>(elements->getType()), bytes, {}, storage});
  }
  return weights;
}
