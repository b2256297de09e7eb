// SPDX-License-Identifier: Apache-2.0
// Reductions along axes.
#ifndef CNN_OPS_REDUCE_TD
#define CNN_OPS_REDUCE_TD
include "dialects/cnn/CnnDialect.td"

class Cnn_ReduceOp<string mnemonic, string what> : Cnn_ComputeOp<mnemonic, [], ["isPerImage"]> {
  let summary = what # " along axes";
  let description = [{ `axes` are not negative, ascending and not repeated. }];
  let arguments = (ins Cnn_Tensor:$x, DenseI64ArrayAttr:$axes, DefaultValuedAttr<BoolAttr, "true">:$keep_dims);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_ReduceSumOp : Cnn_ReduceOp<"reduce_sum", "Sum">;
def Cnn_ReduceMeanOp : Cnn_ReduceOp<"reduce_mean", "Mean">;
def Cnn_ReduceMaxOp : Cnn_ReduceOp<"reduce_max", "Maximum">;
def Cnn_ReduceMinOp : Cnn_ReduceOp<"reduce_min", "Minimum">;
def Cnn_ReduceProdOp : Cnn_ReduceOp<"reduce_prod", "Product">;
def Cnn_ReduceL1Op : Cnn_ReduceOp<"reduce_l1", "Sum of absolute values">;
def Cnn_ReduceL2Op : Cnn_ReduceOp<"reduce_l2", "Root of the sum of squares">;
def Cnn_ReduceSumSquareOp : Cnn_ReduceOp<"reduce_sum_square", "Sum of squares">;
def Cnn_ReduceLogSumOp : Cnn_ReduceOp<"reduce_log_sum", "Logarithm of the sum">;
def Cnn_ReduceLogSumExpOp : Cnn_ReduceOp<"reduce_log_sum_exp", "Logarithm of the sum of exponentials">;

class Cnn_ArgOp<string mnemonic, string what> : Cnn_ComputeOp<mnemonic, [], ["isPerImage"]> {
  let summary = "Index of the " # what # " along one axis, as si64";
  let arguments = (ins Cnn_Tensor:$x, I64Attr:$axis, DefaultValuedAttr<BoolAttr, "true">:$keep_dims,
                       DefaultValuedAttr<BoolAttr, "false">:$select_last);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, axis: int = 1, keep_dims: bool = true, select_last: bool = false";
}
def Cnn_ArgMaxOp : Cnn_ArgOp<"arg_max", "maximum">;
def Cnn_ArgMinOp : Cnn_ArgOp<"arg_min", "minimum">;
#endif
