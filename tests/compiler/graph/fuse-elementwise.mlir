// RUN: cnnc-opt %s -cnn-fuse-elementwise -mlir-print-debuginfo -mlir-print-local-scope | FileCheck %s

// Bias, residual and activation ride behind the convolution; the region keeps the names of all of its nodes.
// CHECK-LABEL: func.func @residual
// CHECK: %[[W:.*]] = cnn.constant
// CHECK: cnn.fused %arg0, %[[W]], %arg1 {
// CHECK-NEXT: ^bb0(%[[X:.*]]: tensor<1x4x8x8xf32>{{.*}}, %[[V:.*]]: tensor<4x4x1x1xf32>{{.*}}, %[[R:.*]]: tensor<1x4x8x8xf32>
// CHECK-NEXT: %[[C:.*]] = cnn.conv %[[X]], %[[V]]
// CHECK-NEXT: %[[S:.*]] = cnn.add %[[C]], %[[R]]
// CHECK-NEXT: %[[Y:.*]] = cnn.relu %[[S]]
// CHECK-NEXT: cnn.yield %[[Y]]
// CHECK-NEXT: loc(fused["Conv_1", "Add_2", "Relu_3"])
func.func @residual(%x: tensor<1x4x8x8xf32>, %r: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<4x4x1x1xf32>} : tensor<4x4x1x1xf32>
  %0 = cnn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> loc("Conv_1")
  %1 = cnn.add %0, %r : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> loc("Add_2")
  %2 = cnn.relu %1 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> loc("Relu_3")
  return %2 : tensor<1x4x8x8xf32>
}

// Of two convolutions that are added, the later one takes the sum.
// CHECK-LABEL: func.func @two_branches
// CHECK: %[[A:.*]] = cnn.fused %arg0, %arg1 {
// CHECK: cnn.conv
// CHECK-NEXT: cnn.yield
// CHECK: cnn.fused %arg0, %arg1, %[[A]] {
// CHECK: cnn.conv
// CHECK-NEXT: cnn.add
func.func @two_branches(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32> {
  %0 = cnn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %2 = cnn.add %0, %1 : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}

// What another reads, what changes its shape or type, and what follows a pool gets a region of its own.
// CHECK-LABEL: func.func @apart
// CHECK-COUNT-7: cnn.fused
func.func @apart(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %b: tensor<2x4x8x8xf32>)
    -> (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>, tensor<1x4x4x4xf32>) {
  %0 = cnn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = cnn.relu %0 : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  %2 = cnn.conv %x, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %3 = cnn.add %2, %b : (tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<2x4x8x8xf32>
  %4 = cnn.max_pool %x {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  %5 = cnn.relu %4 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %6 = cnn.exp %5 : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %7 = cnn.greater %6, %6 : (tensor<1x4x4x4xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xi1>
  return %0, %1, %3, %6 : tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>, tensor<1x4x4x4xf32>
}

// Elementwise operators follow each other; reshapes are views, no phases.
// CHECK-LABEL: func.func @chain
// CHECK: cnn.fused %arg0 {
// CHECK: cnn.relu
// CHECK-NEXT: cnn.exp
// CHECK-NEXT: cnn.yield
// CHECK: cnn.reshape
// CHECK-NOT: cnn.fused
// CHECK: return
func.func @chain(%x: tensor<2x8xf32>) -> tensor<16xf32> {
  %0 = cnn.relu %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = cnn.exp %0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = cnn.reshape %1 {shape = array<i64: 16>} : (tensor<2x8xf32>) -> tensor<16xf32>
  return %2 : tensor<16xf32>
}
