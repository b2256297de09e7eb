// SPDX-License-Identifier: Apache-2.0
// Which candidates make a library, and how times are compared: as ratios to those of the same layers in the library
// that runs in between, since the clock of a machine drifts.
#include "compiler/driver/Candidates.h"

#include "compiler/cost/Algorithm.h"
#include "compiler/cost/PlanText.h"
#include "compiler/driver/Compile.h"
#include "compiler/driver/Diagnostics.h"

#include "llvm/Support/FileSystem.h"

using namespace cnnc;
using namespace mlir;

namespace {
/// Candidates that the estimate puts above this multiple of the best are not tried.
constexpr double kWorst = 1.5;
constexpr size_t kMostCandidates = 24;
/// By how much a plan must beat the estimate's choice: less is noise.
constexpr double kGain = 0.99;
/// Runs of a library in turn with the other one, and the least number of such turns.
constexpr int kRuns = 3, kTurns = 3;

std::string signatureOf(cnn::FusedOp op) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << op->getOperandTypes() << op->getResultTypes();
  op.getBody().walk([&](Operation *inner) { os << inner->getName() << inner->getAttrDictionary(); });
  return text;
}

double medianOf(std::vector<double> values) {
  llvm::sort(values);
  return values[values.size() / 2];
}
} // namespace

std::optional<double> Candidates::Group::ratioOf(const std::string &plan) const {
  if (plan == plans.front())
    return 1;
  auto found = ratios.find(plan);
  return found == ratios.end() ? std::nullopt : std::optional(medianOf(found->second));
}

const std::string &Candidates::Group::fastest() const {
  const std::string *best = &plans.front();
  double least = kGain;
  for (auto &[plan, values] : ratios)
    if (double ratio = medianOf(values); ratio < least)
      least = ratio, best = &plan;
  return *best;
}

Candidates::~Candidates() {
  if (!folder.empty())
    llvm::sys::fs::remove_directories(folder);
}

void Candidates::addLayers(ModuleOp scheduled, const Target &machine) {
  target = machine.describe();
  scheduled.walk([&](cnn::FusedOp op) {
    if (op->getParentOfType<cnn::ChainOp>())
      return;
    std::string signature = signatureOf(op), chosen = planText(op.getPlanAttr());
    auto known = llvm::find_if(groups, [&](const Group &group) { return group.signature == signature; });
    Group &group = known != groups.end() ? *known : groups.emplace_back(Group{signature, {}, {chosen}, {}});
    group.layers.push_back(layerText(op));
    if (group.layers.size() > 1)
      return;
    SmallVector<Choice> choices = choicesFor(op, machine);
    for (const Choice &choice : ArrayRef(choices).take_front(kMostCandidates))
      if (choice.cycles <= choices.front().cycles * kWorst && planText(choice.plan()) != chosen)
        group.plans.push_back(planText(choice.plan()));
  });
  libraries = 1;
  for (Group &group : groups)
    libraries = std::max<size_t>(libraries, 1 + llvm::divideCeil(group.plans.size() - 1, group.layers.size()));
}

Candidates::Group *Candidates::groupOf(llvm::StringRef layer) {
  auto found = llvm::find_if(groups, [&](const Group &group) { return llvm::is_contained(group.layers, layer); });
  return found == groups.end() ? nullptr : &*found;
}

llvm::Expected<std::unique_ptr<MeasuredLibrary>> Candidates::compileLibrary(const PlanFile &plans) {
  auto begin = Clock::now();
  Options own = options;
  own.plans = folder + "/candidate.plans";
  // The loader takes a library of the same name for the one that is open.
  own.output = folder + "/" + std::to_string(compiled++) + ".so";
  own.emit = Stage::Library;
  own.quiet = true;
  std::error_code error;
  llvm::raw_fd_ostream os(own.plans, error);
  plans.write(os);
  os.close();
  if (error || os.has_error()) {
    os.clear_error();
    return llvm::createStringError("cannot write '" + own.plans + "'");
  }
  if (compile(own) != 0)
    return reported();
  auto library = MeasuredLibrary::open(own.output);
  llvm::sys::fs::remove(own.output); // it stays mapped
  compiling = Clock::now() - begin;
  return library;
}

llvm::Error Candidates::start() {
  Options scheduled = options;
  scheduled.emit = Stage::Plans;
  if (compile(scheduled, [&](ModuleOp module, const Target &machine) { addLayers(module, machine); }) != 0)
    return reported();
  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("cnnc-tune", path))
    return llvm::createStringError("no folder for candidates: " + error.message());
  folder = path.str().str();
  auto library = compileLibrary(plansOf(0));
  if (!library)
    return library.takeError();
  base = std::move(*library);
  return llvm::Error::success();
}

PlanFile Candidates::plansOf(size_t library) const {
  PlanFile plans{target, {}};
  for (const Group &group : groups)
    for (auto [member, layer] : llvm::enumerate(group.layers)) {
      size_t others = group.plans.size() - 1;
      size_t plan = library && others ? 1 + ((library - 1) * group.layers.size() + member) % others : 0;
      plans.entries.push_back({layer, group.plans[plan]});
    }
  return plans;
}

Candidates::Turns Candidates::compare(MeasuredLibrary &library, Clock::time_point end, Progress onRun) {
  for (int turn = 0; turn < kTurns || Clock::now() < end; ++turn) {
    base->run(kRuns);
    library.run(kRuns);
    onRun();
  }
  Turns turns{base->takeLayers(), library.takeLayers()};
  std::map<std::string, double> before;
  for (const MeasuredLibrary::Layer &layer : turns.base) {
    before[layer.name] = layer.microseconds;
    times[layer.name].push_back(layer.microseconds);
  }
  for (const MeasuredLibrary::Layer &layer : turns.other)
    if (Group *group = groupOf(layer.name); group && layer.plan != group->plans.front())
      group->ratios[layer.plan].push_back(layer.microseconds / std::max(before[layer.name], 1e-3));
  return turns;
}

llvm::Error Candidates::measure(Clock::time_point deadline, Progress onRun,
                                llvm::function_ref<llvm::Error()> onLibrary) {
  // The estimates' choice beside itself: its times are there, whatever comes.
  compare(*base, Clock::now(), onRun);
  if (llvm::Error error = onLibrary())
    return error;
  for (measured = 1; libraries > 1 && Clock::now() + compiling < deadline; ++measured) {
    auto library = compileLibrary(plansOf(measured));
    if (!library)
      return library.takeError();
    // Once all candidates fit into the time, the rest of it makes them more certain.
    auto now = Clock::now();
    Clock::duration left =
        measured < libraries ? (deadline - now) / int64_t(libraries - measured) - compiling : compiling;
    compare(**library, std::min(now + std::max(left, compiling / 2), deadline), onRun);
    if (llvm::Error error = onLibrary())
      return error;
  }
  return llvm::Error::success();
}

PlanFile Candidates::fastest() const {
  PlanFile plans{target, {}};
  for (const Group &group : groups)
    for (const std::string &layer : group.layers)
      plans.entries.push_back({layer, group.fastest()});
  return plans;
}

llvm::Expected<ProvenPlans> Candidates::prove(Progress onRun) {
  auto library = compileLibrary(fastest());
  if (!library)
    return library.takeError();
  Turns turns = compare(**library, Clock::now() + compiling / 2, onRun);
  auto sum = [](llvm::ArrayRef<MeasuredLibrary::Layer> layers) {
    double microseconds = 0;
    for (const MeasuredLibrary::Layer &layer : layers)
      microseconds += layer.microseconds;
    return microseconds / 1e3;
  };
  ProvenPlans proven{plansOf(0), sum(turns.base), sum(turns.other)};
  if (proven.fastest < proven.estimated)
    proven.plans = fastest();
  // Plans may exclude one another: what the library has counts.
  std::map<std::string, std::string> had;
  for (const MeasuredLibrary::Layer &layer : proven.fastest < proven.estimated ? turns.other : turns.base)
    had[layer.name] = layer.plan;
  for (PlanFile::Entry &entry : proven.plans.entries)
    if (auto found = had.find(entry.layer); found != had.end())
      entry.plan = found->second;
  proven.fastest = std::min(proven.fastest, proven.estimated);
  return proven;
}

std::optional<double> Candidates::microseconds(llvm::StringRef layer, llvm::StringRef plan) const {
  auto found = times.find(layer.str());
  if (found == times.end())
    return std::nullopt;
  double time = medianOf(found->second);
  const Group *group = groupOf(layer);
  if (!group)
    return time;
  std::optional<double> ratio = group->ratioOf(plan.str());
  return ratio ? std::optional(time * *ratio) : std::nullopt;
}
