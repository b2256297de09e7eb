// SPDX-License-Identifier: Apache-2.0
// The candidate plans of a network's layers, and their times inside the running network.
#pragma once

#include "compiler/cost/PlanFile.h"
#include "compiler/cost/Target.h"
#include "compiler/driver/Measure.h"
#include "compiler/driver/Options.h"

#include "mlir/IR/BuiltinOps.h"

#include <chrono>
#include <map>

namespace cnnc {

/// The plans that made the whole network fastest, and its milliseconds by the estimates' plans and by these.
struct ProvenPlans {
  PlanFile plans;
  double estimated, fastest;
};

/// Each library is the whole network with another candidate for each layer, and takes turns with the one that the
/// estimates chose. Layers that are alike share what was measured.
class Candidates {
public:
  using Clock = std::chrono::steady_clock;
  /// Is called between runs, where a terminal can show progress.
  using Progress = llvm::function_ref<void()>;

  explicit Candidates(const Options &options) : options(options) {}
  ~Candidates();

  /// Schedules the network, and compiles what the estimates chose.
  llvm::Error start();
  /// Compiles and times libraries until `deadline`; what is under way then is finished.
  llvm::Error measure(Clock::time_point deadline, Progress onRun, llvm::function_ref<llvm::Error()> onLibrary);
  /// Compiles the fastest plans together, and times the whole network.
  llvm::Expected<ProvenPlans> prove(Progress onRun);

  /// The fastest plans so far.
  PlanFile fastest() const;
  /// Of a layer by a plan, or of a phase that is no layer; nothing if that was not measured.
  std::optional<double> microseconds(llvm::StringRef layer, llvm::StringRef plan) const;
  size_t librariesMeasured() const { return measured; }
  size_t librariesInAll() const { return libraries; }
  /// What compiling the last library took.
  Clock::duration compileTime() const { return compiling; }

private:
  /// Layers of the same operators and shapes, and the plans to try for them: first what the estimates chose.
  struct Group {
    std::string signature;
    std::vector<std::string> layers, plans;
    std::map<std::string, std::vector<double>> ratios; ///< of each plan's times to the first one's

    std::optional<double> ratioOf(const std::string &plan) const;
    const std::string &fastest() const;
  };
  void addLayers(mlir::ModuleOp scheduled, const Target &target);
  /// Null for phases that have no candidates.
  Group *groupOf(llvm::StringRef layer);
  const Group *groupOf(llvm::StringRef layer) const { return const_cast<Candidates *>(this)->groupOf(layer); }
  llvm::Expected<std::unique_ptr<MeasuredLibrary>> compileLibrary(const PlanFile &plans);
  PlanFile plansOf(size_t library) const;
  struct Turns {
    std::vector<MeasuredLibrary::Layer> base, other;
  };
  /// Runs the library in turns with that of the estimates, and keeps what its layers took.
  Turns compare(MeasuredLibrary &library, Clock::time_point end, Progress onRun);

  const Options &options;
  std::string folder, target;
  std::vector<Group> groups; // in the network's order
  std::unique_ptr<MeasuredLibrary> base;
  std::map<std::string, std::vector<double>> times; ///< of each phase by the estimates' plans
  size_t libraries = 0, compiled = 0, measured = 0;
  Clock::duration compiling{};
};

} // namespace cnnc
