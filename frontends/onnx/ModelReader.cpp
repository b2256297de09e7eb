// SPDX-License-Identifier: Apache-2.0
// Reads ONNX files by ONNX's own classes, after the tensor data has been cut out. The one file that
// knows protobuf.
#include "frontends/onnx/Model.h"
#include "frontends/onnx/WireReader.h"

#include "llvm/ADT/Twine.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>
#include <onnx/onnx_pb.h>

using namespace llvm;
namespace proto = ::onnx;

namespace cnnc::onnx {
namespace {

using File = std::shared_ptr<MemoryBuffer>;

template <typename Message>
Expected<File> parse(StringRef path, cnnc::onnx::Message root, Message &message) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError("cannot read: " + buffer.getError().message());
  File file = std::move(*buffer);
  if (file->getBufferSize() == 0)
    return makeError("the file is empty");
  Expected<std::string> skeleton = cutRawData(file->getBuffer(), root);
  if (!skeleton)
    return skeleton.takeError();
  if (skeleton->size() > size_t(INT32_MAX))
    return makeError("the graph itself, without tensor data, is larger than 2 GB");
  if (!message.ParseFromArray(skeleton->data(), int(skeleton->size())))
    return makeError("not a valid ONNX file: a field has the wrong type, or a text is not UTF-8");
  return file;
}

/// Elements of a typed field, as `Stored` elements in a row.
template <typename Stored, typename Field>
void keepTyped(Tensor &tensor, const Field &values) {
  auto bytes = std::make_shared<std::vector<Stored>>();
  bytes->reserve(values.size());
  for (auto value : values)
    bytes->push_back(static_cast<Stored>(value));
  tensor.bytes = StringRef(reinterpret_cast<const char *>(bytes->data()), bytes->size() * sizeof(Stored));
  tensor.owner = bytes;
}

/// The typed field that ONNX defines for the tensor's type.
void readTypedData(Tensor &tensor, const proto::TensorProto &from) {
  switch (tensor.type) {
  case proto::TensorProto::FLOAT:
    return keepTyped<float>(tensor, from.float_data());
  case proto::TensorProto::DOUBLE:
    return keepTyped<double>(tensor, from.double_data());
  case proto::TensorProto::INT64:
    return keepTyped<int64_t>(tensor, from.int64_data());
  case proto::TensorProto::UINT64:
    return keepTyped<uint64_t>(tensor, from.uint64_data());
  case proto::TensorProto::UINT32:
    return keepTyped<uint32_t>(tensor, from.uint64_data());
  case proto::TensorProto::INT32:
    return keepTyped<int32_t>(tensor, from.int32_data());
  case proto::TensorProto::INT16:
  case proto::TensorProto::UINT16:
  case proto::TensorProto::FLOAT16:
  case proto::TensorProto::BFLOAT16:
    return keepTyped<uint16_t>(tensor, from.int32_data());
  case proto::TensorProto::INT8:
  case proto::TensorProto::UINT8:
  case proto::TensorProto::BOOL:
    return keepTyped<uint8_t>(tensor, from.int32_data());
  default:
    return; // No such type of element is supported; whoever uses the tensor says so.
  }
}

Tensor readTensorProto(const proto::TensorProto &from, const File &file) {
  Tensor tensor;
  tensor.name = from.name();
  tensor.type = from.data_type();
  tensor.dims.assign(from.dims().begin(), from.dims().end());
  if (from.data_location() == proto::TensorProto::EXTERNAL) {
    ExternalData &external = tensor.external.emplace();
    for (const auto &entry : from.external_data())
      if (entry.key() == "location")
        external.location = entry.value();
      else if (entry.key() == "offset")
        external.offset = entry.value();
      else if (entry.key() == "length")
        external.length = entry.value();
  } else if (from.has_raw_data()) {
    RawData raw;
    assert(from.raw_data().size() == sizeof raw && "the walker cuts every tensor that is read");
    std::memcpy(&raw, from.raw_data().data(), sizeof raw);
    tensor.bytes = file->getBuffer().substr(raw.offset, raw.size);
    tensor.owner = file;
  } else {
    readTypedData(tensor, from);
  }
  return tensor;
}

Graph readGraph(const proto::GraphProto &from, const File &file);

/// Files of the first days carry no type; their attributes have one field set.
proto::AttributeProto::AttributeType typeOf(const proto::AttributeProto &from) {
  using Attribute = proto::AttributeProto;
  if (from.type() != Attribute::UNDEFINED)
    return from.type();
  return from.has_f()          ? Attribute::FLOAT
         : from.has_i()        ? Attribute::INT
         : from.has_s()        ? Attribute::STRING
         : from.has_t()        ? Attribute::TENSOR
         : from.floats_size()  ? Attribute::FLOATS
         : from.ints_size()    ? Attribute::INTS
         : from.strings_size() ? Attribute::STRINGS
                               : Attribute::UNDEFINED;
}

AttributeValue readAttribute(const proto::AttributeProto &from, const File &file) {
  if (!from.ref_attr_name().empty())
    return std::monostate();
  switch (typeOf(from)) {
  case proto::AttributeProto::FLOAT:
    return double(from.f());
  case proto::AttributeProto::INT:
    return int64_t(from.i());
  case proto::AttributeProto::STRING:
    return from.s();
  case proto::AttributeProto::FLOATS:
    return std::vector<double>(from.floats().begin(), from.floats().end());
  case proto::AttributeProto::INTS:
    return std::vector<int64_t>(from.ints().begin(), from.ints().end());
  case proto::AttributeProto::STRINGS:
    return std::vector<std::string>(from.strings().begin(), from.strings().end());
  case proto::AttributeProto::TENSOR:
    return readTensorProto(from.t(), file);
  case proto::AttributeProto::GRAPH:
    return std::make_shared<Graph>(readGraph(from.g(), file));
  default:
    return std::monostate();
  }
}

ValueInfo readValueInfo(const proto::ValueInfoProto &from) {
  ValueInfo info;
  info.name = from.name();
  const proto::TypeProto &type = from.type();
  switch (type.value_case()) {
  case proto::TypeProto::kTensorType:
    break;
  case proto::TypeProto::kSequenceType:
    info.kind = "sequence";
    return info;
  case proto::TypeProto::kOptionalType:
    info.kind = "optional";
    return info;
  case proto::TypeProto::kMapType:
    info.kind = "map";
    return info;
  case proto::TypeProto::kSparseTensorType:
    info.kind = "sparse tensor";
    return info;
  default:
    info.kind = "value of unknown type";
    return info;
  }
  info.type = type.tensor_type().elem_type();
  if (type.tensor_type().has_shape()) {
    info.shape.emplace();
    for (const auto &dim : type.tensor_type().shape().dim())
      info.shape->push_back(
          {dim.has_dim_value() ? std::optional<int64_t>(dim.dim_value()) : std::nullopt, dim.dim_param()});
  }
  return info;
}

Graph readGraph(const proto::GraphProto &from, const File &file) {
  Graph graph;
  graph.name = from.name();
  for (const auto &node : from.node()) {
    Node &to = graph.nodes.emplace_back();
    to.name = node.name();
    to.type = node.op_type();
    to.domain = node.domain() == "ai.onnx" ? "" : node.domain();
    to.inputs.assign(node.input().begin(), node.input().end());
    to.outputs.assign(node.output().begin(), node.output().end());
    for (const auto &attribute : node.attribute())
      to.attributes.emplace_back(attribute.name(), readAttribute(attribute, file));
  }
  for (const auto &tensor : from.initializer())
    graph.initializers.push_back(readTensorProto(tensor, file));
  for (const auto &tensor : from.sparse_initializer())
    graph.sparseInitializers.push_back(tensor.values().name());
  for (const auto &input : from.input())
    graph.inputs.push_back(readValueInfo(input));
  for (const auto &output : from.output())
    graph.outputs.push_back(readValueInfo(output));
  return graph;
}

} // namespace

Expected<Model> readModel(StringRef path) {
  proto::ModelProto from;
  Expected<File> file = parse(path, Message::Model, from);
  if (!file)
    return file.takeError();
  if (!from.has_graph())
    return makeError("not a valid ONNX file: it holds no graph");
  Model model;
  model.graph = readGraph(from.graph(), *file);
  for (const auto &opset : from.opset_import())
    model.opsets[opset.domain() == "ai.onnx" ? "" : opset.domain()] = opset.version();
  for (const auto &entry : from.metadata_props())
    model.metadata[entry.key()] = entry.value();
  for (const auto &function : from.functions())
    model.functions.emplace_back(function.domain(), function.name());
  return model;
}

Expected<Tensor> readTensor(StringRef path) {
  proto::TensorProto from;
  Expected<File> file = parse(path, Message::Tensor, from);
  if (!file)
    return file.takeError();
  return readTensorProto(from, *file);
}

} // namespace cnnc::onnx
