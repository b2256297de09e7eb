// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @groups(%x: tensor<1x64x7x7xf32>, %w: tensor<100x21x3x3xf32>) -> tensor<1x100x5x5xf32> {
  // expected-error @+1 {{groups = 3 must divide the 64 input channels and the 100 filters}}
  %y = cnn.conv %x, %w {groups = 3 : i64} : (tensor<1x64x7x7xf32>, tensor<100x21x3x3xf32>) -> tensor<1x100x5x5xf32>
  return %y : tensor<1x100x5x5xf32>
}

// -----

func.func @window(%x: tensor<1x512x7x7xf32>, %w: tensor<8x512x9x9xf32>) -> tensor<1x8x1x1xf32> {
  // expected-error @+1 {{the window 9x9 does not fit into 1x512x7x7 with pad = 0}}
  %y = cnn.conv %x, %w : (tensor<1x512x7x7xf32>, tensor<8x512x9x9xf32>) -> tensor<1x8x1x1xf32>
  return %y : tensor<1x8x1x1xf32>
}

// -----

func.func @channels(%x: tensor<1x8x7x7xf32>, %w: tensor<8x4x3x3xf32>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{weight 8x4x3x3 is for 4 input channels in 1 groups, but x has 8}}
  %y = cnn.conv %x, %w : (tensor<1x8x7x7xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}

// -----

func.func @bias(%x: tensor<1x8x7x7xf32>, %w: tensor<8x8x3x3xf32>, %b: tensor<7xf32>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{bias must be 'tensor<8xf32>', got 'tensor<7xf32>'}}
  %y = cnn.conv %x, %w, %b : (tensor<1x8x7x7xf32>, tensor<8x8x3x3xf32>, tensor<7xf32>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}

// -----

func.func @types(%x: tensor<1x8x7x7xf32>, %w: tensor<8x8x3x3xf16>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{weight is 'f16', but x is 'f32'}}
  %y = cnn.conv %x, %w : (tensor<1x8x7x7xf32>, tensor<8x8x3x3xf16>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}

// -----

func.func @rank(%x: tensor<1x8x7xf32>, %w: tensor<8x8x3xf32>) -> tensor<1x8x5xf32> {
  // expected-error @+1 {{needs x [N, C, H, W] and weight [filters, C / groups, kh, kw], got 1x8x7 and 8x8x3}}
  %y = cnn.conv %x, %w : (tensor<1x8x7xf32>, tensor<8x8x3xf32>) -> tensor<1x8x5xf32>
  return %y : tensor<1x8x5xf32>
}

// -----

func.func @result(%x: tensor<1x8x7x7xf32>, %w: tensor<8x8x3x3xf32>) -> tensor<1x8x7x7xf32> {
  // expected-error @+2 {{inferred type(s) 'tensor<1x8x5x5xf32>' are incompatible with return type(s) of operation 'tensor<1x8x7x7xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = cnn.conv %x, %w : (tensor<1x8x7x7xf32>, tensor<8x8x3x3xf32>) -> tensor<1x8x7x7xf32>
  return %y : tensor<1x8x7x7xf32>
}

// -----

func.func @numbers(%x: tensor<1x8x7x7xf32>, %w: tensor<8x8x3x3xf32>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{pad must be 4 numbers of at least 0, got [1, 1]}}
  %y = cnn.conv %x, %w {pad = array<i64: 1, 1>} : (tensor<1x8x7x7xf32>, tensor<8x8x3x3xf32>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}

// -----

func.func @transposed(%x: tensor<1x4x2x2xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x1x1xf32> {
  // expected-error @+1 {{pad [3, 3, 3, 3] leaves nothing of a result of 1x4x2x2 by a window of 3x3}}
  %y = cnn.conv_transpose %x, %w {pad = array<i64: 3, 3, 3, 3>} : (tensor<1x4x2x2xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x1x1xf32>
  return %y : tensor<1x3x1x1xf32>
}

// -----

func.func @transposed_channels(%x: tensor<1x8x7x7xf32>, %w: tensor<4x8x3x3xf32>) -> tensor<1x8x9x9xf32> {
  // expected-error @+1 {{weight 4x8x3x3 is for 4 input channels, but x has 8}}
  %y = cnn.conv_transpose %x, %w : (tensor<1x8x7x7xf32>, tensor<4x8x3x3xf32>) -> tensor<1x8x9x9xf32>
  return %y : tensor<1x8x9x9xf32>
}
