// SPDX-License-Identifier: Apache-2.0
// A line on the terminal about what takes longer than a second.
#pragma once

#include "llvm/Support/raw_ostream.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace cnnc {

/// While it lives, and from `after` on, one line says what is being done and for how long; then it is gone. Nothing is
/// printed to what is no terminal.
class Progress {
public:
  explicit Progress(std::string what, llvm::raw_ostream &os = llvm::errs(), bool isShown = llvm::errs().is_displayed(),
                    std::chrono::milliseconds after = std::chrono::seconds(1));
  ~Progress();
  void stage(const char *name);

private:
  void run();

  const std::string what;
  llvm::raw_ostream &os;
  const std::chrono::milliseconds after;
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::mutex mutex;
  std::condition_variable changed;
  const char *name = "";
  bool isOver = false;
  std::thread thread; ///< last, since it uses all others
};

} // namespace cnnc
