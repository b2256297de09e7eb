// SPDX-License-Identifier: Apache-2.0
// What passes may ask of an operator. Passes name no operator; they ask these.
#ifndef CNN_INTERFACES_TD
#define CNN_INTERFACES_TD

include "mlir/IR/OpBase.td"

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ What one execution costs. }];
  let methods = [
    InterfaceMethod<"Floating-point operations (a multiply-add is two).", "int64_t", "getFlops">,
    InterfaceMethod<"Bytes of all operands and results.", "int64_t", "getBytes", (ins), "", [{
      return ::cnnc::cnn::bytesOf($_op->getOperandTypes()) + ::cnnc::cnn::bytesOf($_op->getResultTypes());
    }]>];
}

def LowerableOpInterface : OpInterface<"LowerableOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ The operator's meaning, written as plain loops. }];
  let methods = [
    InterfaceMethod<[{
      Writes the op's meaning as loops over memrefs of the operands' and results' logical shapes (NCHW, any
      strides, signless elements). Direct and obvious: speed is the business of the algorithms in `compiler/loops`.
      The results' memory is uninitialised and overlaps no operand.
    }], "void", "lowerPlain", (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$outputs)>,
    InterfaceMethod<[{
      Whether every image of the leading dimension is computed by itself, so that a network may be run image by image.
    }], "bool", "isPerImage", (ins), "", [{ return ::cnnc::cnn::keepsLeadingDimension($_op); }]>];
}

def ElementwiseOpInterface : OpInterface<"ElementwiseOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ A function of single elements, with the operands broadcast as in ONNX (aligned at the last dimension). }];
  let methods = [
    InterfaceMethod<[{
      The value of one element, or of a vector of elements, from the operands' elements. `values` are all scalars or
      all vectors of one length; elements are signless, and the op's own types tell their sign.
    }], "::mlir::Value", "emitElement", (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$values)>,
    InterfaceMethod<"Whether zeros in give zero out, so that lanes without a channel stay zero.",
      "bool", "preservesZero", (ins), "", [{ return false; }]>];
}

def ChannelOpInterface : OpInterface<"ChannelOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ An operator that may do no more than move whole channels (dimension 1). }];
  let methods = [
    InterfaceMethod<"Where each channel of a result comes from, or nothing if more happens to it.",
      "std::optional<::cnnc::cnn::ChannelSources>", "getChannelSources", (ins "unsigned":$result)>];
}

def ProductOpInterface : OpInterface<"ProductOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ An operator that sums up products, as a convolution does: what the literature counts of a network. }];
  let methods = [InterfaceMethod<"Multiplications whose products are added up.", "int64_t", "getMultiplyAdds">];
}

def WindowOpInterface : OpInterface<"WindowOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ An operator whose pixels see a window of the first operand, and not just the pixel in their place. }];
  let methods = [InterfaceMethod<"What a pixel sees, down the rows and along the columns.",
    "std::array<::cnnc::cnn::Reach, 2>", "getReach">];
}

def StatisticOpInterface : OpInterface<"StatisticOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ An operator that keeps statistics of what it saw, beside what it learned. }];
  let methods = [InterfaceMethod<"Whether an operand holds such statistics.", "bool", "isStatistic", (ins "unsigned":$operand)>];
}

def LayerOpInterface : OpInterface<"LayerOpInterface"> {
  let cppNamespace = "::cnnc::cnn";
  let description = [{ How an operator is called by its name: what front ends need to know of it, and all that they know. }];
  let methods = [
    StaticInterfaceMethod<[{
      The parameters, as `x: tensor, kernel: spatial, stride: spatial = 1`: names, kinds and defaults. Tensors are operands
      in this order; the others are attributes, or taken out by complete().
    }], "::llvm::StringRef", "getSignature">,
    StaticInterfaceMethod<"What it computes, in one line.", "::llvm::StringRef", "getSummary">,
    StaticInterfaceMethod<"What else is to be said.", "::llvm::StringRef", "getDescription">,
    StaticInterfaceMethod<"Makes attributes and weights of arguments that are neither.",
      "::mlir::LogicalResult", "complete", (ins "::cnnc::cnn::LayerCall &":$call), "", "return ::mlir::success();">,
    InterfaceMethod<"Makes arguments of attributes and weights: the inverse of complete().",
      "void", "describe", (ins "::mlir::NamedAttrList &":$arguments), "", [{ (void)arguments; }]>];
}

#endif
