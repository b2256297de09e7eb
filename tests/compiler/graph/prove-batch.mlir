// SPDX-License-Identifier: Apache-2.0
// RUN: cnnc-opt %s -split-input-file -cnn-prove-batch | FileCheck %s

// Images stay apart: the witness goes, the batch stays free. Equal weights may be two resources.
// CHECK: module @classifier attributes {cnn.free_batch}
// CHECK: func.func @main
// CHECK-NOT: @two_images
module @classifier attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x2x4x4xf32> {cnn.name = "x"}) -> tensor<1x3xf32> {
    %w = cnn.constant {value = dense_resource<w> : tensor<3x2x1x1xf32>} : tensor<3x2x1x1xf32>
    %b = cnn.constant {value = dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>} : tensor<1x3xf32>
    %c = cnn.conv %x, %w : (tensor<1x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<1x3x4x4xf32>
    %p = cnn.global_avg_pool %c : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
    %f = cnn.reshape %p {shape = array<i64: 1, 3>} : (tensor<1x3x1x1xf32>) -> tensor<1x3xf32>
    %y = cnn.add %f, %b : (tensor<1x3xf32>, tensor<1x3xf32>) -> tensor<1x3xf32>
    return %y : tensor<1x3xf32>
  }
  func.func @two_images(%x: tensor<2x2x4x4xf32>) -> tensor<2x3xf32> {
    %w = cnn.constant {value = dense_resource<w_again> : tensor<3x2x1x1xf32>} : tensor<3x2x1x1xf32>
    %b = cnn.constant {value = dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32>} : tensor<1x3xf32>
    %c = cnn.conv %x, %w : (tensor<2x2x4x4xf32>, tensor<3x2x1x1xf32>) -> tensor<2x3x4x4xf32>
    %p = cnn.global_avg_pool %c : (tensor<2x3x4x4xf32>) -> tensor<2x3x1x1xf32>
    %f = cnn.reshape %p {shape = array<i64: 2, 3>} : (tensor<2x3x1x1xf32>) -> tensor<2x3xf32>
    %y = cnn.add %f, %b : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
    return %y : tensor<2x3xf32>
  }
}

{-# dialect_resources: { builtin: {
  w: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F",
  w_again: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F"
} } #-}

// -----

// Weights may be moved as they like.
// CHECK: module @transposed_weights
// CHECK-NOT: @two_images
module @transposed_weights attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
    %w = cnn.constant {value = dense<1.0> : tensor<1x3xf32>} : tensor<1x3xf32>
    %t = cnn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<1x3xf32>) -> tensor<3x1xf32>
    %y = cnn.matmul %x, %t : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
    return %y : tensor<1x1xf32>
  }
  func.func @two_images(%x: tensor<2x3xf32>) -> tensor<2x1xf32> {
    %w = cnn.constant {value = dense<1.0> : tensor<1x3xf32>} : tensor<1x3xf32>
    %t = cnn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<1x3xf32>) -> tensor<3x1xf32>
    %y = cnn.matmul %x, %t : (tensor<2x3xf32>, tensor<3x1xf32>) -> tensor<2x1xf32>
    return %y : tensor<2x1xf32>
  }
}

// -----

// What was proven before is left alone.
// CHECK: module @proven attributes {cnn.free_batch}
module @proven attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x3xf32>) -> tensor<1x3xf32> { return %x : tensor<1x3xf32> }
}
