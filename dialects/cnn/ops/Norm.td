// SPDX-License-Identifier: Apache-2.0
// Normalisation.
#ifndef CNN_OPS_NORM_TD
#define CNN_OPS_NORM_TD
include "dialects/cnn/CnnDialect.td"

def Cnn_BnOp : Cnn_ComputeOp<"bn", [Cnn_HoldsStatistics]> {
  let summary = "Batch norm with stored statistics: `(x - mean) / sqrt(var + eps) * weight + bias`";
  let description = [{ Ioffe and Szegedy 2015, in inference. All parameters are `[C]`. }];
  let arguments = (ins Cnn_FloatTensor:$x, Cnn_FloatTensor:$weight, Cnn_FloatTensor:$bias,
                       Cnn_FloatTensor:$running_mean, Cnn_FloatTensor:$running_var,
                       DefaultValuedAttr<F64Attr, "1e-5">:$eps);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, eps: float = 1e-5, init: init = ones, bias_init: init = zeros";
}

def Cnn_LrnOp : Cnn_ComputeOp<"lrn"> {
  let summary = "Local response normalisation across channels";
  let description = [{
    `x / (k + alpha / size * sum of squares of the size channels around)^beta` (Krizhevsky et al. 2012, section 3.3, in ONNX's form).
  }];
  let arguments = (ins Cnn_FloatTensor:$x, I64Attr:$size, DefaultValuedAttr<F64Attr, "1e-4">:$alpha,
                       DefaultValuedAttr<F64Attr, "0.75">:$beta, DefaultValuedAttr<F64Attr, "1.0">:$k);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let classDeclaration = [{
    /// The result for x, from the sum of squares around it; scalars or vectors.
    ::mlir::Value emitNormalized(::mlir::OpBuilder &builder, ::mlir::Value x, ::mlir::Value squares);
  }];
}

class Cnn_SoftmaxLikeOp<string mnemonic> : Cnn_ComputeOp<mnemonic, [], ["isPerImage"]> {
  let arguments = (ins Cnn_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, axis: int = 1";
}
def Cnn_SoftmaxOp : Cnn_SoftmaxLikeOp<"softmax"> { let summary = "Softmax along one axis"; }
def Cnn_LogSoftmaxOp : Cnn_SoftmaxLikeOp<"log_softmax"> { let summary = "Logarithm of the softmax along one axis"; }
#endif
