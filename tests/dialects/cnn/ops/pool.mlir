// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @windows
func.func @windows(%x: tensor<1x8x8x8xf32>) -> (tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>) {
  // CHECK: cnn.max_pool %{{.*}} {ceil = true, kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>}
  %0 = cnn.max_pool %x {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, ceil = true} : (tensor<1x8x8x8xf32>) -> tensor<1x8x4x4xf32>
  // CHECK: cnn.avg_pool %{{.*}} {count_include_pad = true, kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>}
  %1 = cnn.avg_pool %x {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, count_include_pad = true} : (tensor<1x8x8x8xf32>) -> tensor<1x8x4x4xf32>
  return %0, %1 : tensor<1x8x4x4xf32>, tensor<1x8x4x4xf32>
}

// CHECK-LABEL: func.func @images
func.func @images(%x: tensor<2x8x7x5xf32>, %s: tensor<2x8x7xf32>) -> (tensor<2x8x1x1xf32>, tensor<2x8x1xf32>) {
  // CHECK: cnn.global_avg_pool %{{.*}} : (tensor<2x8x7x5xf32>) -> tensor<2x8x1x1xf32>
  %0 = cnn.global_avg_pool %x : (tensor<2x8x7x5xf32>) -> tensor<2x8x1x1xf32>
  // CHECK: cnn.global_max_pool %{{.*}} : (tensor<2x8x7xf32>) -> tensor<2x8x1xf32>
  %1 = cnn.global_max_pool %s : (tensor<2x8x7xf32>) -> tensor<2x8x1xf32>
  return %0, %1 : tensor<2x8x1x1xf32>, tensor<2x8x1xf32>
}
