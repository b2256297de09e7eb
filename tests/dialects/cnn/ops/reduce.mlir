// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @reduce
func.func @reduce(%x: tensor<2x3x4x5xf32>) -> tensor<f32> {
  // CHECK: cnn.reduce_mean %{{.*}} {axes = array<i64: 2, 3>} : (tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32>
  %0 = cnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims = true} : (tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32>
  // CHECK: cnn.reduce_sum %{{.*}} {axes = array<i64: 2, 3>, keep_dims = false}
  %1 = cnn.reduce_sum %0 {axes = array<i64: 2, 3>, keep_dims = false} : (tensor<2x3x1x1xf32>) -> tensor<2x3xf32>
  %2 = cnn.reduce_max %1 {axes = array<i64: 0>} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %3 = cnn.reduce_min %2 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %4 = cnn.reduce_prod %3 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %5 = cnn.reduce_l1 %4 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %6 = cnn.reduce_l2 %5 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %7 = cnn.reduce_sum_square %6 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %8 = cnn.reduce_log_sum %7 {axes = array<i64: 0>} : (tensor<1x3xf32>) -> tensor<1x3xf32>
  // CHECK: cnn.reduce_log_sum_exp %{{.*}} {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<1x3xf32>) -> tensor<f32>
  %9 = cnn.reduce_log_sum_exp %8 {axes = array<i64: 0, 1>, keep_dims = false} : (tensor<1x3xf32>) -> tensor<f32>
  return %9 : tensor<f32>
}

// CHECK-LABEL: func.func @arg
func.func @arg(%x: tensor<2x3xf32>) -> (tensor<2x1xsi64>, tensor<3xsi64>) {
  // CHECK: cnn.arg_max %{{.*}} {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x1xsi64>
  %0 = cnn.arg_max %x {axis = 1 : i64} : (tensor<2x3xf32>) -> tensor<2x1xsi64>
  // CHECK: cnn.arg_min %{{.*}} {axis = 0 : i64, keep_dims = false, select_last = true}
  %1 = cnn.arg_min %x {axis = 0 : i64, keep_dims = false, select_last = true} : (tensor<2x3xf32>) -> tensor<3xsi64>
  return %0, %1 : tensor<2x1xsi64>, tensor<3xsi64>
}
