// SPDX-License-Identifier: Apache-2.0
// Fully connected layers and matrix products.
#ifndef CNN_OPS_LINEAR_TD
#define CNN_OPS_LINEAR_TD
include "dialects/cnn/CnnDialect.td"

def Cnn_FcOp : Cnn_ComputeOp<"fc", [Cnn_TakesEpilogue, Cnn_Product]> {
  let summary = "Fully connected layer: `x * transpose(weight) + bias`";
  let description = [{
    `x` is `[N, K]`, `weight` `[units, K]`, `bias` `[units]`, the result `[N, units]`. A call flattens what stands behind the batch.
  }];
  let arguments = (ins Cnn_FloatTensor:$x, Cnn_FloatTensor:$weight, Optional<Cnn_FloatTensor>:$bias);
  let results = (outs Cnn_FloatTensor:$y);
  let hasVerifier = 1;
  let completes = 1;
  let signature = "x: tensor, units: int, bias: bool = true, init: init = he_normal, bias_init: init = zeros";
}

def Cnn_MatmulOp : Cnn_ComputeOp<"matmul", [Cnn_TakesEpilogue, Cnn_Product], ["isPerImage"]> {
  let summary = "Matrix product, broadcast over leading dimensions, as numpy.matmul";
  let arguments = (ins Cnn_Tensor:$a, Cnn_Tensor:$b);
  let results = (outs Cnn_Tensor:$y);
  let hasVerifier = 1;
}
#endif
