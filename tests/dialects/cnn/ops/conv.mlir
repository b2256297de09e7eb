// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @conv
func.func @conv(%x: tensor<1x4x9x9xf32>, %w: tensor<6x2x3x3xf32>, %b: tensor<6xf32>) -> tensor<1x6x5x4xf32> {
  // CHECK: cnn.conv %{{.*}}, %{{.*}}, %{{.*}} {dilation = array<i64: 1, 2>, groups = 2 : i64, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>}
  %y = cnn.conv %x, %w, %b {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 2>, groups = 2 : i64}
      : (tensor<1x4x9x9xf32>, tensor<6x2x3x3xf32>, tensor<6xf32>) -> tensor<1x6x5x4xf32>
  return %y : tensor<1x6x5x4xf32>
}

// Attributes at their defaults are not printed, and the bias may be left out.
// CHECK-LABEL: func.func @defaults
func.func @defaults(%x: tensor<1x4x9x9xf32>, %w: tensor<6x4x3x3xf32>) -> tensor<1x6x7x7xf32> {
  // CHECK: cnn.conv %{{.*}}, %{{.*}} : (
  %y = cnn.conv %x, %w {stride = array<i64: 1, 1>, groups = 1 : i64} : (tensor<1x4x9x9xf32>, tensor<6x4x3x3xf32>) -> tensor<1x6x7x7xf32>
  return %y : tensor<1x6x7x7xf32>
}

// CHECK-LABEL: func.func @conv_transpose
func.func @conv_transpose(%x: tensor<1x4x5x5xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x3x10x10xf32> {
  // CHECK: cnn.conv_transpose %{{.*}} {output_pad = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>}
  %y = cnn.conv_transpose %x, %w {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, output_pad = array<i64: 1, 1>}
      : (tensor<1x4x5x5xf32>, tensor<4x3x3x3xf32>) -> tensor<1x3x10x10xf32>
  return %y : tensor<1x3x10x10xf32>
}

// Values keep their meaning in any layout.
// CHECK-LABEL: func.func @layouts
func.func @layouts(%x: tensor<1x4x9x9xf32, #cnn.blocked<block = 16, halo = [1, 1, 1, 1]>>, %w: tensor<6x4x3x3xf32>)
    -> tensor<1x6x7x7xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>> {
  %y = cnn.conv %x, %w : (tensor<1x4x9x9xf32, #cnn.blocked<block = 16, halo = [1, 1, 1, 1]>>, tensor<6x4x3x3xf32>)
      -> tensor<1x6x7x7xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
  return %y : tensor<1x6x7x7xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
}
