// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @fc(%x: tensor<1x8xf32>, %w: tensor<4x9xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{needs x [N, K] and weight [units, K] of one K, got 1x8 and 4x9}}
  %y = cnn.fc %x, %w : (tensor<1x8xf32>, tensor<4x9xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{cannot multiply 2x3 by 4x5}}
  %y = cnn.matmul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}
