// SPDX-License-Identifier: Apache-2.0
// cnn to cnn: the passes in their order.
#ifndef COMPILER_GRAPH_PASSES_TD
#define COMPILER_GRAPH_PASSES_TD

include "mlir/Pass/PassBase.td"

class Cnn_GraphPass<string name> : Pass<"cnn-" # name, "::mlir::ModuleOp">;
class Cnn_TargetPass<string name, list<Option> more = []> : Cnn_GraphPass<name> {
  let options = more # [Option<"cpu", "mcpu", "std::string", "\"native\"", "The processor, as in cnnc --mcpu">,
                 Option<"triple", "mtriple", "std::string", "", "The target triple, as in cnnc --mtriple">,
                 Option<"strict", "strict", "bool", "false", "Plain sums only, as in cnnc --precision=strict">];
}

def ProveBatch : Cnn_GraphPass<"prove-batch"> {
  let summary = "Compare the network of one image with that of two, and refuse a free batch if an operator mixes images";
}
def FormatInputs : Cnn_GraphPass<"format-inputs"> {
  let summary = "Take the inputs that are marked so as 8-bit NHWC";
}
def FoldConstants : Cnn_GraphPass<"fold-constants"> {
  let summary = "Compute in the compiler what depends on constants only";
}
def FoldBatchNorm : Cnn_GraphPass<"fold-batch-norm"> {
  let summary = "Scale the weights before a batch norm instead of its input; elsewhere leave one multiplication and one addition";
}
def Simplify : Cnn_GraphPass<"simplify"> {
  let summary = "Say the same with fewer or more telling operators";
}
def SubpixelConvs : Cnn_GraphPass<"subpixel-convs"> {
  let summary = "Replace transposed convolutions by convolutions whose results are interleaved";
}
def ComposeChannels : Cnn_GraphPass<"compose-channels"> {
  let summary = "Select channels once where operators that only move them follow each other";
}
def FuseElementwise : Cnn_GraphPass<"fuse-elementwise"> {
  let summary = "Wrap each operator in a region, and take the elementwise ones that follow into it";
}
def ReadPlans : Cnn_GraphPass<"read-plans"> {
  let summary = "Mark regions with the plans that a file wants for them";
  let options = [Option<"file", "file", "std::string", "", "The plan file, as cnnc tune writes it; none if empty">,
                 Option<"cpu", "mcpu", "std::string", "\"native\"", "The processor, as in cnnc --mcpu">,
                 Option<"triple", "mtriple", "std::string", "", "The target triple, as in cnnc --mtriple">];
}
def ChooseAlgorithms : Cnn_TargetPass<"choose-algorithms"> {
  let summary = "Give each region its algorithm and layouts, and convert where they disagree";
}
def JoinConcats : Cnn_GraphPass<"join-concats"> {
  let summary = "Let the makers of concatenated values write them side by side";
}
def FormChains : Cnn_TargetPass<"form-chains", [Option<"bottleneck", "bottleneck", "std::string", "\"auto\"",
                                                       "Fuse bottlenecks: auto, always or never, as cnnc --bottleneck">]> {
  let summary = "Let regions whose results are too big for the second cache run depth first, in bands of rows";
}
def AssignHalos : Cnn_GraphPass<"assign-halos"> {
  let summary = "Give each value the halo that all of its users need together";
}
def ChoosePlans : Cnn_TargetPass<"choose-plans"> {
  let summary = "Choose the parameters of each region's algorithm";
}
def PrefetchWeights : Cnn_TargetPass<"prefetch-weights"> {
  let summary = "Let regions that compute ask for the weights of later ones that would wait for them";
}
#endif
