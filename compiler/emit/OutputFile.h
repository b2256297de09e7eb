// SPDX-License-Identifier: Apache-2.0
// A file that appears whole or not at all.
#pragma once

#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>

namespace cnnc::emit {

/// Is written under another name beside its place, and renamed by keep(). Without keep() it vanishes, also on a signal.
/// Stdout (`-`) and devices are written straight: a rename would put a file where they are.
class OutputFile {
public:
  /// `part` tells the temporary names of one output apart.
  static llvm::Expected<OutputFile> create(llvm::StringRef path, llvm::StringRef part = "");
  OutputFile(OutputFile &&) = default;
  OutputFile &operator=(OutputFile &&) = delete;
  ~OutputFile();

  /// Where the bytes are until keep(): for tools that write a file by its name.
  const std::string &temporaryPath() const { return file ? file->TmpName : path; }
  llvm::raw_fd_ostream &stream() { return *out; }

  /// Hands the bytes to the system; a full disk shows here.
  llvm::Error flush();
  llvm::Error keep();

private:
  OutputFile(llvm::StringRef path, std::unique_ptr<llvm::sys::fs::TempFile> file,
             std::unique_ptr<llvm::raw_fd_ostream> out);

  std::string path;
  std::unique_ptr<llvm::sys::fs::TempFile> file; ///< null if written straight
  std::unique_ptr<llvm::raw_fd_ostream> out;
};

/// Writes `text` to `path`, whole or not at all.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef text);

} // namespace cnnc::emit
