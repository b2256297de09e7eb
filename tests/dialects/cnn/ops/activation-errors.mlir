// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @integers(%x: tensor<2x5xsi32>) -> tensor<2x5xsi32> {
  // expected-error @+2 {{takes floats only, got 'si32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = cnn.sigmoid %x : (tensor<2x5xsi32>) -> tensor<2x5xsi32>
  return %y : tensor<2x5xsi32>
}

// -----

func.func @dynamic(%x: tensor<?x5xf32>) -> tensor<?x5xf32> {
  // expected-error @+1 {{operand #0 must be tensor of static shape, but got 'tensor<?x5xf32>'}}
  %y = cnn.relu %x : (tensor<?x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// -----

func.func @result(%x: tensor<2x5xf32>) -> tensor<2x4xf32> {
  // expected-error @+2 {{inferred type(s) 'tensor<2x5xf32>' are incompatible with return type(s) of operation 'tensor<2x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = cnn.relu %x : (tensor<2x5xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @slope(%x: tensor<1x8x4x4xf32>, %slope: tensor<8xf32>) -> tensor<1x8x4x4xf32> {
  // expected-error @+2 {{needs equal or broadcastable shapes, got 1x8x4x4 and 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = cnn.prelu %x, %slope : (tensor<1x8x4x4xf32>, tensor<8xf32>) -> tensor<1x8x4x4xf32>
  return %y : tensor<1x8x4x4xf32>
}

// -----

func.func @bounds(%x: tensor<2x5xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{attribute 'min' failed to satisfy constraint: 64-bit float attribute}}
  %y = cnn.clip %x {min = 1.0 : f32} : (tensor<2x5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}
