// RUN: cnnc-opt %s -cnn-fuse-elementwise -cnn-choose-algorithms=mcpu=x86-64-v3 -cnn-assign-halos | FileCheck %s

// A value gets what all of its users need together: a 1x3 and a 5x1 window.
// CHECK-LABEL: func.func @union
// CHECK: cnn.relu
// CHECK: -> tensor<1x16x8x8xf32, #cnn.blocked<block = 16, halo = [2, 1, 2, 1]>>
func.func @union(%x: tensor<1x16x8x8xf32>) -> (tensor<1x16x8x8xf32>, tensor<1x16x8x8xf32>) {
  %c = cnn.constant {value = dense<1.0> : tensor<16x16x1x1xf32>} : tensor<16x16x1x1xf32>
  %v = cnn.constant {value = dense<1.0> : tensor<16x16x1x3xf32>} : tensor<16x16x1x3xf32>
  %u = cnn.constant {value = dense<1.0> : tensor<16x16x5x1xf32>} : tensor<16x16x5x1xf32>
  %0 = cnn.conv %x, %c : (tensor<1x16x8x8xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x8x8xf32>
  %1 = cnn.relu %0 : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  %2 = cnn.conv %1, %v {pad = array<i64: 0, 1, 0, 1>} : (tensor<1x16x8x8xf32>, tensor<16x16x1x3xf32>) -> tensor<1x16x8x8xf32>
  %3 = cnn.conv %1, %u {pad = array<i64: 2, 0, 2, 0>} : (tensor<1x16x8x8xf32>, tensor<16x16x5x1xf32>) -> tensor<1x16x8x8xf32>
  return %2, %3 : tensor<1x16x8x8xf32>, tensor<1x16x8x8xf32>
}

// A view shows a copy without the halo that another user needs.
// CHECK-LABEL: func.func @view
// CHECK: cnn.global_avg_pool
// CHECK: %[[C:.*]] = cnn.convert_layout %{{.*}} : tensor<1x16x1x1xf32, #cnn.blocked<block = 16, halo = [1, 1, 1, 1]>> -> tensor<1x16x1x1xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
// CHECK: cnn.reshape %[[C]]
func.func @view(%x: tensor<1x16x8x8xf32>) -> (tensor<1x16x1x1xf32>, tensor<1x16xf32>) {
  %v = cnn.constant {value = dense<1.0> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
  %0 = cnn.global_avg_pool %x : (tensor<1x16x8x8xf32>) -> tensor<1x16x1x1xf32>
  %1 = cnn.conv %0, %v {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x16x1x1xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x1x1xf32>
  %2 = cnn.reshape %0 {shape = array<i64: 1, 16>} : (tensor<1x16x1x1xf32>) -> tensor<1x16xf32>
  return %1, %2 : tensor<1x16x1x1xf32>, tensor<1x16xf32>
}
