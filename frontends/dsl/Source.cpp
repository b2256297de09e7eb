// SPDX-License-Identifier: Apache-2.0
// Reads files, and counts lines and columns.
#include "frontends/dsl/Source.h"

#include "llvm/Support/MemoryBuffer.h"

#include <algorithm>

using namespace llvm;

namespace cnnc::dsl {

/// A longer text was not written by hand, and offsets have 32 bits.
static constexpr uint64_t kMostBytes = 4 << 20;

Source::Source(std::string path, std::string given) : path(std::move(path)), text(std::move(given)), starts{0} {
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n')
      starts.push_back(i + 1);
}

Expected<std::shared_ptr<const Source>> Source::read(StringRef path) {
  auto buffer = MemoryBuffer::getFileOrSTDIN(path, /*IsText=*/true);
  if (!buffer)
    return createStringError("cannot read: " + buffer.getError().message());
  if ((*buffer)->getBufferSize() > kMostBytes)
    return createStringError("is longer than " + Twine(kMostBytes >> 20) + " MB");
  return std::make_shared<const Source>(path.str(), (*buffer)->getBuffer().str());
}

unsigned Source::line(uint32_t offset) const { return llvm::upper_bound(starts, offset) - starts.begin(); }

Position Source::position(uint32_t offset) const {
  unsigned line = this->line(offset);
  StringRef before = StringRef(text).slice(starts[line - 1], offset);
  auto isBegin = [](char c) { return (c & 0xc0) != 0x80; };
  return {line, static_cast<unsigned>(llvm::count_if(before, isBegin)) + 1};
}

StringRef Source::lineText(unsigned line) const {
  StringRef rest = StringRef(text).drop_front(starts[line - 1]);
  return rest.take_until([](char c) { return c == '\n' || c == '\r'; });
}

std::string Place::text() const {
  if (!source)
    return "";
  Position position = source->position(offset);
  return source->path + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

} // namespace cnnc::dsl
