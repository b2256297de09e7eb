// SPDX-License-Identifier: Apache-2.0
// An algorithm computes a fused region in one way: the interface behind plan attributes.
#pragma once

#include "compiler/cost/Target.h"
#include "dialects/cnn/CnnOps.h"

namespace cnnc {

namespace loops {
class Phase;
struct RowRange;
} // namespace loops

/// How an algorithm wants a value stored.
struct LayoutNeed {
  /// Channels of a block; 0 is plain NCHW. kAny leaves an operand as it comes, and a result to its first reader.
  int64_t block = 0;
  /// Zeros needed around each plane: top, left, bottom, right.
  std::array<int64_t, 4> halo = {0, 0, 0, 0};

  static constexpr int64_t kAny = -1;
  static LayoutNeed plain() { return {}; }
  static LayoutNeed any() { return {kAny, {}}; }
  static LayoutNeed blocked(int64_t block = Target::kBlock, std::array<int64_t, 4> halo = {0, 0, 0, 0}) {
    return {block, halo};
  }
};

/// Which rows of its operand make row r of a result: `extent` rows from r * stride - pad on.
struct RowWindow {
  int64_t stride = 1, extent = 1, pad = 0;
};

/// One way to compute a fused region. Each algorithm is one file in compiler/loops/algorithms and registers itself;
/// a plan attribute holds its name and its parameters.
///
/// Passes ask in this order: accepts() and the cycles of candidates(), to choose an algorithm; then layouts of operands
/// and results; then (when all halos are known) candidates() and their cycles again, to choose a plan; at last lower().
class Algorithm {
public:
  virtual ~Algorithm() = default;

  /// The name in plans, tables and comments.
  virtual llvm::StringRef name() const = 0;
  /// Algorithms with a higher rank are asked first. `plain`, which takes everything, has rank 0.
  virtual int rank() const = 0;
  /// Whether it can compute this region on this target. Operands may already carry layouts.
  virtual bool accepts(cnn::FusedOp op, const Target &target) const = 0;
  virtual LayoutNeed operandLayout(cnn::FusedOp op, unsigned index) const = 0;
  virtual LayoutNeed resultLayout(cnn::FusedOp op, unsigned index) const = 0;
  /// The parameters that are worth trying, at least one choice of them, as far as the layouts known so far allow.
  virtual llvm::SmallVector<mlir::DictionaryAttr> candidates(cnn::FusedOp op, const Target &) const {
    return {mlir::DictionaryAttr::get(op.getContext())};
  }
  /// The estimated cycles of one of the candidates.
  virtual double cycles(cnn::FusedOp op, mlir::DictionaryAttr parameters, const Target &target) const;
  /// Bytes of its constants as they are packed.
  virtual int64_t weightBytes(cnn::FusedOp op) const;
  /// Bytes of later weights that its phase can ask for while it computes (CnnDialect::kAhead).
  virtual int64_t prefetchRoom(cnn::FusedOp, const Target &) const { return 0; }
  /// Memory that it needs besides operands and results, once its parameters are known.
  virtual int64_t workspaceBytes(cnn::FusedOp, const Target &) const { return 0; }
  /// Whether a phase of its own makes what all shares of the main one read.
  virtual bool prepares(cnn::FusedOp) const { return false; }
  /// Writes the kernel of that phase.
  virtual void prepare(cnn::FusedOp, const Target &, loops::Phase &) const {}
  /// Set if the region can be a stage of a chain: if any of its rows can be computed from rows of the anchor's first
  /// operand.
  virtual std::optional<RowWindow> rowWindow(cnn::FusedOp) const { return std::nullopt; }
  /// Writes the loops over some rows of a stage, into the kernel of the chain.
  virtual void lowerRows(cnn::FusedOp, const Target &, loops::Phase &, const loops::RowRange &) const {}
  /// Writes the kernel.
  virtual void lower(cnn::FusedOp op, const Target &target, loops::Phase &phase) const = 0;
};

/// A way to compute a region, and its estimated time.
struct Choice {
  const Algorithm *algorithm = nullptr;
  mlir::DictionaryAttr parameters;
  double cycles = 0;

  cnn::PlanAttr plan() const;
};
/// What the operators of a region compute; a multiply-add is two.
int64_t flopsOf(cnn::FusedOp op);
/// The candidates of one algorithm, cheapest first.
llvm::SmallVector<Choice> choicesOf(const Algorithm &algorithm, cnn::FusedOp op, const Target &target);
/// Those of all algorithms of the highest rank that accepts the region, cheapest first.
llvm::SmallVector<Choice> choicesFor(cnn::FusedOp op, const Target &target);

/// All algorithms, by falling rank.
llvm::ArrayRef<const Algorithm *> algorithms();
/// The one with this name, or null.
const Algorithm *findAlgorithm(llvm::StringRef name);
/// The one that an operator's plan names; the plan must be there.
const Algorithm &algorithmOf(cnn::FusedOp op);

/// `static RegisterAlgorithm<DirectConv> registration;` in the algorithm's file.
void registerAlgorithm(std::unique_ptr<const Algorithm> algorithm);
template <typename T>
struct RegisterAlgorithm {
  RegisterAlgorithm() { registerAlgorithm(std::make_unique<T>()); }
};

} // namespace cnnc
