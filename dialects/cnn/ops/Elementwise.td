// SPDX-License-Identifier: Apache-2.0
// Arithmetic, comparison and logic, element by element, with broadcasting.
#ifndef CNN_OPS_ELEMENTWISE_TD
#define CNN_OPS_ELEMENTWISE_TD
include "dialects/cnn/CnnDialect.td"

class Cnn_UnaryOp<string mnemonic, string what> : Cnn_ElementwiseOp<mnemonic> {
  let summary = what;
  let arguments = (ins Cnn_Tensor:$x);
  let results = (outs Cnn_Tensor:$y);
}
def Cnn_SqrtOp : Cnn_UnaryOp<"sqrt", "Square root">;
def Cnn_ExpOp : Cnn_UnaryOp<"exp", "e to the x">;
def Cnn_LogOp : Cnn_UnaryOp<"log", "Natural logarithm">;
def Cnn_AbsOp : Cnn_UnaryOp<"abs", "Absolute value">;
def Cnn_NegOp : Cnn_UnaryOp<"neg", "-x">;
def Cnn_ErfOp : Cnn_UnaryOp<"erf", "Error function">;
def Cnn_ReciprocalOp : Cnn_UnaryOp<"reciprocal", "1 / x">;
def Cnn_FloorOp : Cnn_UnaryOp<"floor", "Greatest integer not above x">;
def Cnn_CeilOp : Cnn_UnaryOp<"ceil", "Least integer not below x">;
def Cnn_RoundOp : Cnn_UnaryOp<"round", "Nearest integer, halves to even">;
def Cnn_SignOp : Cnn_UnaryOp<"sign", "-1, 0 or 1">;
def Cnn_SinOp : Cnn_UnaryOp<"sin", "Sine">;
def Cnn_CosOp : Cnn_UnaryOp<"cos", "Cosine">;
def Cnn_NotOp : Cnn_UnaryOp<"not", "Logical not">;

class Cnn_BinaryOp<string mnemonic, string what> : Cnn_ElementwiseOp<mnemonic> {
  let summary = what;
  let arguments = (ins Cnn_Tensor:$a, Cnn_Tensor:$b);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
def Cnn_AddOp : Cnn_BinaryOp<"add", "a + b">;
def Cnn_SubOp : Cnn_BinaryOp<"sub", "a - b">;
def Cnn_MulOp : Cnn_BinaryOp<"mul", "a * b">;
def Cnn_DivOp : Cnn_BinaryOp<"div", "a / b (integers: towards zero)">;
def Cnn_PowOp : Cnn_BinaryOp<"pow", "a to the b; b may be of another type">;
def Cnn_MaxOp : Cnn_BinaryOp<"max", "The greater, NaN if either is">;
def Cnn_MinOp : Cnn_BinaryOp<"min", "The lesser, NaN if either is">;
def Cnn_ModOp : Cnn_BinaryOp<"mod", "Remainder with the sign of the divisor (floats: of the dividend)">;

class Cnn_CompareOp<string mnemonic, string what> : Cnn_BinaryOp<mnemonic, what>;
def Cnn_EqualOp : Cnn_CompareOp<"equal", "a == b">;
def Cnn_LessOp : Cnn_CompareOp<"less", "a < b">;
def Cnn_LessEqualOp : Cnn_CompareOp<"less_equal", "a <= b">;
def Cnn_GreaterOp : Cnn_CompareOp<"greater", "a > b">;
def Cnn_GreaterEqualOp : Cnn_CompareOp<"greater_equal", "a >= b">;
def Cnn_AndOp : Cnn_BinaryOp<"and", "Logical and">;
def Cnn_OrOp : Cnn_BinaryOp<"or", "Logical or">;
def Cnn_XorOp : Cnn_BinaryOp<"xor", "Logical exclusive or">;

def Cnn_WhereOp : Cnn_ElementwiseOp<"where"> {
  let summary = "a where the condition holds, else b";
  let arguments = (ins Cnn_Tensor:$condition, Cnn_Tensor:$a, Cnn_Tensor:$b);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}

def Cnn_CastOp : Cnn_ElementwiseOp<"cast"> {
  let summary = "x as another type: towards zero from float to integer, x != 0 for bool";
  let arguments = (ins Cnn_Tensor:$x, TypeAttr:$to);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}

def Cnn_DropoutOp : Cnn_ElementwiseOp<"dropout"> {
  let summary = "x itself: in inference nothing is dropped (Srivastava et al. 2014)";
  let arguments = (ins Cnn_Tensor:$x, DefaultValuedAttr<F64Attr, "0.5">:$ratio);
  let results = (outs Cnn_Tensor:$y);
  let hasFolder = 1;
}

def Cnn_StochasticDepthOp : Cnn_ElementwiseOp<"stochastic_depth"> {
  let summary = "x itself: in inference every branch counts (Huang et al. 2016)";
  let description = [{ In training a whole image's x is zero with probability `ratio`, and otherwise larger by as much. }];
  let arguments = (ins Cnn_Tensor:$x, DefaultValuedAttr<F64Attr, "0.5">:$ratio);
  let results = (outs Cnn_Tensor:$y);
  let hasFolder = 1;
}
#endif
