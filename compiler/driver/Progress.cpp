// SPDX-License-Identifier: Apache-2.0
// The line is drawn by a thread of its own, four times a second. The cursor goes back to its beginning, so that
// whatever else is printed takes its place.
#include "compiler/driver/Progress.h"

#include "llvm/Support/FormatVariadic.h"

using namespace cnnc;

static constexpr llvm::StringLiteral kErase = "\r\x1b[K";

Progress::Progress(std::string what, llvm::raw_ostream &os, bool isShown, std::chrono::milliseconds after)
    : what(std::move(what)), os(os), after(after) {
  if (isShown)
    thread = std::thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread.joinable())
    return;
  {
    std::lock_guard lock(mutex);
    isOver = true;
  }
  changed.notify_all();
  thread.join();
}

void Progress::stage(const char *next) {
  std::lock_guard lock(mutex);
  name = next;
}

void Progress::run() {
  constexpr std::chrono::milliseconds kTurn(250);
  std::unique_lock lock(mutex);
  auto mayEnd = [&] { return isOver; };
  if (changed.wait_until(lock, begin + after, mayEnd))
    return;
  do {
    auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    os << kErase << llvm::formatv("cnnc: {0}: {1}, {2:f0} s\r", what, name, elapsed);
    os.flush();
  } while (!changed.wait_for(lock, kTurn, mayEnd));
  os << kErase;
  os.flush();
}
