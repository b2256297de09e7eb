// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @mode(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32> {
  // expected-error @+1 {{mode = "cubic" is none of nearest, linear}}
  %y = cnn.resize %x {sizes = array<i64: 1, 8, 8, 8>, scales = array<f64: 1.0, 1.0, 2.0, 2.0>, mode = "cubic"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x8xf32>
  return %y : tensor<1x8x8x8xf32>
}
