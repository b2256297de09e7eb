// SPDX-License-Identifier: Apache-2.0
#include "compiler/emit/Header.h"
using namespace cnnc::emit;
void cnnc::emit::writeHeader(const ModelTable &, llvm::StringRef, llvm::raw_ostream &) {}
