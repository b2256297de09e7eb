// SPDX-License-Identifier: Apache-2.0
// The generated definitions of the operators.
#include "dialects/cnn/CnnOps.h"

using namespace mlir;

#define GET_OP_CLASSES
#include "dialects/cnn/CnnOps.cpp.inc"
