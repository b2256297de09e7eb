// SPDX-License-Identifier: Apache-2.0
// Chooses the reader by the file's extension.
#include "compiler/driver/Input.h"

#include "frontends/onnx/Importer.h"
#include "mlir/Parser/Parser.h"

using namespace cnnc;
using namespace mlir;

FailureOr<OwningOpRef<ModuleOp>> cnnc::readModel(MLIRContext &context, const Options &options) {
  StringRef path = options.model;
  if (path.ends_with(".mlir")) {
    OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(path, &context);
    if (!module)
      return failure();
    return module;
  }
  if (path.ends_with(".onnx")) {
    onnx::ImportOptions import;
    for (const auto &[name, shape] : options.shapes)
      import.shapes[name] = llvm::to_vector(shape);
    for (const auto &[name, file] : options.constants)
      import.constants[name] = file;
    return onnx::importOnnx(context, path, import);
  }
  return emitError(FileLineColLoc::get(&context, path, 0, 0), "neither an .onnx nor an .mlir file");
}
