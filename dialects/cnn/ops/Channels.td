// SPDX-License-Identifier: Apache-2.0
// Operators that move whole channels.
#ifndef CNN_OPS_CHANNELS_TD
#define CNN_OPS_CHANNELS_TD
include "dialects/cnn/CnnDialect.td"

def Cnn_ChannelShuffleOp : Cnn_ComputeOp<"channel_shuffle", [Cnn_MovesChannels]> {
  let summary = "Channel `g * C / groups + i` moves to `i * groups + g` (Zhang et al. 2017)";
  let arguments = (ins Cnn_Tensor:$x, I64Attr:$groups);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_SelectChannelsOp : Cnn_ComputeOp<"select_channels", [Cnn_MovesChannels]> {
  let summary = "Channel `c` of the result is channel `channels[c]` of the parts, counted through all of them";
  let arguments = (ins Variadic<Cnn_Tensor>:$parts, DenseI64ArrayAttr:$channels);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
#endif
