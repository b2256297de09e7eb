// SPDX-License-Identifier: Apache-2.0
// Where operators that only move channels follow each other (ShuffleNet's concatenation, shuffle and split), each value
// that others read becomes one selection from where the channels were made; what nobody reads is never made. Pure
// concatenations stay, for their parts may be written in place.
#include "compiler/graph/Passes.h"
#include "dialects/cnn/CnnOps.h"

#include "llvm/ADT/SetVector.h"

namespace cnnc::graph {
#define GEN_PASS_DEF_COMPOSECHANNELS
#include "compiler/graph/Passes.h.inc"
} // namespace cnnc::graph

using namespace mlir;
using namespace cnnc;
using namespace cnnc::cnn;

namespace {
int64_t channelsOf(Value value) { return cast<RankedTensorType>(value.getType()).getDimSize(1); }

/// A channel of a value that no operator on channels made, for each channel of one that they made.
using Origins = SmallVector<std::pair<Value, int64_t>>;

struct ComposeChannels : graph::impl::ComposeChannelsBase<ComposeChannels> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      known.clear();
      SmallVector<ChannelOpInterface> movers;
      for (Operation &op : function.getBody().front())
        if (isMover(&op))
          movers.push_back(cast<ChannelOpInterface>(op));
      for (ChannelOpInterface mover : movers)
        for (OpResult result : mover->getResults())
          compose(mover, result);
      for (ChannelOpInterface mover : llvm::reverse(movers))
        if (mover->use_empty())
          mover->erase();
    }
  }

private:
  static bool isMover(Operation *op) {
    auto mover = dyn_cast_or_null<ChannelOpInterface>(op);
    return mover && mover.getChannelSources(0);
  }

  Origins originsOf(Value value) const {
    if (auto found = known.find(value); found != known.end())
      return found->second;
    Origins origins;
    for (int64_t channel = 0; channel < channelsOf(value); ++channel)
      origins.push_back({value, channel});
    return origins;
  }

  /// Whether whole values follow each other.
  static bool isConcat(const Origins &origins) {
    for (size_t first = 0, count; first < origins.size(); first += count) {
      Value value = origins[first].first;
      count = channelsOf(value);
      for (size_t i = 0; i < count; ++i)
        if (first + i >= origins.size() || origins[first + i] != std::pair(value, static_cast<int64_t>(i)))
          return false;
    }
    return true;
  }

  void compose(ChannelOpInterface mover, OpResult result) {
    SmallVector<Origins> operands =
        llvm::map_to_vector(mover->getOperands(), [&](Value operand) { return originsOf(operand); });
    Origins origins;
    ChannelSources sources = *mover.getChannelSources(result.getResultNumber());
    for (ChannelSource source : sources)
      origins.push_back(operands[source.operand][source.channel]);
    known[result] = origins;
    bool isRead = llvm::any_of(result.getUsers(), [](Operation *user) { return !isMover(user); });
    bool isAlone = llvm::none_of(mover->getOperands(), [](Value value) { return isMover(value.getDefiningOp()); });
    if (!isRead || isAlone)
      return;

    llvm::SetVector<Value> parts;
    for (Value value : llvm::make_first_range(origins))
      parts.insert(value);
    llvm::DenseMap<Value, int64_t> firsts;
    int64_t total = 0;
    for (Value part : parts) {
      firsts[part] = total;
      total += channelsOf(part);
    }
    SmallVector<int64_t> channels;
    for (auto [value, channel] : origins)
      channels.push_back(firsts[value] + channel);
    if (parts.size() == 1 && isConcat(origins) && total == static_cast<int64_t>(origins.size()))
      return result.replaceAllUsesWith(parts.front());
    if (isConcat(origins))
      return;
    OpBuilder builder(mover);
    Value selected = SelectChannelsOp::create(builder, mover->getLoc(), parts.getArrayRef(), channels);
    known[selected] = origins;
    result.replaceAllUsesWith(selected);
  }

  llvm::DenseMap<Value, Origins> known;
};
} // namespace
