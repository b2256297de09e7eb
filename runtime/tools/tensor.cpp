// SPDX-License-Identifier: Apache-2.0
// Types of elements, sizes, and whole files.
#include "tensor.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>

using namespace cnnc;

static constexpr struct {
  int32_t type;
  size_t bytes;
  const char *name;
} types[] = {{CNNC_F32, 4, "f32"},  {CNNC_U8, 1, "u8"},   {CNNC_I8, 1, "i8"},   {CNNC_U16, 2, "u16"},
             {CNNC_I16, 2, "i16"},  {CNNC_I32, 4, "i32"}, {CNNC_I64, 8, "i64"}, {CNNC_BOOL, 1, "bool"},
             {CNNC_F16, 2, "f16"},  {CNNC_F64, 8, "f64"}, {CNNC_U32, 4, "u32"}, {CNNC_U64, 8, "u64"},
             {CNNC_BF16, 2, "bf16"}};

size_t cnnc::type_bytes(int32_t type) {
  for (const auto &entry : types)
    if (entry.type == type)
      return entry.bytes;
  return 0;
}

const char *cnnc::type_name(int32_t type) {
  for (const auto &entry : types)
    if (entry.type == type)
      return entry.name;
  return "unknown";
}

std::string cnnc::shape_text(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t extent : shape)
    text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text.empty() ? "scalar" : text;
}

uint64_t cnnc::shape_bytes(const std::vector<int64_t> &shape, int32_t type) {
  uint64_t bytes = type_bytes(type);
  bool empty = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      throw Failure("a shape of " + shape_text(shape));
    empty |= extent == 0;
    if (extent && bytes > uint64_t(std::numeric_limits<int64_t>::max()) / uint64_t(extent))
      throw Failure("a shape of " + shape_text(shape) + " is too large");
    bytes *= extent ? extent : 1;
  }
  return empty ? 0 : bytes;
}

static double half(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double magnitude = exponent == 31 ? (fraction ? NAN : INFINITY)
                     : exponent     ? std::ldexp(1024 + fraction, exponent - 25)
                                    : std::ldexp(fraction, -24);
  return bits >> 15 ? -magnitude : magnitude;
}

static double brain_half(uint16_t bits) {
  uint32_t wide = uint32_t(bits) << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

template <typename T>
static T load(const Tensor &tensor, size_t index) {
  T value;
  memcpy(&value, tensor.data.data() + index * sizeof(T), sizeof(T));
  return value;
}

double cnnc::element(const Tensor &tensor, size_t index) {
  switch (tensor.type) {
  case CNNC_F32:
    return load<float>(tensor, index);
  case CNNC_F64:
    return load<double>(tensor, index);
  case CNNC_F16:
    return half(load<uint16_t>(tensor, index));
  case CNNC_BF16:
    return brain_half(load<uint16_t>(tensor, index));
  case CNNC_U8:
  case CNNC_BOOL:
    return load<uint8_t>(tensor, index);
  case CNNC_I8:
    return load<int8_t>(tensor, index);
  case CNNC_U16:
    return load<uint16_t>(tensor, index);
  case CNNC_I16:
    return load<int16_t>(tensor, index);
  case CNNC_U32:
    return load<uint32_t>(tensor, index);
  case CNNC_I32:
    return load<int32_t>(tensor, index);
  case CNNC_U64:
    return double(load<uint64_t>(tensor, index));
  case CNNC_I64:
    return double(load<int64_t>(tensor, index));
  }
  return NAN;
}

namespace {
struct CloseFile {
  void operator()(FILE *file) const { fclose(file); }
};
using File = std::unique_ptr<FILE, CloseFile>;
} // namespace

std::vector<uint8_t> cnnc::read_file(const std::string &path) {
  File file(fopen(path.c_str(), "rb"));
  struct stat status;
  if (!file || fstat(fileno(file.get()), &status) != 0)
    throw Failure(path + ": " + strerror(errno));
  if (S_ISDIR(status.st_mode))
    throw Failure(path + ": is a folder");
  std::vector<uint8_t> data(size_t(status.st_size));
  // A pipe has no size, and a file may grow: read on until there is no more.
  for (size_t size = 0;;) {
    if (size == data.size())
      data.resize(size + 4096);
    size_t read = fread(data.data() + size, 1, data.size() - size, file.get());
    size += read;
    if (read)
      continue;
    if (ferror(file.get()))
      throw Failure(path + ": " + strerror(errno));
    data.resize(size);
    return data;
  }
}

void cnnc::write_file(const std::string &path, const std::vector<uint8_t> &data) {
  std::string partial = path + ".partial" + std::to_string(getpid());
  FILE *file = fopen(partial.c_str(), "wb");
  if (!file)
    throw Failure(path + ": " + strerror(errno));
  bool whole = fwrite(data.data(), 1, data.size(), file) == data.size();
  whole &= fclose(file) == 0;
  if (whole && rename(partial.c_str(), path.c_str()) == 0)
    return;
  int error = errno;
  remove(partial.c_str());
  throw Failure(path + ": " + strerror(error));
}
