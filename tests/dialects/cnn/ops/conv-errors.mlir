// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @groups(%x: tensor<1x64x7x7xf32>, %w: tensor<100x21x3x3xf32>) -> tensor<1x100x5x5xf32> {
  // expected-error @+1 {{groups = 3 must divide the 64 input channels and the 100 filters}}
  %y = cnn.conv %x, %w {groups = 3 : i64} : (tensor<1x64x7x7xf32>, tensor<100x21x3x3xf32>) -> tensor<1x100x5x5xf32>
  return %y : tensor<1x100x5x5xf32>
}

// -----

func.func @window(%x: tensor<1x512x7x7xf32>, %w: tensor<8x512x9x9xf32>) -> tensor<1x8x1x1xf32> {
  // expected-error @+1 {{the window 9x9 does not fit into 1x512x7x7 with pad 0,0,0,0}}
  %y = cnn.conv %x, %w : (tensor<1x512x7x7xf32>, tensor<8x512x9x9xf32>) -> tensor<1x8x1x1xf32>
  return %y : tensor<1x8x1x1xf32>
}

// -----

func.func @channels(%x: tensor<1x8x7x7xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{weight 8x4x3x3 is for 4 input channels in 1 groups, but x has 8}}
  %y = cnn.conv %x, %w : (tensor<1x8x7x7xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}
