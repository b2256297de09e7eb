// SPDX-License-Identifier: Apache-2.0
// Operators that move elements and compute nothing. Axes are never negative.
#ifndef CNN_OPS_SHAPE_TD
#define CNN_OPS_SHAPE_TD
include "dialects/cnn/CnnDialect.td"

def Cnn_ConcatOp : Cnn_ComputeOp<"concat", [Cnn_MovesChannels]> {
  let summary = "Tensors one after the other along an axis";
  let arguments = (ins Variadic<Cnn_Tensor>:$parts, I64Attr:$axis);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "parts: tensors, axis: int = 1";
}
def Cnn_SplitOp : Cnn_ComputeOp<"split", [Cnn_MovesChannels]> {
  let summary = "Pieces of the given sizes along an axis";
  let description = [{ A call says how many equal `parts` there are, or the size of each. }];
  let arguments = (ins Cnn_Tensor:$x, I64Attr:$axis, DenseI64ArrayAttr:$sizes);
  let results = (outs Variadic<Cnn_Tensor>:$parts);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, parts: ints, axis: int = 1";
}
def Cnn_SliceOp : Cnn_ComputeOp<"slice", [Cnn_MovesChannels, Cnn_SeesWindows], ["isPerImage"]> {
  let summary = "`sizes[d]` elements from `starts[d]`, `steps[d]` apart; steps may be negative";
  let description = [{
    A call names the axes to cut, and for each where to `start` (from the end if negative), before what to `end`, and the step;
    `slice(axis = 3, step = -1)` mirrors an image.
  }];
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$starts, DenseI64ArrayAttr:$sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, axis: ints, start: ints = none, end: ints = none, step: ints = 1";
}
def Cnn_PadOp : Cnn_ComputeOp<"pad", [], ["isPerImage"]> {
  let summary = "A border of `low[d]` and `high[d]` elements; negative ones cut";
  let description = [{
    `mode` is `constant` (with `value`), `reflect`, `edge` or `wrap`. A call gives the border of images by `pad`, as convolutions
    take it, or that of every dimension by `low` and `high`.
  }];
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
                       DefaultValuedAttr<StrAttr, "\"constant\"">:$mode, DefaultValuedAttr<F64Attr, "0.0">:$value);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, pad: pads = 0, mode: word[constant, reflect, edge, wrap] = constant, value: float = 0, "
                  "low: ints = none, high: ints = none";
}
def Cnn_ReshapeOp : Cnn_ComputeOp<"reshape"> {
  let summary = "The same elements in the same order, in another shape (flatten, squeeze and unsqueeze too)";
  let description = [{ A call may leave one size to be found: -1. }];
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$shape);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, shape: ints";
  let hasFolder = 1;
}
def Cnn_TransposeOp : Cnn_ComputeOp<"transpose", [Cnn_TakesEpilogue, Cnn_MovesElements], ["isPerImage"]> {
  let summary = "Dimension d of the result is dimension `permutation[d]` of x";
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$permutation);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let hasFolder = 1;
}
def Cnn_ExpandOp : Cnn_ComputeOp<"expand", [], ["isPerImage"]> {
  let summary = "x broadcast to a shape";
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$shape);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_TileOp : Cnn_ComputeOp<"tile"> {
  let summary = "x repeated `repeats[d]` times along each dimension";
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$repeats);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_GatherOp : Cnn_ComputeOp<"gather", [], ["isPerImage"]> {
  let summary = "Slices of x along an axis, chosen by indices; negative ones count from the end";
  let arguments = (ins Cnn_Tensor:$x, Cnn_Tensor:$indices, I64Attr:$axis);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, indices: tensor, axis: int = 0";
}
#endif
