// Padding moves into the windows that read it, where the mean stays the same.
// RUN: cnnc-opt --cnn-simplify %s | FileCheck %s

// CHECK-LABEL: @average
// CHECK-NOT: cnn.pad
// CHECK: cnn.avg_pool %arg0 {count_include_pad = true,{{.*}} pad = array<i64: 1, 1, 2, 2>}
func.func @average(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x9x9xf32> {
  %padded = cnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x11x11xf32>
  %y = cnn.avg_pool %padded {kernel = array<i64: 3, 3>} : (tensor<1x4x11x11xf32>) -> tensor<1x4x9x9xf32>
  return %y : tensor<1x4x9x9xf32>
}

// The zeros of the pad count, those of the average do not.
// CHECK-LABEL: @two_kinds_of_zeros
// CHECK: cnn.pad
func.func @two_kinds_of_zeros(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32> {
  %padded = cnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32>
  %y = cnn.avg_pool %padded {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>} : (tensor<1x4x10x10xf32>) -> tensor<1x4x10x10xf32>
  return %y : tensor<1x4x10x10xf32>
}

// CHECK-LABEL: @no_width
// CHECK-NEXT: return %arg0
func.func @no_width(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %y = cnn.pad %x {low = array<i64: 0, 0, 0, 0>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %y : tensor<1x4x8x8xf32>
}
