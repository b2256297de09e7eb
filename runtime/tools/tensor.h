// SPDX-License-Identifier: Apache-2.0
// A tensor in the memory of the program, as files bring it and networks leave it.
#pragma once

#include <cnnc/runtime.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace cnnc {

/// What the user did or gave is wrong: becomes one line on stderr.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Tensor {
  int32_t type = CNNC_F32; ///< a cnnc_type
  std::vector<int64_t> shape;
  std::vector<uint8_t> data;
};

/// The size of an element in bytes; 0 for a type that has no number.
size_t type_bytes(int32_t type);
/// f32, u8, …
const char *type_name(int32_t type);
/// 1x3x224x224; "scalar" without extents.
std::string shape_text(const std::vector<int64_t> &shape);
/// The bytes of a tensor; a Failure if an extent is negative or the product has no 63 bits.
uint64_t shape_bytes(const std::vector<int64_t> &shape, int32_t type);

/// The element as a number, whatever its type.
double element(const Tensor &tensor, size_t index);

/// The whole file; a Failure that names it if it cannot be read.
std::vector<uint8_t> read_file(const std::string &path);
/// Writes the whole file or none.
void write_file(const std::string &path, const std::vector<uint8_t> &data);

} // namespace cnnc
