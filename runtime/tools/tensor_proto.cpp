// SPDX-License-Identifier: Apache-2.0
// Walks protobuf's wire format; every step is checked against the end.
#include "tensor_proto.h"

#include <cstring>

using namespace cnnc;

namespace {
/// Fields of TensorProto (onnx.proto).
enum Field : uint32_t {
  Dims = 1,
  DataType = 2,
  Segment = 3,
  FloatData = 4,
  Int32Data = 5,
  StringData = 6,
  Int64Data = 7,
  RawData = 9,
  DoubleData = 10,
  Uint64Data = 11,
  ExternalData = 13,
};

enum WireType : uint32_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

class Wire {
public:
  Wire(const uint8_t *begin, size_t size) : at(begin), end(begin + size) {}
  bool done() const { return at == end; }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      uint8_t byte = *take(1);
      value |= uint64_t(byte & 127) << shift;
      if (byte < 128)
        return value;
    }
    throw Failure("no ONNX tensor: a number of more than 64 bits");
  }

  const uint8_t *take(uint64_t size) {
    if (size > uint64_t(end - at))
      throw Failure("no ONNX tensor, or a truncated one");
    const uint8_t *taken = at;
    at += size;
    return taken;
  }

  Wire bytes() {
    uint64_t size = varint();
    return Wire(take(size), size);
  }
  uint64_t size() const { return end - at; }

private:
  const uint8_t *at, *end;
};

class Reader {
public:
  Tensor read(Wire wire) {
    while (!wire.done())
      field(wire);
    if (external)
      throw Failure("keeps its data in another file");
    size_t width = type_bytes(tensor.type);
    if (!typed || !width)
      throw Failure(typed ? "holds a tensor of type " + std::to_string(tensor.type) + ", which is no number"
                          : "no ONNX tensor: it has no type");
    uint64_t bytes = shape_bytes(tensor.shape, tensor.type);
    if (tensor.data.size() != bytes)
      throw Failure("holds " + std::to_string(tensor.data.size()) + " bytes of data, its shape " +
                    shape_text(tensor.shape) + " needs " + std::to_string(bytes));
    return std::move(tensor);
  }

private:
  void field(Wire &wire) {
    uint64_t key = wire.varint();
    uint32_t type = key & 7;
    if (key >> 3 == 0 || key >> 32)
      throw Failure("no ONNX tensor: a field without a number");
    if (type == Bytes) {
      Wire content = wire.bytes();
      if (key >> 3 == RawData)
        append(content);
      else if (key >> 3 == ExternalData)
        external = true;
      else if (key >> 3 == StringData || key >> 3 == Segment)
        throw Failure("holds strings or a part of a tensor");
      else
        while (is_numbers(key >> 3) && !content.done())
          number(key >> 3, key >> 3 == FloatData ? Fixed32 : key >> 3 == DoubleData ? Fixed64 : Varint, content);
    } else {
      number(key >> 3, type, wire);
    }
  }

  static bool is_numbers(uint64_t field) {
    return field == Dims || field == FloatData || field == Int32Data || field == Int64Data || field == DoubleData ||
           field == Uint64Data;
  }

  void number(uint64_t field, uint32_t type, Wire &wire) {
    if (type == Fixed32 || type == Fixed64) {
      size_t size = type == Fixed32 ? 4 : 8;
      const uint8_t *value = wire.take(size);
      if (field == (type == Fixed32 ? FloatData : DoubleData))
        tensor.data.insert(tensor.data.end(), value, value + size);
      return;
    }
    if (type != Varint)
      throw Failure("no ONNX tensor: a field of an unknown kind");
    uint64_t value = wire.varint();
    if (field == Dims)
      tensor.shape.push_back(int64_t(value));
    else if (field == DataType) {
      typed = true;
      tensor.type = int32_t(value);
    } else if (field == Int32Data || field == Int64Data || field == Uint64Data)
      append(value);
  }

  /// Integers, and halves as their bits: the low bytes. onnx.proto puts the type before the data.
  void append(uint64_t value) {
    if (!typed)
      throw Failure("no ONNX tensor: its data stand before its type");
    uint8_t bytes[8];
    memcpy(bytes, &value, 8);
    tensor.data.insert(tensor.data.end(), bytes, bytes + type_bytes(tensor.type));
  }
  void append(Wire content) {
    uint64_t size = content.size();
    const uint8_t *bytes = content.take(size);
    tensor.data.insert(tensor.data.end(), bytes, bytes + size);
  }

  Tensor tensor;
  bool typed = false, external = false;
};
} // namespace

Tensor cnnc::parse_tensor_proto(const std::vector<uint8_t> &file) {
  return Reader().read(Wire(file.data(), file.size()));
}
