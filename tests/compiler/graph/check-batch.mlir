// RUN: cnnc-opt %s -split-input-file -cnn-check-batch | FileCheck %s

// CHECK: module @softmax_of_each_image attributes {cnn.free_batch}
module @softmax_of_each_image attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
    %y = cnn.softmax %x {axis = 1 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
}

// -----

// CHECK: module @softmax_over_images {
module @softmax_over_images attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x8xf32>) -> tensor<1x8xf32> {
    %y = cnn.softmax %x {axis = 0 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
}

// -----

// Weights may be moved as they like.
// CHECK: module @transposed_weights attributes {cnn.free_batch}
module @transposed_weights attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x3xf32>) -> tensor<1x1xf32> {
    %w = cnn.constant {value = dense<1.0> : tensor<1x3xf32>} : tensor<1x3xf32>
    %t = cnn.transpose %w {permutation = array<i64: 1, 0>} : (tensor<1x3xf32>) -> tensor<3x1xf32>
    %y = cnn.matmul %x, %t : (tensor<1x3xf32>, tensor<3x1xf32>) -> tensor<1x1xf32>
    return %y : tensor<1x1xf32>
  }
}
