// SPDX-License-Identifier: Apache-2.0
// Asks the binder for each parameter, once for all functions that share it.
#include "compiler/driver/BindWeights.h"

#include "dialects/cnn/CnnOps.h"
#include "frontends/weights/Binder.h"

using namespace cnnc;
using namespace mlir;

LogicalResult cnnc::bindWeights(ModuleOp module, const Options &options) {
  Location file = FileLineColLoc::get(module.getContext(), options.model, 0, 0);
  weights::Sources sources{options.weights, options.maps, options.seed};
  llvm::Expected<weights::Binder> binder = weights::Binder::open(*module.getContext(), sources);
  if (!binder)
    return emitError(file, llvm::toString(binder.takeError()));
  llvm::StringMap<ElementsAttr> known;
  SmallVector<cnn::ParameterOp> parameters;
  module.walk([&](cnn::ParameterOp parameter) { parameters.push_back(parameter); });
  for (cnn::ParameterOp parameter : parameters) {
    auto [values, isNew] = known.try_emplace(parameter.getPath());
    if (isNew) {
      auto bound =
          binder->bind(parameter.getPath(), cast<RankedTensorType>(parameter.getY().getType()), parameter.getInit());
      if (!bound)
        return emitError(file, llvm::toString(bound.takeError()));
      values->second = *bound;
    }
    if (!values->second)
      continue;
    OpBuilder builder(parameter);
    parameter.replaceAllUsesWith(cnn::ConstantOp::create(builder, parameter.getLoc(), values->second).getResult());
    parameter.erase();
  }
  std::string report;
  llvm::raw_string_ostream os(report);
  binder->report(os);
  auto [totals, details] = llvm::StringRef(report).trim().split('\n');
  if (!binder->isComplete()) {
    InFlightDiagnostic error = emitError(file, totals);
    for (llvm::StringRef line : llvm::split(details, '\n'))
      error.attachNote() << line;
    return error;
  }
  if (!options.quiet && !parameters.empty())
    llvm::errs() << "cnnc: " << llvm::StringRef(report).trim() << '\n';
  return success();
}
