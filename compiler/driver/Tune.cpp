// SPDX-License-Identifier: Apache-2.0
// Each of some libraries is the whole network, with another candidate for each layer; layers that are alike share what
// was measured. Their runs take turns, as many libraries at once as memory allows; the fastest plans make the file.
#include "compiler/driver/Tune.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanFile.h"
#include "compiler/cost/PlanText.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Measure.h"
#include "compiler/emit/OutputFile.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <chrono>
#include <map>

using namespace cnnc;
using namespace mlir;

namespace {
/// Candidates that the estimate puts above this multiple of the best are not tried.
constexpr double kWorst = 1.5;
constexpr size_t kMostCandidates = 24;
/// Weights of libraries that are open at once.
constexpr uint64_t kMostBytes = uint64_t(3) << 30;
/// By how much a plan must beat the estimate's choice: less is noise.
constexpr double kGain = 0.99;
constexpr int kRuns = 3;

/// Layers of the same operators and shapes, and the plans to try for them.
struct Group {
  std::string signature;
  std::vector<std::string> layers, plans;
  std::map<std::string, std::vector<double>> times; ///< of each plan
};

std::string signatureOf(cnn::FusedOp op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << op->getOperandTypes() << op->getResultTypes();
  op.getBody().walk([&](Operation *inner) { os << inner->getName() << inner->getAttrDictionary(); });
  return text;
}

void showProgress(double part) {
  if (!llvm::errs().is_displayed())
    return;
  constexpr int kWidth = 50;
  int filled = static_cast<int>(part * kWidth);
  llvm::errs() << '\r' << '[' << std::string(filled, '=') << std::string(kWidth - filled, ' ') << "] "
               << llvm::formatv("{0,3}%", static_cast<int>(part * 100)) << (part >= 1 ? "\n" : "");
}

class Tuning {
public:
  explicit Tuning(const Options &options) : options(options) {}
  bool run();

private:
  void addLayers(ModuleOp scheduled, const Target &target);
  bool fail(const llvm::Twine &reason) {
    llvm::errs() << "cnnc: " << options.model << ": " << reason << '\n';
    return false;
  }
  std::string fileOf(size_t number, const char *extension) { return folder + "/" + std::to_string(number) + extension; }
  bool compileLibrary(size_t number);
  bool measure();
  bool write();

  const Options &options;
  std::string folder, target;
  std::vector<Group> groups; // in the network's order
  size_t libraries = 1;
};

void Tuning::addLayers(ModuleOp scheduled, const Target &machine) {
  target = machine.describe();
  scheduled.walk([&](cnn::FusedOp op) {
    if (op->getParentOfType<cnn::ChainOp>())
      return;
    SmallVector<Choice> choices = choicesFor(op, machine);
    std::string signature = signatureOf(op);
    auto known = llvm::find_if(groups, [&](const Group &group) { return group.signature == signature; });
    Group &group = known != groups.end() ? *known : groups.emplace_back(Group{signature, {}, {}, {}});
    group.layers.push_back(layerText(op));
    if (group.layers.size() > 1)
      return;
    for (const Choice &choice : ArrayRef(choices).take_front(kMostCandidates))
      if (choice.cycles <= choices.front().cycles * kWorst)
        group.plans.push_back(planText(choice.plan()));
  });
  llvm::erase_if(groups, [](const Group &group) { return group.plans.size() < 2; });
  for (Group &group : groups)
    libraries = std::max<size_t>(libraries, llvm::divideCeil(group.plans.size(), group.layers.size()));
}

bool Tuning::compileLibrary(size_t number) {
  PlanFile plans{target, {}};
  for (Group &group : groups)
    for (auto [member, layer] : llvm::enumerate(group.layers))
      plans.entries.push_back({layer, group.plans[(number * group.layers.size() + member) % group.plans.size()]});
  Options own = options;
  own.plans = fileOf(number, ".plans");
  own.output = fileOf(number, ".so");
  own.emit = Stage::Library;
  own.quiet = true;
  std::error_code error;
  llvm::raw_fd_ostream os(own.plans, error);
  plans.write(os);
  os.close();
  if (error || os.has_error())
    return fail("cannot write '" + own.plans + "'");
  return compile(own) == 0;
}

bool Tuning::measure() {
  for (size_t first = 0; first < libraries;) {
    std::vector<std::unique_ptr<MeasuredLibrary>> open;
    uint64_t bytes = 0;
    while (first + open.size() < libraries && (open.empty() || bytes + bytes / open.size() <= kMostBytes)) {
      size_t number = first + open.size();
      if (!compileLibrary(number))
        return false;
      auto library = MeasuredLibrary::open(fileOf(number, ".so"));
      if (!library)
        return fail(llvm::toString(library.takeError()));
      bytes += (*library)->weightBytes();
      open.push_back(std::move(*library));
      llvm::sys::fs::remove(fileOf(number, ".so")); // it stays mapped
      showProgress(0.5 * (number + 1) / libraries);
    }
    using Clock = std::chrono::steady_clock;
    std::chrono::duration<double> share(options.seconds * open.size() / libraries);
    auto begin = Clock::now();
    do {
      for (auto &library : open)
        library->run(kRuns);
      showProgress(std::min(0.5 + 0.5 * (first + open.size()) / libraries, 0.99));
    } while (Clock::now() - begin < share);
    for (auto &library : open)
      for (const MeasuredLibrary::Layer &layer : library->layers())
        for (Group &group : groups)
          if (llvm::is_contained(group.layers, layer.name))
            group.times[layer.plan].push_back(layer.microseconds);
    first += open.size();
  }
  showProgress(1);
  return true;
}

bool Tuning::write() {
  PlanFile plans{target, {}};
  double chosen = 0, estimated = 0;
  for (Group &group : groups) {
    auto timeOf = [&](const std::string &plan) {
      double sum = 0;
      for (double time : group.times[plan])
        sum += time;
      return group.times[plan].empty() ? HUGE_VAL : sum / group.times[plan].size();
    };
    double least = timeOf(group.plans.front()), before = least;
    std::string best = group.plans.front();
    for (const std::string &plan : group.plans)
      if (double time = timeOf(plan); time < before * kGain && time < least)
        least = time, best = plan;
    if (!std::isfinite(least))
      continue;
    estimated += before * group.layers.size();
    chosen += least * group.layers.size();
    for (const std::string &layer : group.layers)
      plans.entries.push_back({layer, best});
  }
  llvm::outs() << llvm::formatv("measured layers: {0:f3} ms by the estimate's plans, {1:f3} ms by the fastest\n",
                                estimated / 1e3, chosen / 1e3);
  auto file = emit::OutputFile::create(options.output);
  if (!file)
    return fail(llvm::toString(file.takeError()));
  plans.write(file->stream());
  if (llvm::Error error = file->keep())
    return fail(llvm::toString(std::move(error)));
  return true;
}

bool Tuning::run() {
  Options scheduled = options;
  scheduled.emit = Stage::Plans;
  if (compile(scheduled, [&](ModuleOp module, const Target &machine) { addLayers(module, machine); }) != 0)
    return false;
  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("cnnc-tune", path))
    return fail("no folder for candidates: " + error.message());
  folder = path.str().str();
  bool done = measure() && write();
  llvm::sys::fs::remove_directories(folder);
  return done;
}
} // namespace

int cnnc::tune(const Options &options) { return Tuning(options).run() ? 0 : 1; }
