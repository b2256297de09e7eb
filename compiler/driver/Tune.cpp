// SPDX-License-Identifier: Apache-2.0
// Two uses of measured candidates: a file of the fastest plans, and the table of plans with times beside the estimates.
#include "compiler/driver/Tune.h"

#include "compiler/cost/PlanTable.h"
#include "compiler/driver/Candidates.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/emit/OutputFile.h"

#include "llvm/Support/FormatVariadic.h"

using namespace cnnc;
using Clock = Candidates::Clock;

namespace {
/// A bar on terminals, and a line for each library elsewhere.
class ProgressBar {
public:
  ProgressBar(const Candidates &candidates, double seconds) : candidates(candidates), seconds(seconds) {}
  ~ProgressBar() {
    if (isShown)
      llvm::errs() << '\n';
  }

  void onRun() {
    auto now = Clock::now();
    if (!llvm::errs().is_displayed() || now - last < std::chrono::milliseconds(100))
      return;
    last = now;
    isShown = true;
    constexpr int kWidth = 40;
    int filled = static_cast<int>(std::min(elapsed() / seconds, 1.0) * kWidth);
    llvm::errs() << "\r[" << std::string(filled, '=') << std::string(kWidth - filled, ' ') << "] " << text() << "  ";
  }
  void onLibrary() {
    if (!llvm::errs().is_displayed())
      llvm::errs() << "cnnc: " << text() << '\n';
  }

private:
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - begin).count(); }
  std::string text() const {
    return llvm::formatv("{0} of {1} libraries, {2:f0} of {3:f0} s",
                         std::min(candidates.librariesMeasured() + 1, candidates.librariesInAll()),
                         candidates.librariesInAll(), elapsed(), seconds);
  }

  const Candidates &candidates;
  const double seconds;
  const Clock::time_point begin = Clock::now();
  Clock::time_point last;
  bool isShown = false;
};

llvm::Error write(const PlanFile &plans, llvm::StringRef path) {
  auto file = emit::OutputFile::create(path);
  if (!file)
    return file.takeError();
  plans.write(file->stream());
  return file->keep();
}

Clock::time_point deadlineOf(const Options &options) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
}

llvm::Error tuneAll(const Options &options) {
  Candidates candidates(options);
  ProgressBar bar(candidates, options.seconds);
  Clock::time_point deadline = deadlineOf(options);
  if (llvm::Error error = candidates.start())
    return error;
  auto onRun = [&] { bar.onRun(); };
  // The file is there from the first library on: who stops the program keeps what it found.
  auto onLibrary = [&] {
    bar.onLibrary();
    return write(candidates.fastest(), options.output);
  };
  // The proof takes about as long as a library.
  if (llvm::Error error = candidates.measure(deadline - candidates.compileTime() * 3 / 2, onRun, onLibrary))
    return error;
  auto proven = candidates.prove(onRun);
  if (!proven)
    return proven.takeError();
  llvm::outs() << llvm::formatv("{0:f3} ms by the estimates' plans, {1:f3} ms by the fastest\n", proven->estimated,
                                proven->fastest);
  return write(proven->plans, options.output);
}

llvm::Error printMeasured(const Options &options) {
  Candidates candidates(options);
  ProgressBar bar(candidates, options.seconds);
  Clock::time_point deadline = deadlineOf(options);
  if (llvm::Error error = candidates.start())
    return error;
  auto onLibrary = [&] {
    bar.onLibrary();
    return llvm::Error::success();
  };
  if (llvm::Error error = candidates.measure(
          deadline, [&] { bar.onRun(); }, onLibrary))
    return error;
  auto file = emit::OutputFile::create(options.output);
  if (!file)
    return file.takeError();
  auto measured = [&](llvm::StringRef layer, llvm::StringRef plan) { return candidates.microseconds(layer, plan); };
  if (compile(options, [&](mlir::ModuleOp module, const Target &target) {
        printPlans(module, target, file->stream(), measured);
      }))
    return reported();
  return file->keep();
}
} // namespace

int cnnc::tune(const Options &options) { return report(options.model, tuneAll(options)); }
int cnnc::measurePlans(const Options &options) { return report(options.model, printMeasured(options)); }
