// SPDX-License-Identifier: Apache-2.0
// Walks protobuf's wire format, so that tensor data is never copied nor parsed.
#include "frontends/onnx/WireReader.h"
#include "frontends/onnx/Model.h"

#include "llvm/ADT/Twine.h"

#include <cstring>
#include <optional>

using namespace llvm;

namespace cnnc::onnx {
namespace {

/// Graphs nest in attributes (If, Loop): deeper than this is an attack on the stack.
constexpr unsigned maxDepth = 64;
/// Lengths in the skeleton are written in five bytes, patched when the message is complete.
constexpr unsigned lengthBytes = 5;

/// The message in a field of another, if tensors may lie in it.
std::optional<Message> nested(Message message, uint64_t field) {
  switch (message) {
  case Message::Model:
    return field == 7 ? std::optional(Message::Graph) : field == 25 ? std::optional(Message::Function) : std::nullopt;
  case Message::Graph:
    return field == 1    ? std::optional(Message::Node)
           : field == 5  ? std::optional(Message::Tensor)
           : field == 15 ? std::optional(Message::Sparse)
                         : std::nullopt;
  case Message::Node:
    return field == 5 ? std::optional(Message::Attribute) : std::nullopt;
  case Message::Attribute:
    return field == 5 || field == 10    ? std::optional(Message::Tensor)
           : field == 6 || field == 11  ? std::optional(Message::Graph)
           : field == 22 || field == 23 ? std::optional(Message::Sparse)
                                        : std::nullopt;
  case Message::Sparse:
    return field == 1 || field == 2 ? std::optional(Message::Tensor) : std::nullopt;
  case Message::Function:
    return field == 7 ? std::optional(Message::Node) : field == 11 ? std::optional(Message::Attribute) : std::nullopt;
  case Message::Tensor:
    return std::nullopt;
  }
  llvm_unreachable("all messages are covered");
}

class Walker {
public:
  explicit Walker(StringRef wire) : wire(wire) {}

  Error walk(Message message, uint64_t begin, uint64_t end, unsigned depth = 0) {
    if (depth > maxDepth)
      return malformed(begin, "messages nest too deeply");
    for (position = begin; position < end;) {
      uint64_t start = position, key, size = 0;
      if (Error error = readVarint(key, end))
        return error;
      uint64_t field = key >> 3;
      switch (key & 7) {
      case 0:
        if (Error error = readVarint(size, end))
          return error;
        break;
      case 1:
      case 5:
        size = (key & 7) == 1 ? 8 : 4;
        if (size > end - position)
          return malformed(start, "a number is cut off");
        position += size;
        break;
      case 2:
        if (Error error = readVarint(size, end))
          return error;
        if (size > end - position)
          return malformed(start, "a field of " + Twine(size) + " bytes is cut off");
        if (Error error = walkBytes(message, field, start, size, depth))
          return error;
        continue;
      default:
        return malformed(start, "this is not a protobuf field");
      }
      skeleton.append(wire.data() + start, position - start);
    }
    return Error::success();
  }

  std::string skeleton;

private:
  /// A length-delimited field: raw data to cut, a message to walk, or bytes to copy.
  Error walkBytes(Message message, uint64_t field, uint64_t start, uint64_t size, unsigned depth) {
    uint64_t content = position, end = position + size;
    position = end;
    if (message == Message::Tensor && field == 9) {
      RawData raw{content, size};
      appendKey(field << 3 | 2);
      skeleton.push_back(sizeof raw);
      skeleton.append(reinterpret_cast<const char *>(&raw), sizeof raw);
      return Error::success();
    }
    std::optional<Message> inner = nested(message, field);
    if (!inner) {
      skeleton.append(wire.data() + start, end - start);
      return Error::success();
    }
    appendKey(field << 3 | 2);
    size_t length = skeleton.size();
    skeleton.append(lengthBytes, '\0');
    if (Error error = walk(*inner, content, end, depth + 1))
      return error;
    patchLength(length);
    return Error::success();
  }

  void appendKey(uint64_t key) {
    for (; key >= 0x80; key >>= 7)
      skeleton.push_back(char(key | 0x80));
    skeleton.push_back(char(key));
  }

  void patchLength(size_t at) {
    uint64_t size = skeleton.size() - at - lengthBytes;
    for (unsigned i = 0; i < lengthBytes; ++i, size >>= 7)
      skeleton[at + i] = char((size & 0x7f) | (i + 1 < lengthBytes ? 0x80 : 0));
  }

  Error readVarint(uint64_t &value, uint64_t end) {
    uint64_t start = position;
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (position == end)
        return malformed(start, "a number is cut off");
      uint8_t byte = wire[position++];
      value |= uint64_t(byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return Error::success();
    }
    return malformed(start, "a number has too many bytes");
  }

  Error malformed(uint64_t offset, const Twine &why) {
    return makeError("not a valid ONNX file: at byte " + Twine(offset) + ", " + why);
  }

  StringRef wire;
  uint64_t position = 0;
};

} // namespace

Error makeError(const Twine &message) { return createStringError(inconvertibleErrorCode(), message); }

Expected<std::string> cutRawData(StringRef wire, Message root) {
  Walker walker(wire);
  if (Error error = walker.walk(root, 0, wire.size()))
    return std::move(error);
  return std::move(walker.skeleton);
}

} // namespace cnnc::onnx
