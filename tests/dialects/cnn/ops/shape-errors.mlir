// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @concat(%a: tensor<1x3x4xf32>, %b: tensor<1x3x5xf32>) -> tensor<1x6x4xf32> {
  // expected-error @+1 {{sizes must agree outside axis 1, got 1x3x4 and 1x3x5}}
  %y = cnn.concat %a, %b {axis = 1 : i64} : (tensor<1x3x4xf32>, tensor<1x3x5xf32>) -> tensor<1x6x4xf32>
  return %y : tensor<1x6x4xf32>
}

// -----

func.func @split(%x: tensor<1x6xf32>) -> tensor<1x2xf32> {
  // expected-error @+1 {{sizes [2, 3] add up to 5, not to the 6 of axis 1}}
  %0, %1 = cnn.split %x {axis = 1 : i64, sizes = array<i64: 2, 3>} : (tensor<1x6xf32>) -> (tensor<1x2xf32>, tensor<1x3xf32>)
  return %0 : tensor<1x2xf32>
}

// -----

func.func @slice(%x: tensor<6xf32>) -> tensor<3xf32> {
  // expected-error @+1 {{elements 4 to 8 lie outside dimension 0 of 6}}
  %y = cnn.slice %x {starts = array<i64: 4>, sizes = array<i64: 3>, steps = array<i64: 2>} : (tensor<6xf32>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// -----

func.func @pad(%x: tensor<2x3xf32>) -> tensor<4x3xf32> {
  // expected-error @+1 {{mode = "mirror" is none of constant, reflect, edge, wrap}}
  %y = cnn.pad %x {low = array<i64: 1, 0>, high = array<i64: 1, 0>, mode = "mirror"} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

func.func @pad_rank(%x: tensor<2x3xf32>) -> tensor<4x3xf32> {
  // expected-error @+1 {{low [1] must be one number for each of the 2 dimensions of 2x3}}
  %y = cnn.pad %x {low = array<i64: 1>, high = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

func.func @reshape(%x: tensor<2x3xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{cannot see the 6 elements of 2x3 as [4, 2]}}
  %y = cnn.reshape %x {shape = array<i64: 4, 2>} : (tensor<2x3xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  // expected-error @+1 {{permutation [0, 0] must name each of the 2 dimensions of 2x3 once}}
  %y = cnn.transpose %x {permutation = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}

// -----

func.func @expand(%x: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{cannot broadcast 2x3 to [2, 4]}}
  %y = cnn.expand %x {shape = array<i64: 2, 4>} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @gather(%x: tensor<2x3xf32>, %i: tensor<2xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{indices must be si32 or si64, got 'f32'}}
  %y = cnn.gather %x, %i {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

func.func @shuffle(%x: tensor<1x7x2x2xf32>) -> tensor<1x7x2x2xf32> {
  // expected-error @+1 {{groups = 2 must divide the channels of x [N, C, ...], got 1x7x2x2}}
  %y = cnn.channel_shuffle %x {groups = 2 : i64} : (tensor<1x7x2x2xf32>) -> tensor<1x7x2x2xf32>
  return %y : tensor<1x7x2x2xf32>
}

// -----

func.func @select_channel(%x: tensor<1x7x2x2xf32>, %z: tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> {
  // expected-error @+1 {{channel 9 is none of the 9 of all parts}}
  %y = cnn.select_channels %x, %z {channels = array<i64: 0, 9>} : (tensor<1x7x2x2xf32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
  return %y : tensor<1x2x2x2xf32>
}

// -----

func.func @select_parts(%x: tensor<1x7x2x2xf32>, %z: tensor<1x2x2x3xf32>) -> tensor<1x1x2x2xf32> {
  // expected-error @+1 {{takes tensors [N, C, ...] that differ in their channels only, got 1x7x2x2 and 1x2x2x3}}
  %y = cnn.select_channels %x, %z {channels = array<i64: 0>} : (tensor<1x7x2x2xf32>, tensor<1x2x2x3xf32>) -> tensor<1x1x2x2xf32>
  return %y : tensor<1x1x2x2xf32>
}
