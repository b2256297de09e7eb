// SPDX-License-Identifier: Apache-2.0
// Table of contents: one line a family.
#ifndef CNN_OPS_TD
#define CNN_OPS_TD

include "dialects/cnn/CnnDialect.td"
include "dialects/cnn/CnnAttributes.td"
include "dialects/cnn/ops/Conv.td"
include "dialects/cnn/ops/Linear.td"
include "dialects/cnn/ops/Pool.td"
include "dialects/cnn/ops/Norm.td"
include "dialects/cnn/ops/Activation.td"
include "dialects/cnn/ops/Elementwise.td"
include "dialects/cnn/ops/Reduce.td"
include "dialects/cnn/ops/Shape.td"
include "dialects/cnn/ops/Channels.td"
include "dialects/cnn/ops/Resize.td"
include "dialects/cnn/ops/Structure.td"

#endif
