// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @axes(%x: tensor<1x8x4xf32>) -> tensor<1x1x1xf32> {
  // expected-error @+1 {{axes [2, 1] must ascend within the 3 of 1x8x4}}
  %y = cnn.reduce_sum %x {axes = array<i64: 2, 1>} : (tensor<1x8x4xf32>) -> tensor<1x1x1xf32>
  return %y : tensor<1x1x1xf32>
}

// -----

func.func @axis(%x: tensor<1x8xf32>) -> tensor<1x1xsi64> {
  // expected-error @+1 {{axis = -1 is none of the 2 of 1x8}}
  %y = cnn.arg_max %x {axis = -1 : i64} : (tensor<1x8xf32>) -> tensor<1x1xsi64>
  return %y : tensor<1x1xsi64>
}
