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
