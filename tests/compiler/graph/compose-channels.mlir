// RUN: cnnc-opt %s --split-input-file --cnn-compose-channels | FileCheck %s

// A unit of ShuffleNet: what passes by is selected where it was made, and the shuffle itself is gone.
!half = tensor<1x4x2x2xf32>
!full = tensor<1x8x2x2xf32>
// CHECK-LABEL: func.func @unit
func.func @unit(%a: !half, %b: !half) -> (!half, !half) {
  // CHECK: %[[Y:.*]] = cnn.select_channels %arg0, %arg1 {channels = array<i64: 0, 4, 1, 5>}
  // CHECK: %[[Z:.*]] = cnn.select_channels %arg0, %arg1 {channels = array<i64: 2, 6, 3, 7>}
  // CHECK-NEXT: return %[[Y]], %[[Z]]
  %c = cnn.concat %a, %b {axis = 1 : i64} : (!half, !half) -> !full
  %s = cnn.channel_shuffle %c {groups = 2 : i64} : (!full) -> !full
  %y = cnn.slice %s {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 4, 2, 2>, steps = array<i64: 1, 1, 1, 1>} : (!full) -> !half
  %z = cnn.slice %s {starts = array<i64: 0, 4, 0, 0>, sizes = array<i64: 1, 4, 2, 2>, steps = array<i64: 1, 1, 1, 1>} : (!full) -> !half
  return %y, %z : !half, !half
}

// -----

// What comes apart as it was put together was never moved; concatenations of concatenations stay.
!half = tensor<1x4x2x2xf32>
!full = tensor<1x8x2x2xf32>
// CHECK-LABEL: func.func @nothing
func.func @nothing(%a: !half, %b: !half) -> (!half, !half, tensor<1x12x2x2xf32>) {
  // CHECK-NEXT: %[[C:.*]] = cnn.concat %arg0, %arg1
  // CHECK-NEXT: %[[D:.*]] = cnn.concat %[[C]], %arg1
  // CHECK-NEXT: return %arg0, %arg1, %[[D]]
  %c = cnn.concat %a, %b {axis = 1 : i64} : (!half, !half) -> !full
  %s:2 = cnn.split %c {axis = 1 : i64, sizes = array<i64: 4, 4>} : (!full) -> (!half, !half)
  %d = cnn.concat %c, %b {axis = 1 : i64} : (!full, !half) -> tensor<1x12x2x2xf32>
  return %s#0, %s#1, %d : !half, !half, tensor<1x12x2x2xf32>
}

// -----

// One movement alone, and a slice of rows, stay as they are.
// CHECK-LABEL: func.func @alone
func.func @alone(%x: tensor<1x8x2x2xf32>) -> (tensor<1x8x2x2xf32>, tensor<1x8x1x2xf32>) {
  // CHECK: cnn.channel_shuffle
  // CHECK: cnn.slice
  %s = cnn.channel_shuffle %x {groups = 2 : i64} : (tensor<1x8x2x2xf32>) -> tensor<1x8x2x2xf32>
  %y = cnn.slice %s {starts = array<i64: 0, 0, 0, 0>, sizes = array<i64: 1, 8, 1, 2>, steps = array<i64: 1, 1, 1, 1>} : (tensor<1x8x2x2xf32>) -> tensor<1x8x1x2xf32>
  return %s, %y : tensor<1x8x2x2xf32>, tensor<1x8x1x2xf32>
}
