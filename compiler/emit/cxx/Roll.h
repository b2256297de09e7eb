// SPDX-License-Identifier: Apache-2.0
// Short loops in place of long lists of like statements.
#pragma once

#include "compiler/emit/cxx/Code.h"

namespace cnnc::emit::cxx {

/// The loops level is unrolled by the register tile, since registers have no index. Here statements
/// that differ only by integers in equal steps become one loop again, which compilers unroll;
/// locals that outlive it become arrays.
void rollUp(Code &code, Function &function);

} // namespace cnnc::emit::cxx
