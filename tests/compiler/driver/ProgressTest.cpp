// SPDX-License-Identifier: Apache-2.0
// The line of progress appears in time, names the stage, and goes.
#include "compiler/driver/Progress.h"

#include <gtest/gtest.h>

#include <atomic>

using namespace cnnc;
using std::chrono::milliseconds;

namespace {
/// Keeps what is printed, also for a thread that waits for it.
class Screen : public llvm::raw_ostream {
public:
  Screen() : raw_ostream(/*unbuffered=*/true) {}
  std::string text() const {
    std::lock_guard lock(mutex);
    return all;
  }
  bool waitFor(llvm::StringRef wanted) const {
    for (int turn = 0; turn < 1000; ++turn, std::this_thread::sleep_for(milliseconds(10)))
      if (llvm::StringRef(text()).contains(wanted))
        return true;
    return false;
  }

private:
  void write_impl(const char *begin, size_t size) override {
    std::lock_guard lock(mutex);
    all.append(begin, size);
  }
  uint64_t current_pos() const override { return all.size(); }
  mutable std::mutex mutex;
  std::string all;
};

TEST(Progress, IsALineThatGoes) {
  Screen screen;
  {
    Progress progress("net.onnx", screen, /*isShown=*/true, milliseconds(0));
    progress.stage("passes");
    EXPECT_TRUE(screen.waitFor("cnnc: net.onnx: passes, 0 s\r")) << screen.text();
    progress.stage("native");
    EXPECT_TRUE(screen.waitFor("cnnc: net.onnx: native, ")) << screen.text();
  }
  EXPECT_TRUE(llvm::StringRef(screen.text()).ends_with("\r\r\x1b[K")) << screen.text();
}

TEST(Progress, SaysNothingOfWhatIsQuickOrSeenByNobody) {
  Screen screen;
  { Progress progress("net.onnx", screen, /*isShown=*/true, std::chrono::hours(1)); }
  {
    Progress progress("net.onnx", screen, /*isShown=*/false, milliseconds(0));
    std::this_thread::sleep_for(milliseconds(20));
  }
  EXPECT_EQ(screen.text(), "");
}
} // namespace
