// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @norm
func.func @norm(%x: tensor<1x8x2x2xf32>, %w: tensor<8xf32>) -> tensor<1x8x2x2xf32> {
  // CHECK: cnn.bn %{{.*}} {eps = 1.000000e-03 : f64}
  %0 = cnn.bn %x, %w, %w, %w, %w {eps = 1.0e-3 : f64} : (tensor<1x8x2x2xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<1x8x2x2xf32>
  // CHECK: cnn.lrn %{{.*}} {alpha = 2.000000e-04 : f64, size = 5 : i64}
  %1 = cnn.lrn %0 {size = 5 : i64, alpha = 2.0e-4 : f64, beta = 0.75 : f64, k = 1.0 : f64} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
  // CHECK: cnn.softmax %{{.*}} {axis = 1 : i64}
  %2 = cnn.softmax %1 {axis = 1 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
  %3 = cnn.log_softmax %2 {axis = 3 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
  return %3 : tensor<1x8x2x2xf32>
}
