// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @constant() -> tensor<2xf32> {
  // expected-error @+1 {{holds a 'tensor<3xf32>', but its result is a 'tensor<2xf32>'}}
  %0 = cnn.constant {value = dense<0.5> : tensor<3xf32>} : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @layout(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x5xf32> {
  // expected-error @+1 {{changes more than the layout: 'tensor<1x3x4x4xf32>' to 'tensor<1x3x4x5xf32>'}}
  %0 = cnn.convert_layout %x : tensor<1x3x4x4xf32> -> tensor<1x3x4x5xf32>
  return %0 : tensor<1x3x4x5xf32>
}

// -----

func.func @epilogue(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32> {
  // expected-error @+1 {{holds cnn.global_avg_pool after its anchor, which is not elementwise}}
  %y = cnn.fused %x {
  ^bb0(%a: tensor<1x3x4x4xf32>):
    %0 = cnn.relu %a : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    %1 = cnn.global_avg_pool %0 : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
    cnn.yield %1 : tensor<1x3x1x1xf32>
  } : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
  return %y : tensor<1x3x1x1xf32>
}

// -----

func.func @arguments(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // expected-error @+1 {{needs one block argument of each operand's type}}
  %y = cnn.fused %x {
  ^bb0(%a: tensor<1x3x4x4xf32>, %b: tensor<1x3x4x4xf32>):
    cnn.yield %a : tensor<1x3x4x4xf32>
  } : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// -----

func.func @results(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // expected-error @+1 {{must yield its results}}
  %y = cnn.fused %x {
  ^bb0(%a: tensor<1x3x4x4xf32>):
    %0 = cnn.global_avg_pool %a : (tensor<1x3x4x4xf32>) -> tensor<1x3x1x1xf32>
    cnn.yield %0 : tensor<1x3x1x1xf32>
  } : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// -----

// expected-error @+1 {{block is a positive number of channels, got 0}}
func.func private @block() -> tensor<1x3x4x4xf32, #cnn.blocked<block = 0, halo = [0, 0, 0, 0]>>

// -----

// expected-error @+1 {{halo is [top, left, bottom, right], none negative}}
func.func private @halo() -> tensor<1x3x4x4xf32, #cnn.blocked<block = 16, halo = [0, -1, 0, 0]>>

// -----

func.func @resource() -> tensor<2xf32> {
  // expected-error @+1 {{has 4 of the 8 bytes of its weights 'w'}}
  %0 = cnn.constant {value = dense_resource<w> : tensor<2xf32>} : tensor<2xf32>
  return %0 : tensor<2xf32>
}

{-# dialect_resources: {builtin: {w: "0x0400000000000000"}} #-}

// -----

func.func @chain(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // expected-error @+1 {{has a stage that does not continue the one before}}
  %y = cnn.chain attributes {rows = 1 : i64} {
    %a = cnn.fused %x {
    ^bb0(%p: tensor<1x3x4x4xf32>):
      %0 = cnn.relu %p : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
      cnn.yield %0 : tensor<1x3x4x4xf32>
    } : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    %b = cnn.fused %x {
    ^bb0(%p: tensor<1x3x4x4xf32>):
      %0 = cnn.relu %p : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
      cnn.yield %0 : tensor<1x3x4x4xf32>
    } : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    cnn.yield %b : tensor<1x3x4x4xf32>
  } : tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}

// -----

func.func @stage(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // expected-error @+1 {{holds cnn.relu, which is no region of one result}}
  %y = cnn.chain attributes {rows = 1 : i64} {
    %a = cnn.relu %x : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
    cnn.yield %a : tensor<1x3x4x4xf32>
  } : tensor<1x3x4x4xf32>
  return %y : tensor<1x3x4x4xf32>
}
