// SPDX-License-Identifier: Apache-2.0
// lld runs in this process, so that a user needs no linker; it reads and writes files, which live beside the output.
#include "compiler/emit/native/Link.h"

#include "compiler/emit/OutputFile.h"
#include "compiler/emit/native/AttachWeights.h"
#include "compiler/emit/native/WeightsObject.h"
#include "lld/Common/Driver.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/Path.h"

using namespace cnnc::emit;
using namespace llvm;

LLD_HAS_DRIVER(elf)

/// Beyond it code could not reach its own constants past the weights.
static constexpr uint64_t kMaxWeights = uint64_t(2047) << 20;

static Error writeArchiveOf(OutputFile &output, const MemoryBuffer &code, StringRef weightsPath) {
  std::vector<NewArchiveMember> members;
  members.emplace_back(MemoryBufferRef(code.getBuffer(), "code.o"));
  if (!weightsPath.empty()) {
    Expected<NewArchiveMember> weights = NewArchiveMember::getFile(weightsPath, /*Deterministic=*/true);
    if (!weights)
      return weights.takeError();
    weights->MemberName = "weights.o";
    members.push_back(std::move(*weights));
  }
  return writeArchiveToStream(output.stream(), members, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                              /*Deterministic=*/true, /*Thin=*/false);
}

static Error runLld(ArrayRef<const char *> arguments, const std::string &temporary, StringRef output) {
  std::string messages;
  raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(arguments, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return Error::success();
  for (size_t at; (at = messages.find(temporary)) != std::string::npos;)
    messages.erase(at + output.size(), temporary.size() - output.size());
  StringRef reason = StringRef(messages).split('\n').first;
  reason.consume_front("ld.lld: error: ");
  return createStringError("cannot link '" + output + "': " + reason);
}

Error cnnc::emit::link(const MemoryBuffer &code, const WeightSection &weights, StringRef weightsSymbol,
                       const MachineTarget &target, const NativeOptions &options) {
  if (weights.bytes > kMaxWeights)
    return createStringError("cannot write '" + options.output + "': its weights take " + Twine(weights.bytes >> 20) +
                             " MB, and a library holds at most " + Twine(kMaxWeights >> 20) + " MB");
  Expected<OutputFile> output = OutputFile::create(options.output);
  if (!output)
    return output.takeError();

  bool isLibrary = options.kind == NativeOptions::Kind::SharedLibrary;
  std::optional<OutputFile> weightsFile;
  if (weights.bytes) {
    Expected<OutputFile> file = OutputFile::create(options.output, ".weights");
    if (!file)
      return file.takeError();
    weightsFile.emplace(std::move(*file));
    Triple::ArchType arch = Triple(target.triple).getArch();
    if (Error error = isLibrary ? reserveWeights(weightsFile->stream(), weights.bytes, weightsSymbol, arch)
                                : writeWeightsObject(weightsFile->stream(), weights, weightsSymbol, arch))
      return error;
    if (Error error = weightsFile->flush())
      return error;
  }

  if (options.kind == NativeOptions::Kind::Archive) {
    if (Error error = writeArchiveOf(*output, code, weightsFile ? weightsFile->temporaryPath() : ""))
      return error;
    return output->keep();
  }

  Expected<OutputFile> codeFile = OutputFile::create(options.output, ".code");
  if (!codeFile)
    return codeFile.takeError();
  codeFile->stream() << code.getBuffer();
  if (Error error = codeFile->flush())
    return error;

  Expected<OutputFile> script = OutputFile::create(options.output, ".script");
  if (!script)
    return script.takeError();
  script->stream() << kWeightsLast;
  if (Error error = script->flush())
    return error;

  std::string soname = ("-soname=" + sys::path::filename(options.output)).str();
  // A mapped output would die of a full disk. LLVM 22 reads the option the wrong way round: this one says not to map.
  std::vector<const char *> arguments = {"ld.lld", "--mmap-output-file", "-o", output->temporaryPath().c_str(),
                                         codeFile->temporaryPath().c_str()};
  if (weightsFile)
    arguments.push_back(weightsFile->temporaryPath().c_str());
  if (isLibrary)
    arguments.insert(arguments.end(), {"-shared", "--hash-style=gnu", "--build-id=none", "-znoexecstack", "-zrelro", "-znow",
                                       soname.c_str(), script->temporaryPath().c_str()});
  else
    arguments.push_back("-r");
  if (Error error = runLld(arguments, output->temporaryPath(), options.output))
    return error;
  if (isLibrary && weights.bytes)
    if (Error error = attachWeights(output->temporaryPath(), weights))
      return createStringError("cannot write '" + options.output + "': " + toString(std::move(error)));
  return output->keep();
}
