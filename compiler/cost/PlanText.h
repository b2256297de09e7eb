// SPDX-License-Identifier: Apache-2.0
// A layer and its plan as text: what tables, plan files and the C++ source call them.
#pragma once

#include "dialects/cnn/CnnOps.h"

namespace cnnc {

/// The ONNX nodes of a location, such as `/conv1/Conv, /relu/Relu`.
std::string nodesOf(mlir::Location location);
/// 1x3x224x224
std::string shapeText(mlir::Type type);
/// The operands that are no constants, and the results: `1x64x56x56, 1x64x56x56 -> 1x64x56x56`; of a chain those of
/// each stage.
std::string shapesOf(mlir::Operation *op);
/// Both: what a plan file calls the layer.
std::string layerText(mlir::Operation *op);
/// An algorithm and its parameters: `direct merge=1 order=rows tile=14x32`.
std::string planText(cnn::PlanAttr plan);
/// `chain rows=2 | direct tile=14x32 | depthwise tile=14x16`
std::string planText(cnn::ChainOp chain);

} // namespace cnnc
