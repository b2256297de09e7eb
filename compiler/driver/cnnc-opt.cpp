// SPDX-License-Identifier: Apache-2.0
// Runs single passes on textual IR: the tests' tool.
#include "compiler/driver/Pipeline.h"
#include "compiler/graph/Passes.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  cnnc::registerDialects(registry);
  cnnc::graph::registerGraphPasses();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Runs passes of cnnc\n", registry));
}
