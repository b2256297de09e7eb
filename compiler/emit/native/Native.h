// SPDX-License-Identifier: Apache-2.0
// From loops to machine code: a shared library, an archive or one relocatable object.
#pragma once

#include "compiler/emit/Emit.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/Timing.h"

namespace cnnc::emit {

struct NativeOptions {
  enum class Kind { SharedLibrary, Archive, Object };
  std::string output;
  Kind kind = Kind::SharedLibrary;
  std::string prefix; ///< of the C symbols
};

/// Compiles the module, which is lowered in place, and writes `options.output`. Nothing is left behind on an error.
llvm::Error emitNative(mlir::ModuleOp loops, const MachineTarget &target, const WeightSection &weights,
                       const NativeOptions &options, mlir::TimingScope &timing);

/// The module as LLVM IR after LLVM's optimiser, as text; it is lowered in place.
llvm::Error printLlvm(mlir::ModuleOp loops, const MachineTarget &target, llvm::StringRef prefix, llvm::raw_ostream &os);

} // namespace cnnc::emit
