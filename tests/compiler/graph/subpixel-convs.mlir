// RUN: cnnc-opt %s -cnn-subpixel-convs | FileCheck %s

// A window as wide as the stride: each pixel's four results stand beside each other.
// CHECK-LABEL: @twice
// CHECK: %[[PARTS:.*]] = cnn.conv %arg0, {{.*}} -> tensor<1x32x5x7xf32>
// CHECK: cnn.transpose {{.*}} {permutation = array<i64: 0, 3, 4, 1, 5, 2>}
// CHECK: cnn.reshape {{.*}} -> tensor<1x8x10x14xf32>
// CHECK-NOT: cnn.slice
// CHECK: return
func.func @twice(%x: tensor<1x3x5x7xf32>) -> tensor<1x8x10x14xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<3x8x2x2xf32>} : tensor<3x8x2x2xf32>
  %y = cnn.conv_transpose %x, %w {stride = array<i64: 2, 2>} : (tensor<1x3x5x7xf32>, tensor<3x8x2x2xf32>) -> tensor<1x8x10x14xf32>
  return %y : tensor<1x8x10x14xf32>
}

// A wider one meets two pixels, and its padding is cut off.
// CHECK-LABEL: @wider
// CHECK: cnn.conv {{.*}} {pad = array<i64: 1, 1, 1, 1>}{{.*}} -> tensor<1x32x6x8xf32>
// CHECK: cnn.slice {{.*}}starts = array<i64: 0, 0, 1, 1>{{.*}} -> tensor<1x8x9x13xf32>
func.func @wider(%x: tensor<1x3x5x7xf32>) -> tensor<1x8x9x13xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<3x8x3x3xf32>} : tensor<3x8x3x3xf32>
  %y = cnn.conv_transpose %x, %w {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>} : (tensor<1x3x5x7xf32>, tensor<3x8x3x3xf32>) -> tensor<1x8x9x13xf32>
  return %y : tensor<1x8x9x13xf32>
}

// With groups it stays.
// CHECK-LABEL: @groups
// CHECK: cnn.conv_transpose
func.func @groups(%x: tensor<1x4x5x7xf32>) -> tensor<1x4x10x14xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<4x2x2x2xf32>} : tensor<4x2x2x2xf32>
  %y = cnn.conv_transpose %x, %w {groups = 2 : i64, stride = array<i64: 2, 2>} : (tensor<1x4x5x7xf32>, tensor<4x2x2x2xf32>) -> tensor<1x4x10x14xf32>
  return %y : tensor<1x4x10x14xf32>
}
