// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @stride(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x5x5xf32> {
  // expected-error @+1 {{stride must be 2 numbers of at least 1, got [0, 1]}}
  %y = cnn.max_pool %x {kernel = array<i64: 3, 3>, stride = array<i64: 0, 1>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x5x5xf32>
  return %y : tensor<1x8x5x5xf32>
}

// -----

func.func @integers(%x: tensor<1x8x7x7xsi8>) -> tensor<1x8x5x5xsi8> {
  // expected-error @+1 {{averages floats only, got 'si8'}}
  %y = cnn.avg_pool %x {kernel = array<i64: 3, 3>} : (tensor<1x8x7x7xsi8>) -> tensor<1x8x5x5xsi8>
  return %y : tensor<1x8x5x5xsi8>
}

// -----

func.func @pad(%x: tensor<1x8x7x7xf32>) -> tensor<1x8x9x9xf32> {
  // expected-error @+1 {{pad [3, 0, 0, 0] must be less than the window 3x3}}
  %y = cnn.max_pool %x {kernel = array<i64: 3, 3>, pad = array<i64: 3, 0, 0, 0>} : (tensor<1x8x7x7xf32>) -> tensor<1x8x9x9xf32>
  return %y : tensor<1x8x9x9xf32>
}

// -----

func.func @window(%x: tensor<1x8x2x2xf32>) -> tensor<1x8x1x1xf32> {
  // expected-error @+1 {{the window 3x3 does not fit into 1x8x2x2 with pad = 0}}
  %y = cnn.avg_pool %x {kernel = array<i64: 3, 3>} : (tensor<1x8x2x2xf32>) -> tensor<1x8x1x1xf32>
  return %y : tensor<1x8x1x1xf32>
}

// -----

func.func @rank(%x: tensor<8xf32>) -> tensor<1xf32> {
  // expected-error @+1 {{needs x [N, C, ...], got 8}}
  %y = cnn.global_avg_pool %x : (tensor<8xf32>) -> tensor<1xf32>
  return %y : tensor<1xf32>
}
