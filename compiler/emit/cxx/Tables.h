// SPDX-License-Identifier: Apache-2.0
// The tables of a network as C++ source.
#pragma once

#include "compiler/emit/ModelTable.h"

namespace cnnc::emit::cxx {

/// A phase's comment: its ONNX nodes, shapes, FLOPs and plan.
std::string commentOf(const PhaseInfo &phase);
/// Words as lines of comments.
std::string commentOf(std::string words);
/// Inputs, outputs, phases, metadata, the descriptor, and the function that returns it.
std::string tablesOf(const ModelTable &table, llvm::StringRef prefix);

} // namespace cnnc::emit::cxx
