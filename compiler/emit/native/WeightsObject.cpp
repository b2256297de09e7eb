// SPDX-License-Identifier: Apache-2.0
// The few structures of a relocatable ELF64 file, written in the order of the file.
#include "compiler/emit/native/WeightsObject.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace cnnc::emit;
using namespace llvm;

namespace {
constexpr uint64_t kPage = 4096;
enum Section : unsigned { Null, Weights, SymbolTable, Strings, NoteStack, SectionCount };

template <typename T>
void writeStruct(raw_ostream &out, const T &value) {
  out.write(reinterpret_cast<const char *>(&value), sizeof value);
}

/// A string table: offset 0 is the empty string.
struct StringTable {
  std::string bytes = std::string(1, '\0');
  uint32_t add(StringRef text) {
    uint32_t offset = bytes.size();
    bytes += text;
    bytes += '\0';
    return offset;
  }
};
} // namespace

/// `fileBytes` is the length of what `write` writes into the file.
static Error writeObject(raw_ostream &out, uint64_t bytes, uint64_t fileBytes, unsigned type, StringRef symbol,
                         Triple::ArchType arch, function_ref<Error()> write) {
  StringTable strings;
  ELF::Elf64_Sym symbols[2] = {};
  symbols[1].st_name = strings.add(symbol);
  symbols[1].setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbols[1].st_other = ELF::STV_HIDDEN;
  symbols[1].st_shndx = Weights;
  symbols[1].st_size = bytes;

  uint64_t symbolsAt = alignTo(kPage + fileBytes, 8);
  uint64_t stringsAt = symbolsAt + sizeof symbols;
  ELF::Elf64_Shdr sections[SectionCount] = {};
  auto describe = [&](Section index, StringRef name, unsigned type, uint64_t offset, uint64_t size, uint64_t align) {
    sections[index].sh_name = strings.add(name);
    sections[index].sh_type = type;
    sections[index].sh_offset = offset;
    sections[index].sh_size = size;
    sections[index].sh_addralign = align;
  };
  describe(Weights, kWeightsSection, type, kPage, bytes, kPage);
  sections[Weights].sh_flags = ELF::SHF_ALLOC;
  describe(SymbolTable, ".symtab", ELF::SHT_SYMTAB, symbolsAt, sizeof symbols, 8);
  sections[SymbolTable].sh_link = Strings;
  sections[SymbolTable].sh_info = 1; // the first global symbol
  sections[SymbolTable].sh_entsize = sizeof symbols[0];
  describe(NoteStack, ".note.GNU-stack", ELF::SHT_PROGBITS, stringsAt, 0, 1);
  describe(Strings, ".strtab", ELF::SHT_STRTAB, stringsAt, 0, 1);
  sections[Strings].sh_size = strings.bytes.size();
  uint64_t sectionsAt = alignTo(stringsAt + strings.bytes.size(), 8);

  ELF::Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELF::ElfMagic, 4);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = arch == Triple::aarch64 ? ELF::EM_AARCH64 : ELF::EM_X86_64;
  header.e_version = ELF::EV_CURRENT;
  header.e_shoff = sectionsAt;
  header.e_ehsize = sizeof header;
  header.e_shentsize = sizeof sections[0];
  header.e_shnum = SectionCount;
  header.e_shstrndx = Strings;

  uint64_t start = out.tell();
  writeStruct(out, header);
  out.write_zeros(kPage - sizeof header);
  if (Error error = write())
    return error;
  if (out.tell() - start != kPage + fileBytes)
    return createStringError("the weight section holds " + Twine(out.tell() - start - kPage) + " bytes instead of " +
                             Twine(fileBytes));
  out.write_zeros(symbolsAt - (kPage + fileBytes));
  writeStruct(out, symbols);
  out << strings.bytes;
  out.write_zeros(sectionsAt - (stringsAt + strings.bytes.size()));
  writeStruct(out, sections);
  return Error::success();
}

Error cnnc::emit::writeWeightsObject(raw_ostream &out, const WeightSection &weights, StringRef symbol,
                                     Triple::ArchType arch) {
  return writeObject(out, weights.bytes, weights.bytes, ELF::SHT_PROGBITS, symbol, arch,
                     [&] { return weights.write(out); });
}

Error cnnc::emit::reserveWeights(raw_ostream &out, uint64_t bytes, StringRef symbol, Triple::ArchType arch) {
  return writeObject(out, bytes, 0, ELF::SHT_NOBITS, symbol, arch, [] { return Error::success(); });
}
