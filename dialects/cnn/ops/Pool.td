// SPDX-License-Identifier: Apache-2.0
// Pooling over windows and over whole images.
#ifndef CNN_OPS_POOL_TD
#define CNN_OPS_POOL_TD
include "dialects/cnn/CnnDialect.td"

class Cnn_PoolOp<string mnemonic, dag more, string moreSignature = "">
    : Cnn_ComputeOp<mnemonic, [Cnn_SeesWindows]> {
  let arguments = !con((ins Cnn_Tensor:$x, DenseI64ArrayAttr:$kernel,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$stride,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$pad,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilation,
                       DefaultValuedAttr<BoolAttr, "false">:$ceil), more);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, kernel: spatial, stride: spatial = none, pad: pads = 0, dilation: spatial = 1, ceil: bool = false" # moreSignature;
}

def Cnn_MaxPoolOp : Cnn_PoolOp<"max_pool", (ins)> {
  let summary = "Maximum over windows; padding does not take part";
  let description = [{ With `ceil` a last window that begins inside the image or its leading padding counts, as in ONNX. }];
}
def Cnn_AvgPoolOp : Cnn_PoolOp<"avg_pool", (ins DefaultValuedAttr<BoolAttr, "false">:$count_include_pad),
                                   ", count_include_pad: bool = false"> {
  let summary = "Mean over windows; padding counts as zeros only if asked";
}

class Cnn_GlobalPoolOp<string mnemonic> : Cnn_ComputeOp<mnemonic> {
  let description = [{ `[N, C, …]` to `[N, C, 1, …]`. }];
  let arguments = (ins Cnn_Tensor:$x);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_GlobalAvgPoolOp : Cnn_GlobalPoolOp<"global_avg_pool"> { let summary = "Mean of each channel"; }
def Cnn_GlobalMaxPoolOp : Cnn_GlobalPoolOp<"global_max_pool"> { let summary = "Maximum of each channel"; }
#endif
