// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @bn(%x: tensor<1x8x2x2xf32>, %w: tensor<8xf32>, %v: tensor<7xf32>) -> tensor<1x8x2x2xf32> {
  // expected-error @+1 {{running_var must have one number for each of the 8 channels, got 7}}
  %y = cnn.bn %x, %w, %w, %w, %v : (tensor<1x8x2x2xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<7xf32>) -> tensor<1x8x2x2xf32>
  return %y : tensor<1x8x2x2xf32>
}

// -----

func.func @softmax(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
  // expected-error @+1 {{axis = 2 is none of the 2 of 1x8}}
  %y = cnn.softmax %x {axis = 2 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
  return %y : tensor<1x8xf32>
}

// -----

func.func @lrn(%x: tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32> {
  // expected-error @+1 {{size must be a positive number of channels, got 0}}
  %y = cnn.lrn %x {size = 0 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
  return %y : tensor<1x8x2x2xf32>
}
