// SPDX-License-Identifier: Apache-2.0
// NumPy's file format, versions 1 to 3: little-endian and in C order.
#pragma once

#include "tensor.h"

namespace cnnc {

/// A Failure, without the file's name, if `file` is malformed, or of an order or type that has no
/// meaning here.
Tensor parse_npy(const std::vector<uint8_t> &file);

/// bf16, which NumPy lacks, is written as void of two bytes, as the package ml_dtypes does.
std::vector<uint8_t> format_npy(const Tensor &tensor);

} // namespace cnnc
