// SPDX-License-Identifier: Apache-2.0
// The files of a C++ project, but for the weights, as texts.
#pragma once

#include "compiler/emit/Emit.h"
#include "compiler/emit/ModelTable.h"

namespace cnnc::emit::cxx {

struct File {
  std::string path; ///< within the folder
  std::string text;
};

/// Writes all functions of the module, and what stands around them.
llvm::Expected<std::vector<File>> writeProject(mlir::ModuleOp loops, const ModelTable &table,
                                               const MachineTarget &target, llvm::StringRef prefix);

} // namespace cnnc::emit::cxx
