// SPDX-License-Identifier: Apache-2.0
// The reserved section is a segment of its own without bytes in the file; here it gets them.
#include "compiler/emit/native/AttachWeights.h"

#include "compiler/emit/native/WeightsObject.h"
#include "llvm/Object/ELF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace cnnc::emit;
using namespace llvm;
using object::ELF64LE;

namespace {
/// The headers to change, and where in the file they are.
struct Headers {
  ELF64LE::Shdr section;
  ELF64LE::Phdr segment;
  uint64_t sectionAt, segmentAt, fileSize;
};
} // namespace

static Expected<Headers> findHeaders(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(), "cannot read what was linked: " + buffer.getError().message());
  auto file = object::ELFFile<ELF64LE>::create((*buffer)->getBuffer());
  if (!file)
    return file.takeError();
  auto sections = file->sections();
  auto segments = file->program_headers();
  if (!sections || !segments)
    return joinErrors(sections.takeError(), segments.takeError());
  auto offsetOf = [&](const void *header) { return static_cast<const char *>(header) - (*buffer)->getBufferStart(); };
  for (const ELF64LE::Shdr &section : *sections) {
    Expected<StringRef> name = file->getSectionName(section);
    if (!name)
      return name.takeError();
    if (*name != kWeightsSection)
      continue;
    for (const ELF64LE::Phdr &segment : *segments)
      if (segment.p_type == ELF::PT_LOAD && segment.p_vaddr == section.sh_addr && segment.p_filesz == 0)
        return Headers{section, segment, uint64_t(offsetOf(&section)), uint64_t(offsetOf(&segment)),
                       (*buffer)->getBufferSize()};
  }
  return createStringError("the linker gave the weights no segment of their own");
}

Error cnnc::emit::attachWeights(StringRef path, const WeightSection &weights) {
  Expected<Headers> headers = findHeaders(path);
  if (!headers)
    return headers.takeError();
  int descriptor;
  if (std::error_code error = sys::fs::openFileForWrite(path, descriptor, sys::fs::CD_OpenExisting))
    return createStringError(error, error.message());
  raw_fd_ostream out(descriptor, /*shouldClose=*/true);
  out.SetBufferSize(size_t(1) << 18);

  // The loader maps pages: an offset has the address's place within them.
  uint64_t page = headers->segment.p_align, address = headers->segment.p_vaddr;
  uint64_t offset = headers->fileSize + (address - headers->fileSize) % page;
  out.seek(headers->fileSize);
  out.write_zeros(offset - headers->fileSize);
  if (Error error = weights.write(out))
    return error;
  bool complete = out.tell() == offset + weights.bytes;

  headers->section.sh_type = ELF::SHT_PROGBITS;
  headers->section.sh_offset = offset;
  headers->segment.p_offset = offset;
  headers->segment.p_filesz = weights.bytes;
  out.pwrite(reinterpret_cast<const char *>(&headers->section), sizeof headers->section, headers->sectionAt);
  out.pwrite(reinterpret_cast<const char *>(&headers->segment), sizeof headers->segment, headers->segmentAt);
  out.flush();
  if (std::error_code error = out.error()) {
    out.clear_error();
    return createStringError(error, error.message());
  }
  return complete ? Error::success() : createStringError("the weight section is not as long as was said");
}
