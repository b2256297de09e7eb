// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @mode(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32> {
  // expected-error @+1 {{mode = "cubic" is none of nearest, linear}}
  %y = cnn.resize %x {sizes = array<i64: 1, 8, 8, 8>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, mode = "cubic"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}

// -----

func.func @scales(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32> {
  // expected-error @+1 {{needs a size and a scale for each of the 4 dimensions of 1x8x4x4, got 4 and 2}}
  %y = cnn.resize %x {sizes = array<i64: 1, 8, 8, 8>, scales = array<f64: 2.0, 2.0>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}

// -----

func.func @negative(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32> {
  // expected-error @+1 {{dimension 2 has size 8 and scale -2.000000, both must be positive}}
  %y = cnn.resize %x {sizes = array<i64: 1, 8, 8, 8>, scales = array<f64: 1.0, 1.0, -2.0, 2.0>} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}
