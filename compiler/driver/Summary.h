// SPDX-License-Identifier: Apache-2.0
// What a network consists of: its layers, and what each costs.
#pragma once

#include "compiler/driver/Options.h"

#include "dialects/cnn/CnnDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>
#include <vector>

namespace cnnc {

/// The pixels of an input that one pixel sees, down and along; nothing where it sees the whole image.
using ReceptiveField = std::optional<std::array<cnn::Reach, 2>>;

/// An operator, or an input of the network.
struct SummaryLayer {
  std::string name, op, output;
  int64_t parameters = 0;   ///< what is learned; those that layers share count where they are used first
  int64_t multiplyAdds = 0; ///< of convolutions and matrix products
  int64_t bytes = 0;        ///< of operands and results
  ReceptiveField field;
  llvm::SmallVector<size_t> inputs; ///< the layers whose results it reads
};

struct Summary {
  std::string network;
  std::vector<SummaryLayer> layers;
  std::vector<std::pair<std::string, size_t>> outputs; ///< their names and layers
  int64_t parameters = 0, multiplyAdds = 0;
  int64_t weightBytes = 0;     ///< of all constants, statistics too
  int64_t activationBytes = 0; ///< of all results, as if none shared memory

  /// Of a network as it was read.
  static llvm::Expected<Summary> of(mlir::ModuleOp module, llvm::StringRef network);
};

/// `7x7`, or `all`.
std::string text(const ReceptiveField &field);
void printTable(const Summary &summary, llvm::raw_ostream &os);
void printJson(const Summary &summary, llvm::raw_ostream &os);
/// A picture of the graph in Graphviz's language: a box for each block that the names tell of.
void printGraph(const Summary &summary, llvm::raw_ostream &os);

/// `cnnc summary`: prints what the options ask for; returns the exit code.
int summarize(const Options &options);

} // namespace cnnc
