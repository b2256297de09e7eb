// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy: a header that is a dictionary in Python's notation, and the bytes of one array.
#include "frontends/onnx/TensorData.h"
#include "frontends/weights/Readers.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"

using namespace cnnc;
using namespace cnnc::weights;
using namespace llvm;

namespace {
/// What the header says.
struct Header {
  StringRef descr, shape;
  bool isFortran = false;
};

mlir::Type typeOf(mlir::Builder builder, StringRef descr) {
  auto integer = [&](unsigned width, bool isSigned) { return builder.getIntegerType(width, isSigned); };
  return StringSwitch<mlir::Type>(descr)
      .Case("<f8", builder.getF64Type())
      .Case("<f4", builder.getF32Type())
      .Case("<f2", builder.getF16Type())
      .Case("<i8", integer(64, true))
      .Case("<i4", integer(32, true))
      .Case("<i2", integer(16, true))
      .Case("|i1", integer(8, true))
      .Case("<u8", integer(64, false))
      .Case("<u4", integer(32, false))
      .Case("<u2", integer(16, false))
      .Case("|u1", integer(8, false))
      .Case("|b1", builder.getI1Type())
      .Default(nullptr);
}

/// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
bool parse(StringRef text, Header &header) {
  text = text.trim();
  if (!text.consume_front("{") || !text.consume_back("}"))
    return false;
  for (text = text.trim(" ,"); !text.empty(); text = text.ltrim(" ,")) {
    auto [key, rest] = text.split(':');
    key = key.trim();
    rest = rest.ltrim();
    if (key == "'descr'" && rest.consume_front("'")) {
      std::tie(header.descr, text) = rest.split('\'');
    } else if (key == "'descr'") { // of a record
      header.descr = rest.substr(0, rest.find(']') + 1);
      text = rest.substr(header.descr.size());
      if (header.descr.empty())
        return false;
    } else if (key == "'fortran_order'") {
      header.isFortran = rest.starts_with("True");
      if (!rest.consume_front("True") && !rest.consume_front("False"))
        return false;
      text = rest;
    } else if (key == "'shape'" && rest.consume_front("(")) {
      std::tie(header.shape, text) = rest.split(')');
    } else {
      return false;
    }
  }
  return !header.descr.empty();
}

bool parseShape(StringRef text, SmallVectorImpl<int64_t> &shape) {
  for (text = text.trim(" ,"); !text.empty(); text = text.ltrim(" ,"))
    if (text.consumeInteger(10, shape.emplace_back()))
      return false;
  return true;
}
} // namespace

Weights cnnc::weights::readNpy(mlir::MLIRContext &context, StringRef bytes, std::shared_ptr<const void> owner,
                               StringRef name) {
  auto wrong = [&](const Twine &why) { return createStringError("the array '" + name + "' " + why); };
  if (!bytes.consume_front("\x93NUMPY") || bytes.size() < 6)
    return wrong("has no header");
  bool isLong = bytes[0] != 1;
  size_t size = isLong ? support::endian::read32le(bytes.data() + 2) : support::endian::read16le(bytes.data() + 2);
  bytes = bytes.drop_front(isLong ? 6 : 4);
  Header header;
  SmallVector<int64_t> shape;
  if (size > bytes.size() || !parse(bytes.substr(0, size), header) || !parseShape(header.shape, shape))
    return wrong("has a header that is cut off or wrong");
  bytes = bytes.drop_front(size);
  mlir::Type element = typeOf(mlir::Builder(&context), header.descr);
  if (!element)
    return wrong("has elements of type " + header.descr + ", which are not supported");
  Expected<mlir::RankedTensorType> type = onnx::tensorType(shape, element);
  if (!type)
    return wrong("is wrong: " + toString(type.takeError()));
  uint64_t need = type->getNumElements() * divideCeil(type->getElementTypeBitWidth(), 8);
  if (bytes.size() < need)
    return wrong("holds " + Twine(bytes.size()) + " bytes where its shape and type need " + Twine(need));
  Weight weight{name.str(), *type, bytes.substr(0, need), {}, std::move(owner)};
  if (header.isFortran && shape.size() > 1) {
    int64_t stride = 1;
    for (int64_t extent : shape) {
      weight.strides.push_back(stride);
      stride *= extent;
    }
  }
  return std::vector{std::move(weight)};
}
