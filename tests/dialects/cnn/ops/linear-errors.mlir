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

// -----

func.func @bias(%x: tensor<1x8xf32>, %w: tensor<4x8xf32>, %b: tensor<8xf32>) -> tensor<1x4xf32> {
  // expected-error @+1 {{bias must be 'tensor<4xf32>', got 'tensor<8xf32>'}}
  %y = cnn.fc %x, %w, %b : (tensor<1x8xf32>, tensor<4x8xf32>, tensor<8xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

func.func @leading(%a: tensor<2x3x4xf32>, %b: tensor<5x4x3xf32>) -> tensor<2x3x3xf32> {
  // expected-error @+1 {{the leading dimensions of 2x3x4 and 5x4x3 do not broadcast}}
  %y = cnn.matmul %a, %b : (tensor<2x3x4xf32>, tensor<5x4x3xf32>) -> tensor<2x3x3xf32>
  return %y : tensor<2x3x3xf32>
}

// -----

func.func @types(%a: tensor<3x4xf32>, %b: tensor<4x3xf64>) -> tensor<3x3xf32> {
  // expected-error @+1 {{needs numbers of one type, got 'f32' and 'f64'}}
  %y = cnn.matmul %a, %b : (tensor<3x4xf32>, tensor<4x3xf64>) -> tensor<3x3xf32>
  return %y : tensor<3x3xf32>
}
