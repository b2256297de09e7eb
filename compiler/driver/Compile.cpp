// SPDX-License-Identifier: Apache-2.0
// Reads, runs the passes, lowers to loops and calls the emitter; prints the stage where the user wants to stop.
#include "compiler/driver/Compile.h"

#include "compiler/cost/PlanTable.h"
#include "compiler/cost/Target.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Input.h"
#include "compiler/driver/Pipeline.h"
#include "compiler/driver/Progress.h"
#include "compiler/emit/Header.h"
#include "compiler/emit/ModelTable.h"
#include "compiler/emit/OutputFile.h"
#include "compiler/emit/cxx/Cxx.h"
#include "compiler/emit/native/Native.h"
#include "compiler/loops/LowerToLoops.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <unistd.h>

using namespace cnnc;
using namespace mlir;
using llvm::Error;

namespace {
/// Attributes longer than this are weights.
constexpr int64_t kElideElements = 16;
constexpr StringLiteral kWeightsAttr = "cnnc.weights";

Error writeText(StringRef path, llvm::function_ref<Error(llvm::raw_ostream &)> print) {
  llvm::Expected<emit::OutputFile> file = emit::OutputFile::create(path);
  if (!file)
    return file.takeError();
  if (Error error = print(file->stream()))
    return error;
  return file->keep();
}

Error printModule(ModuleOp module, StringRef path) {
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(kElideElements).elideLargeResourceString(0);
  return writeText(path, [&](llvm::raw_ostream &os) {
    module.print(os, flags);
    os << '\n';
    return Error::success();
  });
}

/// The weights of a module that was given at the loops level: the raw bytes of its attribute.
loops::LoweredNetwork takeLoops(OwningOpRef<ModuleOp> module) {
  loops::LoweredNetwork network{std::move(module), {}};
  if (auto bytes = (*network.module)->getAttrOfType<ElementsAttr>(kWeightsAttr)) {
    ArrayRef<char> raw;
    if (auto dense = dyn_cast<DenseElementsAttr>(bytes))
      raw = dense.getRawData();
    else if (auto resource = dyn_cast<DenseResourceElementsAttr>(bytes); resource && resource.getRawHandle().getBlob())
      raw = resource.getRawHandle().getBlob()->getData();
    network.weights = {raw.size(), [raw](llvm::raw_ostream &os) {
                         os.write(raw.data(), raw.size());
                         return Error::success();
                       }};
    (*network.module)->removeAttr(kWeightsAttr);
  }
  return network;
}

class Compilation {
public:
  using Read = llvm::function_ref<FailureOr<OwningOpRef<ModuleOp>>()>;
  Compilation(const Options &options, Read read, TimingScope &timing, OnScheduled onScheduled)
      : options(options), read(read), timing(timing), onScheduled(onScheduled),
        progress(options.model, llvm::errs(), !options.quiet && llvm::errs().is_displayed()) {}
  Error run();

private:
  /// The loops of the network, or nothing if a stage before them was printed.
  llvm::Expected<std::optional<loops::LoweredNetwork>> lower(OwningOpRef<ModuleOp> &module, const Target &target);
  Error emit(loops::LoweredNetwork network, const Target &target);

  const Options &options;
  Read read;
  /// Begins a step whose time is measured, and shown while it lasts.
  TimingScope begin(const char *step) {
    progress.stage(step);
    return timing.nest(step);
  }

  TimingScope &timing;
  OnScheduled onScheduled;
  Progress progress;
};

llvm::Expected<std::optional<loops::LoweredNetwork>> Compilation::lower(OwningOpRef<ModuleOp> &module,
                                                                        const Target &target) {
  if ((*module)->hasAttr(emit::kModelAttr)) {
    if (options.emit < Stage::Loops)
      return llvm::createStringError(
          "the module is at the loops level already; --emit knows loops, llvm and cpp for it");
    return takeLoops(std::move(module));
  }
  {
    TimingScope scope = begin("passes");
    if (failed(runPasses(*module, target, options, scope)))
      return reported();
  }
  if (options.emit < Stage::Plans) {
    if (Error error = printModule(*module, options.output))
      return error;
    return std::nullopt;
  }
  if (onScheduled) {
    onScheduled(*module, target);
    return std::nullopt;
  }
  if (options.emit == Stage::Plans) {
    auto print = [&](llvm::raw_ostream &os) {
      printPlans(*module, target, os);
      return Error::success();
    };
    if (Error error = writeText(options.output, print))
      return error;
    return std::nullopt;
  }
  TimingScope scope = begin("loops");
  FailureOr<loops::LoweredNetwork> network =
      loops::lowerToLoops(*module, target, options.prefix, llvm::sys::path::stem(options.model));
  if (failed(network))
    return reported();
  return std::move(*network);
}

Error Compilation::emit(loops::LoweredNetwork network, const Target &target) {
  if (options.emit == Stage::Loops)
    return printModule(*network.module, options.output);

  emit::MachineTarget machine{target.triple, target.cpu, target.features};
  if (options.emit == Stage::Llvm)
    return writeText(options.output, [&](llvm::raw_ostream &os) {
      return emit::printLlvm(*network.module, machine, options.prefix, os);
    });
  if (options.emit == Stage::Cpp) {
    TimingScope scope = begin("cpp");
    return emit::emitCxx(*network.module, machine, network.weights, {options.output, options.prefix});
  }
  StringRef path = options.output;
  auto kind = path.ends_with(".so")  ? emit::NativeOptions::Kind::SharedLibrary
              : path.ends_with(".a") ? emit::NativeOptions::Kind::Archive
                                     : emit::NativeOptions::Kind::Object;
  llvm::Expected<emit::ModelTable> table = emit::ModelTable::read(*network.module);
  if (!table)
    return table.takeError();
  llvm::SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  llvm::Expected<emit::OutputFile> headerFile = emit::OutputFile::create(header);
  if (!headerFile)
    return headerFile.takeError();
  emit::writeHeader(*table, options.prefix, headerFile->stream());
  if (Error error = headerFile->flush())
    return error;
  TimingScope scope = begin("native");
  if (Error error =
          emit::emitNative(*network.module, machine, network.weights, {options.output, kind, options.prefix}, scope))
    return error;
  return headerFile->keep();
}

Error Compilation::run() {
  llvm::Expected<Target> target = Target::get(options.cpu, options.triple);
  if (!target)
    return target.takeError();
  target->strict = options.precision == "strict";
  TimingScope scope = begin("read");
  FailureOr<OwningOpRef<ModuleOp>> module = read();
  if (failed(module))
    return reported();
  scope.stop();
  auto network = lower(*module, *target);
  if (!network)
    return network.takeError();
  return *network ? emit(std::move(**network), *target) : Error::success();
}
} // namespace

/// What LLVM and lld cannot return as an error: code that cannot be selected, a disk that is full.
static void giveUp(void *options, const char *reason, bool) {
  auto &given = *static_cast<const Options *>(options);
  llvm::errs() << "cnnc: " << given.model << ": cannot write '" << given.output
               << "': " << StringRef(reason).split('\n').first << '\n';
  llvm::sys::RunInterruptHandlers();
  _exit(1);
}

static int run(const Options &options, Compilation::Read read, OnScheduled onScheduled,
               const DiagnosticPrinter &diagnostics, llvm::raw_ostream &os) {
  llvm::ScopedFatalErrorHandler handler(giveUp, const_cast<Options *>(&options));
  DefaultTimingManager timing;
  timing.setEnabled(options.timing);
  TimingScope root = timing.getRootScope();
  Error error = Compilation(options, read, root, onScheduled).run();
  if (!error)
    return 0;
  llvm::handleAllErrors(
      std::move(error), [](const Reported &) {},
      [&](const llvm::ErrorInfoBase &other) {
        if (!diagnostics.sawError())
          os << "cnnc: " << options.model << ": " << other.message() << '\n';
      });
  return 1;
}

int cnnc::compile(const Options &options, OnScheduled onScheduled) {
  DialectRegistry registry;
  registerDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  DiagnosticPrinter diagnostics(context, options.remarks, !options.quiet);
  return run(
      options, [&] { return readModel(context, options); }, onScheduled, diagnostics, llvm::errs());
}

int cnnc::compile(const Options &options, MLIRContext &context, OwningOpRef<ModuleOp> module, llvm::raw_ostream &os) {
  DiagnosticPrinter diagnostics(context, options.remarks, !options.quiet, os);
  auto complete = [&]() -> FailureOr<OwningOpRef<ModuleOp>> {
    if (failed(completeModel(*module, options)))
      return failure();
    return std::move(module);
  };
  return run(options, complete, nullptr, diagnostics, os);
}
