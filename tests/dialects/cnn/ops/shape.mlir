// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s
// RUN: cnnc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func.func @cut
func.func @cut(%x: tensor<1x6x4xf32>) -> (tensor<1x8x4xf32>, tensor<1x2x2xf32>) {
  // CHECK: %{{.*}}:2 = cnn.split %{{.*}} {axis = 1 : i64, sizes = array<i64: 2, 4>} : (tensor<1x6x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x4x4xf32>)
  %0, %1 = cnn.split %x {axis = 1 : i64, sizes = array<i64: 2, 4>} : (tensor<1x6x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x4x4xf32>)
  // CHECK: cnn.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 1 : i64}
  %2 = cnn.concat %0, %1, %0 {axis = 1 : i64} : (tensor<1x2x4xf32>, tensor<1x4x4xf32>, tensor<1x2x4xf32>) -> tensor<1x8x4xf32>
  // CHECK: cnn.slice %{{.*}} {sizes = array<i64: 1, 2, 2>, starts = array<i64: 0, 5, 0>, steps = array<i64: 1, -3, 2>}
  %3 = cnn.slice %x {starts = array<i64: 0, 5, 0>, sizes = array<i64: 1, 2, 2>, steps = array<i64: 1, -3, 2>} : (tensor<1x6x4xf32>) -> tensor<1x2x2xf32>
  return %2, %3 : tensor<1x8x4xf32>, tensor<1x2x2xf32>
}

// CHECK-LABEL: func.func @grow
func.func @grow(%x: tensor<2x3xf32>) -> (tensor<3x5xf32>, tensor<4x2x3xf32>, tensor<2x9xf32>) {
  // CHECK: cnn.pad %{{.*}} {high = array<i64: 0, 3>, low = array<i64: 1, -1>, mode = "edge"}
  %0 = cnn.pad %x {low = array<i64: 1, -1>, high = array<i64: 0, 3>, mode = "edge"} : (tensor<2x3xf32>) -> tensor<3x5xf32>
  // CHECK: cnn.expand %{{.*}} {shape = array<i64: 4, 1, 3>} : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  %1 = cnn.expand %x {shape = array<i64: 4, 1, 3>} : (tensor<2x3xf32>) -> tensor<4x2x3xf32>
  // CHECK: cnn.tile %{{.*}} {repeats = array<i64: 1, 3>}
  %2 = cnn.tile %x {repeats = array<i64: 1, 3>} : (tensor<2x3xf32>) -> tensor<2x9xf32>
  return %0, %1, %2 : tensor<3x5xf32>, tensor<4x2x3xf32>, tensor<2x9xf32>
}

// CHECK-LABEL: func.func @move
func.func @move(%x: tensor<1x6x2x2xf32>, %i: tensor<2x2xsi64>) -> (tensor<2x2x6x1xf32>, tensor<1x2x2x2x2xf32>, tensor<1x24xf32>) {
  // CHECK: cnn.transpose %{{.*}} {permutation = array<i64: 2, 3, 1, 0>}
  %0 = cnn.transpose %x {permutation = array<i64: 2, 3, 1, 0>} : (tensor<1x6x2x2xf32>) -> tensor<2x2x6x1xf32>
  // CHECK: cnn.gather %{{.*}}, %{{.*}} {axis = 1 : i64} : (tensor<1x6x2x2xf32>, tensor<2x2xsi64>) -> tensor<1x2x2x2x2xf32>
  %1 = cnn.gather %x, %i {axis = 1 : i64} : (tensor<1x6x2x2xf32>, tensor<2x2xsi64>) -> tensor<1x2x2x2x2xf32>
  // CHECK: cnn.channel_shuffle %{{.*}} {groups = 3 : i64}
  %2 = cnn.channel_shuffle %x {groups = 3 : i64} : (tensor<1x6x2x2xf32>) -> tensor<1x6x2x2xf32>
  // CHECK: cnn.select_channels %{{.*}}, %{{.*}} {channels = array<i64: 7, 0, 0>} : (tensor<1x6x2x2xf32>, tensor<1x6x2x2xf32>) -> tensor<1x3x2x2xf32>
  %s = cnn.select_channels %x, %2 {channels = array<i64: 7, 0, 0>} : (tensor<1x6x2x2xf32>, tensor<1x6x2x2xf32>) -> tensor<1x3x2x2xf32>
  // CHECK: cnn.reshape %{{.*}} {shape = array<i64: 1, 24>}
  %3 = cnn.reshape %2 {shape = array<i64: 1, 24>} : (tensor<1x6x2x2xf32>) -> tensor<1x24xf32>
  return %0, %1, %3 : tensor<2x2x6x1xf32>, tensor<1x2x2x2x2xf32>, tensor<1x24xf32>
}

// FOLD-LABEL: func.func @nothing
// FOLD-SAME: (%[[X:.*]]: tensor<2x3xf32>)
// FOLD-NEXT: return %[[X]]
func.func @nothing(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = cnn.reshape %x {shape = array<i64: 2, 3>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = cnn.transpose %0 {permutation = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = cnn.dropout %1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %2 : tensor<2x3xf32>
}
