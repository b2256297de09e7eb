// SPDX-License-Identifier: Apache-2.0
// Chooses the reader by the file's extension.
#include "compiler/driver/Input.h"

#include "compiler/driver/BindWeights.h"
#include "dialects/cnn/CnnDialect.h"
#include "frontends/dsl/Read.h"
#include "frontends/onnx/Importer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace cnnc;
using namespace mlir;

static FailureOr<OwningOpRef<ModuleOp>> readText(MLIRContext &context, const Options &options, Location file) {
  if (!options.constants.empty())
    return emitError(file, "--const is for .onnx files");
  dsl::Reporter reporter(llvm::errs(), !options.quiet);
  auto module =
      dsl::readNetwork(context, options.model, {options.network, options.parameters, options.shapes}, reporter);
  if (failed(module))
    return failure();
  // Who only counts weights, or names them, needs none of their values.
  bool namesOnly = options.command == Command::Summary || options.command == Command::Import;
  bool needsValues = !namesOnly || !options.weights.empty();
  if (!needsValues)
    return module;
  Options withWeights = options;
  llvm::SmallString<256> beside(options.model);
  llvm::sys::path::replace_extension(beside, ".safetensors");
  if (options.weights.empty() && llvm::sys::fs::exists(beside))
    withWeights.weights.push_back(beside.str().str());
  if (failed(bindWeights(**module, withWeights)))
    return failure();
  return module;
}

static FailureOr<OwningOpRef<ModuleOp>> readFile(MLIRContext &context, const Options &options, Location file) {
  StringRef path = options.model;
  if (path.ends_with(".mlir")) {
    if (!options.shapes.empty() || !options.constants.empty())
      return emitError(file, "--shape and --const are for .onnx files");
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
  if (path.ends_with(".cnn"))
    return readText(context, options, file);
  return emitError(file, "neither an .onnx, a .cnn nor an .mlir file");
}

/// Leaves on each input what --input-format says of it.
static LogicalResult markInputs(ModuleOp module, const Options &options, Location file) {
  Builder builder(module.getContext());
  auto main = module.lookupSymbol<func::FuncOp>("main");
  for (const auto &[name, format] : options.inputFormats) {
    auto isNamed = [&, &name = name](unsigned input) {
      auto own = main.getArgAttrOfType<StringAttr>(input, cnn::CnnDialect::kName);
      return own && own.getValue() == name;
    };
    auto inputs = llvm::seq<unsigned>(0, main ? main.getNumArguments() : 0);
    auto input = llvm::find_if(inputs, isNamed);
    if (input == inputs.end())
      return emitError(file, "--input-format " + name + ": the network has no such input");
    main.setArgAttr(
        *input, cnn::CnnDialect::kBytes,
        builder.getDictionaryAttr({builder.getNamedAttr("mean", builder.getDenseF64ArrayAttr(format.mean)),
                                   builder.getNamedAttr("scale", builder.getDenseF64ArrayAttr(format.scale))}));
  }
  return success();
}

FailureOr<OwningOpRef<ModuleOp>> cnnc::readModel(MLIRContext &context, const Options &options) {
  Location file = FileLineColLoc::get(&context, options.model, 0, 0);
  FailureOr<OwningOpRef<ModuleOp>> module = readFile(context, options, file);
  if (succeeded(module) && failed(markInputs(**module, options, file)))
    return failure();
  return module;
}

LogicalResult cnnc::completeModel(ModuleOp module, const Options &options) {
  if (failed(bindWeights(module, options)))
    return failure();
  return markInputs(module, options, FileLineColLoc::get(module.getContext(), options.model, 0, 0));
}
