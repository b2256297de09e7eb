// SPDX-License-Identifier: Apache-2.0
// Convolutions.
#ifndef CNN_OPS_CONV_TD
#define CNN_OPS_CONV_TD
include "dialects/cnn/CnnDialect.td"

defvar ones = "{1, 1}";
defvar noPad = "{0, 0, 0, 0}";

def Cnn_ConvOp : Cnn_ComputeOp<"conv", [Cnn_TakesEpilogue, Cnn_Product, Cnn_SeesWindows]> {
  let summary = "Convolution (cross-correlation) of an image with filters";
  let description = [{
    `x` is `[N, C, H, W]`, `weight` `[filters, C / groups, kh, kw]`, `bias` `[filters]`; `pad` is `[top, left, bottom, right]`.
    `cnn.conv %x, %w {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>} : (…) -> …`
  }];
  let arguments = (ins Cnn_FloatTensor:$x, Cnn_FloatTensor:$weight, Optional<Cnn_FloatTensor>:$bias,
                       DefaultValuedAttr<DenseI64ArrayAttr, ones>:$stride,
                       DefaultValuedAttr<DenseI64ArrayAttr, noPad>:$pad,
                       DefaultValuedAttr<DenseI64ArrayAttr, ones>:$dilation,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, filters: int, kernel: spatial, stride: spatial = 1, pad: pads = 0, dilation: spatial = 1, groups: int = 1, "
                  "bias: bool = true, init: init = he_normal, bias_init: init = zeros";
}

def Cnn_ConvTransposeOp : Cnn_ComputeOp<"conv_transpose", [Cnn_TakesEpilogue, Cnn_Product, Cnn_SeesWindows]> {
  let summary = "Transposed convolution";
  let description = [{
    The gradient of `conv` for its input. `weight` is `[C, filters / groups, kh, kw]`; the result has
    `(H - 1) * stride - top - bottom + (kh - 1) * dilation + 1 + output_pad` rows.
  }];
  let arguments = (ins Cnn_FloatTensor:$x, Cnn_FloatTensor:$weight, Optional<Cnn_FloatTensor>:$bias,
                       DefaultValuedAttr<DenseI64ArrayAttr, ones>:$stride,
                       DefaultValuedAttr<DenseI64ArrayAttr, noPad>:$pad,
                       DefaultValuedAttr<DenseI64ArrayAttr, ones>:$dilation,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0}">:$output_pad,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, filters: int, kernel: spatial, stride: spatial = 1, pad: pads = 0, dilation: spatial = 1, output_pad: spatial = 0, groups: int = 1, "
                  "bias: bool = true, init: init = he_normal, bias_init: init = zeros";
}
#endif
