// SPDX-License-Identifier: Apache-2.0
// ONNX's TensorProto, the message in test data (.pb), read without protobuf.
#pragma once

#include "tensor.h"

namespace cnnc {

/// A Failure, without the file's name, if `file` is malformed or holds no tensor of numbers.
Tensor parse_tensor_proto(const std::vector<uint8_t> &file);

} // namespace cnnc
