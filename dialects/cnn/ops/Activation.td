// SPDX-License-Identifier: Apache-2.0
// Activations: functions of one element.
#ifndef CNN_OPS_ACTIVATION_TD
#define CNN_OPS_ACTIVATION_TD
include "dialects/cnn/CnnDialect.td"

class Cnn_ActivationOp<string mnemonic, dag more = (ins)> : Cnn_ElementwiseOp<mnemonic> {
  let arguments = !con((ins Cnn_Tensor:$x), more);
  let results = (outs Cnn_Tensor:$y);
}

def Cnn_ReluOp : Cnn_ActivationOp<"relu"> { let summary = "max(x, 0)"; }
def Cnn_LeakyReluOp : Cnn_ActivationOp<"leaky_relu", (ins DefaultValuedAttr<F64Attr, "0.01">:$alpha)> { let summary = "x, or alpha * x below zero"; }
def Cnn_ThresholdedReluOp : Cnn_ActivationOp<"thresholded_relu", (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)> { let summary = "x above alpha, else 0"; }
def Cnn_ClipOp : Cnn_ActivationOp<"clip", (ins OptionalAttr<F64Attr>:$min, OptionalAttr<F64Attr>:$max)> { let summary = "x held between min and max, where given"; }
def Cnn_SigmoidOp : Cnn_ActivationOp<"sigmoid"> { let summary = "1 / (1 + exp(-x))"; }
def Cnn_HardSigmoidOp : Cnn_ActivationOp<"hard_sigmoid", (ins DefaultValuedAttr<F64Attr, "0.2">:$alpha, DefaultValuedAttr<F64Attr, "0.5">:$beta)> { let summary = "alpha * x + beta held between 0 and 1"; }
def Cnn_HardSwishOp : Cnn_ActivationOp<"hard_swish"> { let summary = "x * clip(x / 6 + 1/2, 0, 1) (Howard et al. 2019)"; }
def Cnn_TanhOp : Cnn_ActivationOp<"tanh"> { let summary = "Hyperbolic tangent"; }
def Cnn_EluOp : Cnn_ActivationOp<"elu", (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)> { let summary = "x, or alpha * (exp(x) - 1) below zero"; }
def Cnn_CeluOp : Cnn_ActivationOp<"celu", (ins DefaultValuedAttr<F64Attr, "1.0">:$alpha)> { let summary = "max(0, x) + min(0, alpha * (exp(x / alpha) - 1))"; }
def Cnn_SeluOp : Cnn_ActivationOp<"selu", (ins DefaultValuedAttr<F64Attr, "1.67326319217681884765625">:$alpha,
                                              DefaultValuedAttr<F64Attr, "1.05070102214813232421875">:$gamma)> { let summary = "gamma * elu(x, alpha) (Klambauer et al. 2017)"; }
def Cnn_GeluOp : Cnn_ActivationOp<"gelu", (ins DefaultValuedAttr<BoolAttr, "false">:$approximate)> { let summary = "x * Phi(x); by tanh if approximate (Hendrycks and Gimpel 2016)"; }
def Cnn_SiluOp : Cnn_ActivationOp<"silu"> { let summary = "x * sigmoid(x)"; }
def Cnn_MishOp : Cnn_ActivationOp<"mish"> { let summary = "x * tanh(softplus(x)) (Misra 2019)"; }
def Cnn_SoftplusOp : Cnn_ActivationOp<"softplus"> { let summary = "log(1 + exp(x))"; }
def Cnn_SoftsignOp : Cnn_ActivationOp<"softsign"> { let summary = "x / (1 + |x|)"; }

def Cnn_PreluOp : Cnn_ElementwiseOp<"prelu"> {
  let summary = "x, or slope * x below zero; slope broadcasts to x";
  let arguments = (ins Cnn_Tensor:$x, Cnn_Tensor:$slope);
  let results = (outs Cnn_Tensor:$y);
  let completes = 1;
  let signature = "x: tensor, slope: tensor = none, init: init = [constant, 0.25]";
}
#endif
