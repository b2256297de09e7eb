// SPDX-License-Identifier: Apache-2.0
// RUN: cnnc-opt %s -split-input-file -verify-diagnostics -cnn-prove-batch

module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x8xf32> {cnn.name = "x"}) -> tensor<1x8xf32> {
    %y = cnn.softmax %x {axis = 0 : i64} : (tensor<1x8xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
  func.func @two_images(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
    // expected-error @below {{the node mixes images, so the number of images must be fixed: --shape x=1x8}}
    %y = cnn.softmax %x {axis = 0 : i64} : (tensor<2x8xf32>) -> tensor<2x8xf32>
    return %y : tensor<2x8xf32>
  }
}

// -----

// A reshape to [1, -1] instead of [0, -1].
module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4x2xf32> {cnn.name = "x"}) -> tensor<1x8xf32> {
    %y = cnn.reshape %x {shape = array<i64: 1, 8>} : (tensor<1x4x2xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
  func.func @two_images(%x: tensor<2x4x2xf32>) -> tensor<1x16xf32> {
    // expected-error @below {{depends on the number of images}}
    %y = cnn.reshape %x {shape = array<i64: 1, 16>} : (tensor<2x4x2xf32>) -> tensor<1x16xf32>
    return %y : tensor<1x16xf32>
  }
}

// -----

// The last image first.
module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}) -> tensor<1x4xf32> {
    %y = cnn.slice %x {sizes = array<i64: 1, 4>, starts = array<i64: 0, 0>, steps = array<i64: 1, 1>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    return %y : tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
    // expected-error @below {{depends on the number of images}}
    %y = cnn.slice %x {sizes = array<i64: 2, 4>, starts = array<i64: 1, 0>, steps = array<i64: -1, 1>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

// Each image moves to the place of the next.
module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}) -> tensor<1x4xf32> {
    %y = cnn.pad %x {low = array<i64: 1, 0>, high = array<i64: -1, 0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
    return %y : tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
    // expected-error @below {{the node mixes images}}
    %y = cnn.pad %x {low = array<i64: 1, 0>, high = array<i64: -1, 0>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

// A number that was computed from the shape.
module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}) -> tensor<1x4xf32> {
    %n = cnn.constant {value = dense<1.0> : tensor<1x1xf32>} : tensor<1x1xf32>
    %y = cnn.div %x, %n : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
    return %y : tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
    // expected-error @below {{depends on the number of images}}
    %n = cnn.constant {value = dense<2.0> : tensor<1x1xf32>} : tensor<1x1xf32>
    %y = cnn.div %x, %n : (tensor<2x4xf32>, tensor<1x1xf32>) -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

// With one image there was nothing to squeeze.
module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}) -> tensor<1x4xf32> {
    return %x : tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>) -> tensor<1x8xf32> {
    // expected-error @below {{does something else with two images than with one}}
    %y = cnn.reshape %x {shape = array<i64: 1, 8>} : (tensor<2x4xf32>) -> tensor<1x8xf32>
    return %y : tensor<1x8xf32>
  }
}

// -----

module attributes {cnn.free_batch} {
  // expected-error @below {{input 'scale' has no batch while others have one, so the number of images must be fixed: --shape x=1x4}}
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}, %s: tensor<1x1xf32> {cnn.name = "scale"}) -> tensor<1x4xf32> {
    %y = cnn.mul %x, %s : (tensor<1x4xf32>, tensor<1x1xf32>) -> tensor<1x4xf32>
    return %y : tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>, %s: tensor<1x1xf32>) -> tensor<2x4xf32> {
    %y = cnn.mul %x, %s : (tensor<2x4xf32>, tensor<1x1xf32>) -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}

// -----

module attributes {cnn.free_batch} {
  func.func @main(%x: tensor<1x4xf32> {cnn.name = "x"}) -> (tensor<1x4xf32>, tensor<1x4xf32> {cnn.name = "anchors"}) {
    %a = cnn.constant {value = dense<1.0> : tensor<1x4xf32>} : tensor<1x4xf32>
    return %x, %a : tensor<1x4xf32>, tensor<1x4xf32>
  }
  func.func @two_images(%x: tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<1x4xf32>) {
    %a = cnn.constant {value = dense<1.0> : tensor<1x4xf32>} : tensor<1x4xf32>
    // expected-error @below {{output 'anchors' has no batch}}
    return %x, %a : tensor<2x4xf32>, tensor<1x4xf32>
  }
}
