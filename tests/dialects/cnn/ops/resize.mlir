// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @resize
func.func @resize(%x: tensor<1x8x4x4xf32>) -> tensor<1x8x8x6xf32> {
  // CHECK: cnn.resize %{{.*}} {scales = array<f64: 1.000000e+00, 1.000000e+00, 2.000000e+00, 1.500000e+00>, sizes = array<i64: 1, 8, 8, 6>}
  %0 = cnn.resize %x {sizes = array<i64: 1, 8, 8, 6>, scales = array<f64: 1.0, 1.0, 2.0, 1.5>, mode = "nearest"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x6xf32>
  // CHECK: cnn.resize %{{.*}} {coordinates = "align_corners", mode = "linear", scales
  %1 = cnn.resize %x {sizes = array<i64: 1, 8, 8, 6>, scales = array<f64: 1.0, 1.0, 2.0, 1.5>, mode = "linear", coordinates = "align_corners"} : (tensor<1x8x4x4xf32>) -> tensor<1x8x8x6xf32>
  %2 = cnn.add %0, %1 : (tensor<1x8x8x6xf32>, tensor<1x8x8x6xf32>) -> tensor<1x8x8x6xf32>
  return %2 : tensor<1x8x8x6xf32>
}
