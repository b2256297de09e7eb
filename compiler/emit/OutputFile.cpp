// SPDX-License-Identifier: Apache-2.0
// Temporary files beside their final place, since a rename is atomic only within a file system.
#include "compiler/emit/OutputFile.h"

using namespace cnnc::emit;
using namespace llvm;

/// Weights come in rows of a few bytes.
static constexpr size_t kBuffer = 1 << 18;

static Error cannotWrite(StringRef path, std::error_code reason) {
  return createStringError("cannot write '" + path + "': " + reason.message());
}

Expected<OutputFile> OutputFile::create(StringRef path, StringRef part) {
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (path == "-" || (sys::fs::exists(path) && !sys::fs::is_regular_file(path))) {
    std::error_code error;
    auto out = std::make_unique<raw_fd_ostream>(path, error);
    if (error)
      return cannotWrite(path, error);
    return OutputFile(path, nullptr, std::move(out));
  }
  Expected<sys::fs::TempFile> file = sys::fs::TempFile::create(path + part + ".%%%%%%.tmp");
  if (!file)
    return cannotWrite(path, errorToErrorCode(file.takeError()));
  auto out = std::make_unique<raw_fd_ostream>(file->FD, /*shouldClose=*/false);
  return OutputFile(path, std::make_unique<sys::fs::TempFile>(std::move(*file)), std::move(out));
}

OutputFile::OutputFile(StringRef path, std::unique_ptr<sys::fs::TempFile> file, std::unique_ptr<raw_fd_ostream> stream)
    : path(path), file(std::move(file)), out(std::move(stream)) {
  out->SetBufferSize(kBuffer);
}

OutputFile::~OutputFile() {
  if (!out)
    return;
  out->clear_error();
  out.reset();
  if (file)
    consumeError(file->discard());
}

Error OutputFile::flush() {
  out->flush();
  std::error_code error = out->error();
  if (!error)
    return Error::success();
  out->clear_error();
  return cannotWrite(path, error);
}

Error OutputFile::keep() {
  if (Error error = flush())
    return error;
  if (file)
    if (Error error = file->keep(path))
      return cannotWrite(path, errorToErrorCode(std::move(error)));
  out.reset();
  file.reset();
  return Error::success();
}

Error cnnc::emit::writeFile(StringRef path, StringRef text) {
  Expected<OutputFile> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  file->stream() << text;
  return file->keep();
}
