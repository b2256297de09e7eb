// SPDX-License-Identifier: Apache-2.0
// Walks protobuf's wire format, so that tensor data is never copied nor parsed.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace cnnc::onnx {

/// The messages of an ONNX file that hold tensors, somewhere below.
enum class Message { Model, Graph, Node, Attribute, Sparse, Function, Tensor };

/// Where a tensor's raw data lies in the file.
struct RawData {
  uint64_t offset, size;
};

/// A copy of the message in `wire` in which the content of every `raw_data` is a RawData (as
/// bytes). Each step is checked against the end of its message; malformed input is an error that
/// tells the offset.
llvm::Expected<std::string> cutRawData(llvm::StringRef wire, Message root);

} // namespace cnnc::onnx
