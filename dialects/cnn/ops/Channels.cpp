// SPDX-License-Identifier: Apache-2.0
// Operators that move whole channels.
#include "dialects/cnn/ops/Elements.h"
#include "dialects/cnn/ops/Infer.h"

using namespace mlir;
using namespace cnnc::cnn;

template <typename Op>
static FailureOr<RankedTensorType> channelShuffleType(Op op, Emit emit) {
  RankedTensorType x = tensorOf(op.getX());
  int64_t groups = op.getGroups();
  if (x.getRank() < 2 || groups < 1 || x.getDimSize(1) % groups)
    return emit() << "groups = " << groups << " must divide the channels of x [N, C, ...], got " << text(x);
  return withoutLayout(x);
}
CNN_INFER(ChannelShuffleOp, channelShuffleType)

template <typename Op>
static FailureOr<RankedTensorType> selectChannelsType(Op op, Emit emit) {
  if (op.getParts().empty())
    return emit() << "needs at least one tensor";
  RankedTensorType first = tensorOf(op.getParts().front());
  int64_t total = 0;
  for (Value part : op.getParts()) {
    RankedTensorType type = tensorOf(part);
    if (type.getRank() < 2 || type.getRank() != first.getRank() || type.getElementType() != first.getElementType() ||
        type.getDimSize(0) != first.getDimSize(0) || type.getShape().drop_front(2) != first.getShape().drop_front(2))
      return emit() << "takes tensors [N, C, ...] that differ in their channels only, got " << text(first) << " and "
                    << text(type);
    total += type.getDimSize(1);
  }
  for (int64_t channel : op.getChannels())
    if (channel < 0 || channel >= total)
      return emit() << "channel " << channel << " is none of the " << total << " of all parts";
  SmallVector<int64_t> shape(first.getShape());
  shape[1] = op.getChannels().size();
  return reshaped(first, shape);
}
CNN_INFER(SelectChannelsOp, selectChannelsType)

int64_t ChannelShuffleOp::getFlops() { return 0; }
int64_t SelectChannelsOp::getFlops() { return 0; }

void cnnc::cnn::appendChannels(ChannelSources &sources, unsigned operand, int64_t first, int64_t count) {
  for (int64_t channel = first; channel < first + count; ++channel)
    sources.push_back({operand, channel});
}

std::optional<ChannelSources> ChannelShuffleOp::getChannelSources(unsigned) {
  int64_t groups = getGroups(), channels = tensorOf(getX()).getDimSize(1);
  ChannelSources sources;
  for (int64_t channel = 0; channel < channels; ++channel)
    sources.push_back({0, channel % groups * (channels / groups) + channel / groups});
  return sources;
}

std::optional<ChannelSources> SelectChannelsOp::getChannelSources(unsigned) {
  ChannelSources all, sources;
  for (auto [i, part] : llvm::enumerate(getParts()))
    appendChannels(all, i, 0, tensorOf(part).getDimSize(1));
  for (int64_t channel : getChannels())
    sources.push_back(all[channel]);
  return sources;
}

/// Copies channels in runs: neighbours of one operand, at equal distances in the result.
static void copyChannels(Loops &loops, ArrayRef<int64_t> shape, ChannelSources sources, ValueRange inputs, Value to) {
  int64_t channels = shape[1];
  SmallVector<bool> done(channels);
  for (int64_t first = 0; first < channels; ++first) {
    if (done[first])
      continue;
    ChannelSource source = sources[first];
    auto continues = [&](int64_t at, int64_t count) {
      return at < channels && !done[at] && sources[at] == ChannelSource{source.operand, source.channel + count};
    };
    int64_t step = 1, count = 1;
    while (first + step < channels && !continues(first + step, 1))
      ++step;
    while (continues(first + count * step, count))
      ++count;
    for (int64_t i = 0; i < count; ++i)
      done[first + i * step] = true;
    SmallVector<int64_t> extents(shape);
    extents[1] = count;
    loops.nest(extents, [&](ValueRange at) {
      SmallVector<Value> source(at), target(at);
      source[1] = loops.add(at[1], sources[first].channel);
      target[1] = loops.add(loops.mul(at[1], step), first);
      loops.store(loops.load(inputs[sources[first].operand], source), to, target);
    });
  }
}

void ChannelShuffleOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  copyChannels(loops, tensorOf(getY()).getShape(), *getChannelSources(0), inputs, outputs[0]);
}

void SelectChannelsOp::lowerPlain(OpBuilder &builder, ValueRange inputs, ValueRange outputs) {
  Loops loops(builder, getLoc());
  copyChannels(loops, tensorOf(getY()).getShape(), *getChannelSources(0), inputs, outputs[0]);
}
