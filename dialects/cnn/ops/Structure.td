// SPDX-License-Identifier: Apache-2.0
// Constants, fused regions and conversions of layout: the network's own structure.
#ifndef CNN_OPS_STRUCTURE_TD
#define CNN_OPS_STRUCTURE_TD
include "dialects/cnn/CnnDialect.td"
include "dialects/cnn/CnnAttributes.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Cnn_ConstantOp : Cnn_Op<"constant", [Pure, ConstantLike]> {
  let summary = "Known values: a weight, or a number";
  let description = [{
    Small values are `dense<>`; weights are `dense_resource<>` over memory that is mapped from the model's file.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Cnn_Tensor:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasFolder = 1;
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{ build($_builder, $_state, value.getType(), value); }]>];
}

def Cnn_ParameterOp : Cnn_Op<"parameter", [Pure, InferTypeOpAdaptor, LayerOpInterface]> {
  let summary = "A weight whose values are not known yet";
  let description = [{
    Its path names it in checkpoints. `init` says what it holds before training: a word (`he_normal`), or an array of a word
    and numbers (`["normal", 0.01]`). What is not trained is a statistic. A call's label is its path.
  }];
  let arguments = (ins StrAttr:$path, DenseI64ArrayAttr:$shape, TypeAttr:$type, AnyAttr:$init, BoolAttr:$trained);
  let results = (outs Cnn_Tensor:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasVerifier = 1;
  let completes = 1;
  let signature = "shape: ints, init: init = zeros, type: dtype = f32, trained: bool = true";
}

def Cnn_YieldOp : Cnn_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["FusedOp", "ChainOp"]>]> {
  let summary = "Ends a fused region or a chain";
  let arguments = (ins Variadic<Cnn_Tensor>:$results);
  let assemblyFormat = "attr-dict ($results^ `:` type($results))?";
}

def Cnn_FusedOp : Cnn_Op<"fused", [IsolatedFromAbove, SingleBlock, Pure]> {
  let summary = "Operators that run as one phase: an anchor, then elementwise operators on its result";
  let description = [{
    The block's arguments are the operands. The first operator is the anchor; every later one is elementwise and uses
    the values of the region only. The plan says how the whole is computed.
  }];
  let arguments = (ins Variadic<Cnn_Tensor>:$inputs, OptionalAttr<Cnn_PlanAttr>:$plan);
  let results = (outs Variadic<Cnn_Tensor>:$outputs);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "$inputs attr-dict-with-keyword $body `:` functional-type($inputs, $outputs)";
  let classDeclaration = [{
    /// The operator that gives the region its loops.
    ::mlir::Operation *getAnchor() { return &getBody().front().front(); }
    /// The region's operand that is the anchor's operand `index`.
    ::mlir::Value getAnchorInput(unsigned index) {
      return getInputs()[::llvm::cast<::mlir::BlockArgument>(getAnchor()->getOperand(index)).getArgNumber()];
    }
  }];
}

def Cnn_ChainOp : Cnn_Op<"chain", [SingleBlock, Pure]> {
  let summary = "Regions that run as one phase, depth first: a band of rows after the other";
  let description = [{
    The anchor of each region but the first reads, as its first operand, the result of the region before; the last
    result is the chain's. What lies between is never whole in memory: a ring keeps the rows that are still needed.
    All other operands come from outside. `rows` is the height of a band of the result.
  }];
  let arguments = (ins I64Attr:$rows);
  let results = (outs Cnn_Tensor:$y);
  let regions = (region SizedRegion<1>:$body);
  let hasVerifier = 1;
  let assemblyFormat = "attr-dict-with-keyword $body `:` type($y)";
  let classDeclaration = [{
    /// The regions, in their order.
    std::vector<FusedOp> getStages();
  }];
}

def Cnn_JoinOp : Cnn_Op<"join", [Pure]> {
  let summary = "Values that lie in one buffer, one after the other: a concatenation of channels that moves nothing";
  let description = [{
    Whoever makes a part writes it to its place in the result's buffer. All are blocked alike, with the same halo, and
    each part but the last fills its blocks.
  }];
  let arguments = (ins Variadic<Cnn_Tensor>:$parts);
  let results = (outs Cnn_Tensor:$y);
  let assemblyFormat = "$parts attr-dict `:` functional-type($parts, $y)";
  let hasVerifier = 1;
}

def Cnn_ConvertLayoutOp : Cnn_Op<"convert_layout", [Pure]> {
  let summary = "The same values stored in another layout";
  let arguments = (ins Cnn_Tensor:$x);
  let results = (outs Cnn_Tensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
  let hasVerifier = 1;
}
#endif
