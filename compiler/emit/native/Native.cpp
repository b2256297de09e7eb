// SPDX-License-Identifier: Apache-2.0
// The way from loops to a library: lower, generate code, link.
#include "compiler/emit/native/Native.h"

#include "compiler/emit/ModelTable.h"
#include "compiler/emit/native/Codegen.h"
#include "compiler/emit/native/Link.h"
#include "compiler/emit/native/Lowering.h"

using namespace cnnc::emit;

/// Reads the table and lowers the code.
static llvm::Expected<ModelTable> lower(mlir::ModuleOp loops) {
  llvm::Expected<ModelTable> table = ModelTable::read(loops);
  if (!table)
    return table.takeError();
  if (llvm::Error error = lowerToLlvm(loops, *table))
    return error;
  return table;
}

llvm::Error cnnc::emit::emitNative(mlir::ModuleOp loops, const MachineTarget &target, const WeightSection &weights,
                                   const NativeOptions &options, mlir::TimingScope &timing) {
  mlir::TimingScope step = timing.nest("lower");
  llvm::Expected<ModelTable> table = lower(loops);
  if (!table)
    return table.takeError();
  if (uint64_t(table->weightBytes) != weights.bytes)
    return llvm::createStringError("the model states " + llvm::Twine(table->weightBytes) + " bytes of weights and has " +
                                   llvm::Twine(weights.bytes));
  SymbolNames names(options.prefix);
  step = timing.nest("code");
  auto code = generateObject(loops, *table, names, target);
  if (!code)
    return code.takeError();
  step = timing.nest("weights and link");
  return link(**code, weights, names.weights, target, options);
}

llvm::Error cnnc::emit::printLlvm(mlir::ModuleOp loops, const MachineTarget &target, llvm::StringRef prefix,
                                  llvm::raw_ostream &os) {
  llvm::Expected<ModelTable> table = lower(loops);
  return table ? generateText(loops, *table, SymbolNames(prefix.str()), target, os) : table.takeError();
}
