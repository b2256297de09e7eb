// SPDX-License-Identifier: Apache-2.0
// What an ONNX file says, in plain structures: the rest of the importer sees no protobuf.
#pragma once

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cnnc::onnx {

/// Where a tensor's bytes lie in another file.
struct ExternalData {
  std::string location;
  std::string offset, length; ///< As written; empty if absent.
};

/// A tensor: `bytes` are its elements in order, little endian, and live as long as `owner`.
struct Tensor {
  std::string name;
  int32_t type = 0; ///< TensorProto.DataType
  std::vector<int64_t> dims;
  llvm::StringRef bytes;
  std::shared_ptr<const void> owner;
  std::optional<ExternalData> external;
};

struct Graph;

/// What an attribute holds; monostate stands for kinds that no supported operator has.
using AttributeValue = std::variant<std::monostate, int64_t, double, std::string, std::vector<int64_t>,
                                    std::vector<double>, std::vector<std::string>, Tensor, std::shared_ptr<Graph>>;

struct Node {
  std::string name, type, domain;
  std::vector<std::string> inputs, outputs;
  std::vector<std::pair<std::string, AttributeValue>> attributes;
};

/// A dimension: a number, or unknown (then `symbol` may name it).
struct Dimension {
  std::optional<int64_t> value;
  std::string symbol;
};

/// An input or output of a graph.
struct ValueInfo {
  std::string name;
  std::string kind = "tensor"; ///< "sequence", "optional", "map", … where it is no tensor.
  int32_t type = 0;
  std::optional<std::vector<Dimension>> shape;
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Tensor> initializers;
  std::vector<std::string> sparseInitializers;
  std::vector<ValueInfo> inputs, outputs;
};

struct Model {
  Graph graph;
  std::map<std::string, int64_t> opsets; ///< By domain; ONNX's own is "".
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> functions; ///< Domain and name.
};

/// Reads a model. Raw tensor data stays in the mapped file.
llvm::Expected<Model> readModel(llvm::StringRef path);
/// Reads a file that holds one tensor.
llvm::Expected<Tensor> readTensor(llvm::StringRef path);

/// A one-line error without an error code.
llvm::Error makeError(const llvm::Twine &message);

} // namespace cnnc::onnx
