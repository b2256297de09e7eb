// SPDX-License-Identifier: Apache-2.0
// Tells formats apart by how files begin, and puts elements into order.
#include "frontends/weights/WeightFile.h"

#include "frontends/onnx/TensorData.h"
#include "frontends/weights/Readers.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

/// The elements one after another.
static std::string gather(const Weight &weight) {
  ArrayRef<int64_t> shape = weight.type.getShape();
  size_t width = divideCeil(weight.type.getElementTypeBitWidth(), 8);
  std::string packed;
  packed.reserve(weight.type.getNumElements() * width);
  SmallVector<int64_t> index(shape.size());
  for (int64_t left = weight.type.getNumElements(), at = 0; left; --left) {
    packed += weight.bytes.substr(at * width, width);
    for (size_t d = shape.size(); d--;) {
      at += weight.strides[d];
      if (++index[d] != shape[d])
        break;
      at -= weight.strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return packed;
}

mlir::ElementsAttr Weight::elements() const {
  if (strides.empty())
    return onnx::elementsOver(type, bytes, owner, name);
  auto packed = std::make_shared<std::string>(gather(*this));
  return onnx::elementsOver(type, *packed, packed, name);
}

WeightFile::WeightFile(StringRef path, std::vector<Weight> weights) : path(path.str()), all(std::move(weights)) {
  for (auto [i, weight] : enumerate(all))
    byName.try_emplace(weight.name, i);
}

const Weight *WeightFile::find(StringRef name) const {
  auto found = byName.find(name);
  return found == byName.end() ? nullptr : &all[found->second];
}

std::string cnnc::weights::printable(std::string text) {
  auto isControl = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  std::replace_if(text.begin(), text.end(), isControl, '?');
  return text;
}

static Weights readFile(mlir::MLIRContext &context, StringRef path, const Bytes &file) {
  constexpr StringLiteral pickle("\x80"), zip("PK\x03\x04"), numpy("\x93NUMPY");
  StringRef bytes = file->getBuffer();
  if (path.ends_with(".onnx"))
    return readOnnx(context, path);
  if (path.ends_with(".safetensors"))
    return readSafetensors(context, file);
  if (bytes.starts_with(zip))
    return readArchive(context, path, file);
  if (bytes.starts_with(numpy))
    return readNpy(context, bytes, file, sys::path::stem(path));
  if (bytes.starts_with(pickle))
    return readLegacyCheckpoint(context, file);
  return createStringError("neither safetensors, NumPy's .npz or .npy, a checkpoint of PyTorch, nor ONNX");
}

Expected<WeightFile> WeightFile::open(mlir::MLIRContext &context, StringRef path) {
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError("cannot read '" + path + "': " + file.getError().message());
  Weights weights = readFile(context, path, std::move(*file));
  if (!weights)
    return createStringError("cannot read the weights in '" + path + "': " + printable(toString(weights.takeError())));
  return WeightFile(path, std::move(*weights));
}
