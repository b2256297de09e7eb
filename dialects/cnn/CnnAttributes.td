// SPDX-License-Identifier: Apache-2.0
// Layouts and plans: how a value is stored, and how an operator is computed.
#ifndef CNN_ATTRIBUTES_TD
#define CNN_ATTRIBUTES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributes.td"
include "dialects/cnn/CnnDialect.td"

class Cnn_Attr<string name, string word> : AttrDef<Cnn_Dialect, name> { let mnemonic = word; }

def Cnn_BlockedAttr : Cnn_Attr<"Blocked", "blocked"> {
  let summary = "Planes of `block` channels, each with a halo";
  let description = [{
    The encoding of an NCHW tensor stored as `[N][ceil(C / block)][top + H + bottom][left + W + right][block]`.
    Lanes without a channel and the halo hold zero. The halo is `[top, left, bottom, right]`.
  }];
  let parameters = (ins "int64_t":$block, ArrayRefParameter<"int64_t">:$halo);
  let assemblyFormat = "`<` `block` `=` $block `,` `halo` `=` `[` $halo `]` `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t top() const { return getHalo()[0]; }
    int64_t left() const { return getHalo()[1]; }
    int64_t bottom() const { return getHalo()[2]; }
    int64_t right() const { return getHalo()[3]; }
    bool hasHalo() const;
  }];
}

def Cnn_PlanAttr : Cnn_Attr<"Plan", "plan"> {
  let summary = "The algorithm of an operator, and its parameters";
  let description = [{
    `#cnn.plan<direct, {tile = array<i64: 6, 16>}>`. The algorithm is looked up by name among those that
    registered themselves; it alone reads the parameters.
  }];
  let parameters = (ins "::mlir::StringAttr":$algorithm, "::mlir::DictionaryAttr":$parameters);
  let assemblyFormat = "`<` $algorithm `,` $parameters `>`";
}

#endif
