// SPDX-License-Identifier: Apache-2.0
// The operators of the cnn dialect.
#pragma once

#include "dialects/cnn/CnnDialect.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "dialects/cnn/CnnOps.h.inc"
