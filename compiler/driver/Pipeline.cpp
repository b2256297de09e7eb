// SPDX-License-Identifier: Apache-2.0
// Adding a pass is one line here.
#include "compiler/driver/Pipeline.h"

#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnDialect.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace cnnc;
using namespace mlir;

namespace {
using MakePass = std::unique_ptr<Pass> (*)(const Target &, const Options &);

/// A pass, and the stage that is reached when it has run.
struct Step {
  Stage stage;
  MakePass make;
};

template <typename PassOptions>
PassOptions targetOptions(const Target &target) {
  PassOptions options;
  options.cpu = target.name;
  options.triple = target.triple;
  options.strict = target.strict;
  return options;
}
template <typename PassOptions, std::unique_ptr<Pass> (*create)(PassOptions)>
std::unique_ptr<Pass> forTarget(const Target &target, const Options &) {
  return create(targetOptions<PassOptions>(target));
}
template <std::unique_ptr<Pass> (*create)()>
std::unique_ptr<Pass> plain(const Target &, const Options &) {
  return create();
}
std::unique_ptr<Pass> readPlans(const Target &target, const Options &given) {
  return graph::createReadPlans({given.plans, target.name, target.triple});
}
std::unique_ptr<Pass> formChains(const Target &target, const Options &given) {
  auto options = targetOptions<graph::FormChainsOptions>(target);
  options.bottleneck = given.bottleneck;
  return graph::createFormChains(options);
}

const Step kSteps[] = {
    // A batch is the caller's to choose only where no operator mixes its images.
    {Stage::Cnn, plain<graph::createProveBatch>},
    // Inputs that the caller gives as bytes begin with their conversion.
    {Stage::Folded, plain<graph::createFormatInputs>},
    // What depends on constants only is computed here, not by the user's machine.
    {Stage::Folded, plain<graph::createFoldConstants>},
    // Operators that say the same as others become those; what does nothing goes.
    {Stage::Folded, plain<graph::createSimplify>},
    // Transposed convolutions run as convolutions do.
    {Stage::Folded, plain<graph::createSubpixelConvs>},
    // Batch norms move into the weights before them.
    {Stage::Folded, plain<graph::createFoldBatchNorm>},
    // Channels move once from where they are made to where they are read.
    {Stage::Folded, plain<graph::createComposeChannels>},
    // Each operator gets a region, and the elementwise ones after it move in.
    {Stage::Fused, plain<graph::createFuseElementwise>},
    // What the user measured counts more than estimates.
    {Stage::Scheduled, readPlans},
    // Each region gets its algorithm and layouts; conversions stand where neighbours disagree.
    {Stage::Scheduled, forTarget<graph::ChooseAlgorithmsOptions, graph::createChooseAlgorithms>},
    // Concatenated values are written side by side.
    {Stage::Scheduled, plain<graph::createJoinConcats>},
    // Results that are too big for the caches are read band by band.
    {Stage::Scheduled, formChains},
    // Each value gets the halo that all of its users need together.
    {Stage::Scheduled, plain<graph::createAssignHalos>},
    // Each region gets the parameters of its algorithm.
    {Stage::Scheduled, forTarget<graph::ChoosePlansOptions, graph::createChoosePlans>},
    // Weights that a region would wait for are asked for before.
    {Stage::Scheduled, forTarget<graph::PrefetchWeightsOptions, graph::createPrefetchWeights>},
};
} // namespace

void cnnc::registerDialects(DialectRegistry &registry) {
  registry.insert<cnn::CnnDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, memref::MemRefDialect,
                  scf::SCFDialect, vector::VectorDialect, LLVM::LLVMDialect>();
}

LogicalResult cnnc::runPasses(ModuleOp network, const Target &target, const Options &options, TimingScope &timing) {
  PassManager passes(network.getContext());
  passes.enableTiming(timing);
  for (const Step &step : kSteps)
    if (step.stage <= options.emit)
      passes.addPass(step.make(target, options));
  return passes.run(network);
}
