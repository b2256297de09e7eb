// SPDX-License-Identifier: Apache-2.0
// Writes all files under other names, and gives them theirs when all are whole.
#include "compiler/emit/cxx/Cxx.h"

#include "compiler/emit/OutputFile.h"
#include "compiler/emit/cxx/Project.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace cnnc::emit;
using llvm::Error;
using llvm::Expected;

namespace {
/// The folders that an output needs; without keep(), those that were made vanish again if they are
/// empty.
class Folders {
public:
  ~Folders() {
    for (const std::string &path : llvm::reverse(made))
      llvm::sys::fs::remove(path);
  }
  Error make(llvm::StringRef path) {
    std::error_code error = llvm::sys::fs::create_directory(path, /*IgnoreExisting=*/false);
    if (!error)
      made.push_back(path.str());
    else if (!llvm::sys::fs::is_directory(path))
      return llvm::createStringError("cannot make the folder '" + path + "': " + error.message());
    return Error::success();
  }
  void keep() { made.clear(); }

private:
  std::vector<std::string> made;
};
} // namespace

static Error writeFolder(llvm::StringRef folder, const std::vector<cxx::File> &texts, const WeightSection &weights) {
  Folders folders;
  for (llvm::StringRef path : {folder.str(), (folder + "/cnnc").str()})
    if (Error error = folders.make(path))
      return error;
  std::vector<OutputFile> files;
  auto write = [&](llvm::StringRef name, llvm::function_ref<Error(llvm::raw_ostream &)> print) -> Error {
    Expected<OutputFile> file = OutputFile::create((folder + "/" + name).str());
    if (!file)
      return file.takeError();
    if (Error error = print(file->stream()))
      return error;
    files.push_back(std::move(*file));
    return files.back().flush();
  };
  for (const cxx::File &text : texts)
    if (Error error = write(text.path, [&](llvm::raw_ostream &os) { return os << text.text, Error::success(); }))
      return error;
  if (weights.bytes)
    if (Error error = write("weights.bin", weights.write))
      return error;
  for (OutputFile &file : files)
    if (Error error = file.keep())
      return error;
  folders.keep();
  return Error::success();
}

Error cnnc::emit::emitCxx(mlir::ModuleOp loops, const MachineTarget &target, const WeightSection &weights,
                          const CxxOptions &options) {
  Expected<ModelTable> table = ModelTable::read(loops);
  if (!table)
    return table.takeError();
  if (uint64_t(table->weightBytes) != weights.bytes)
    return llvm::createStringError("the model states " + llvm::Twine(table->weightBytes) +
                                   " bytes of weights and has " + llvm::Twine(weights.bytes));
  Expected<std::vector<cxx::File>> files = cxx::writeProject(loops, *table, target, options.prefix);
  if (!files)
    return files.takeError();
  llvm::StringRef folder = llvm::StringRef(options.output).rtrim('/');
  return writeFolder(folder.empty() ? "/" : folder, *files, weights);
}
