// SPDX-License-Identifier: Apache-2.0
// The header is a Python dictionary with three keys, of which only the literals that NumPy writes
// are read.
#include "npy.h"

#include <cstring>

using namespace cnnc;

static constexpr struct {
  int32_t type;
  const char *code;
} codes[] = {{CNNC_F32, "<f4"}, {CNNC_U8, "|u1"},  {CNNC_I8, "|i1"},   {CNNC_U16, "<u2"}, {CNNC_I16, "<i2"},
             {CNNC_I32, "<i4"}, {CNNC_I64, "<i8"}, {CNNC_BOOL, "|b1"}, {CNNC_F16, "<f2"}, {CNNC_F64, "<f8"},
             {CNNC_U32, "<u4"}, {CNNC_U64, "<u8"}, {CNNC_BF16, "|V2"}};

static int32_t parse_type(std::string code) {
  if (code.size() == 3 && (code[0] == '=' || code[0] == '|' || code[0] == '<'))
    code[0] = code[2] == '1' || code[1] == 'V' ? '|' : '<';
  for (const auto &entry : codes)
    if (code == entry.code)
      return entry.type;
  throw Failure("elements of type '" + code + "' are not supported");
}

/// What follows `'key':` in the dictionary, up to `end` inclusive.
static std::string value_of(const std::string &header, const std::string &key, char end) {
  size_t at = header.find("'" + key + "':");
  size_t begin = at == std::string::npos ? at : header.find_first_not_of(' ', at + key.size() + 3);
  size_t last = begin == std::string::npos ? begin : header.find(end, begin + 1);
  if (last == std::string::npos)
    throw Failure("no .npy file: its header has no '" + key + "'");
  return header.substr(begin, last - begin + 1);
}

static std::vector<int64_t> parse_shape(const std::string &text) {
  std::vector<int64_t> shape;
  const char *at = text.c_str() + 1;
  if (text[0] != '(')
    throw Failure("no .npy file: its header has no shape");
  for (;;) {
    at += strspn(at, " ,");
    if (*at == ')')
      return shape;
    size_t digits = strspn(at, "0123456789");
    if (digits == 0 || digits > 18)
      throw Failure("no .npy file: its shape is " + text);
    shape.push_back(std::stoll(std::string(at, digits)));
    at += digits;
  }
}

Tensor cnnc::parse_npy(const std::vector<uint8_t> &file) {
  if (file.size() < 10 || memcmp(file.data(), "\x93NUMPY", 6) != 0 || file[6] < 1 || file[6] > 3)
    throw Failure("no .npy file");
  size_t length_bytes = file[6] == 1 ? 2 : 4, begin = 8 + length_bytes, length = 0;
  if (file.size() < begin)
    throw Failure("no .npy file: it ends within the header");
  for (size_t i = 0; i < length_bytes; ++i)
    length |= size_t(file[8 + i]) << (8 * i);
  if (length > file.size() - begin)
    throw Failure("no .npy file: it ends within the header");
  std::string header(file.begin() + begin, file.begin() + begin + length);

  Tensor tensor;
  std::string code = value_of(header, "descr", '\'');
  tensor.type = parse_type(code.size() > 2 ? code.substr(1, code.size() - 2) : code);
  tensor.shape = parse_shape(value_of(header, "shape", ')'));
  if (value_of(header, "fortran_order", 'e') != "False" && tensor.shape.size() > 1)
    throw Failure("is in Fortran order; save numpy.ascontiguousarray(...)");
  uint64_t bytes = shape_bytes(tensor.shape, tensor.type), there = file.size() - begin - length;
  if (bytes != there)
    throw Failure("holds " + std::to_string(there) + " bytes of data, its shape " + shape_text(tensor.shape) +
                  " needs " + std::to_string(bytes));
  tensor.data.assign(file.begin() + begin + length, file.end());
  return tensor;
}

std::vector<uint8_t> cnnc::format_npy(const Tensor &tensor) {
  std::string header = "{'descr': '";
  for (const auto &entry : codes)
    if (entry.type == tensor.type)
      header += entry.code;
  header += "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : tensor.shape)
    header += std::to_string(extent) + ", ";
  header += "), }";
  // The data begin at a multiple of 64 bytes.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';

  std::string start = "\x93NUMPY\x01";
  start += {'\0', char(header.size()), char(header.size() >> 8)};
  start += header;
  std::vector<uint8_t> file(start.begin(), start.end());
  file.insert(file.end(), tensor.data.begin(), tensor.data.end());
  return file;
}
