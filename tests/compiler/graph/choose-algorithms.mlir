// RUN: cnnc-opt %s -cnn-choose-algorithms=mcpu=x86-64-v3 | FileCheck %s
// RUN: not cnnc-opt %s -cnn-choose-algorithms=mcpu=z80 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: unknown processor 'z80' for x86_64

// Values enter and leave the network in plain NCHW; one conversion serves all users; few channels are read one by one.
// CHECK-LABEL: func.func @conv
// CHECK: %[[X:.*]] = cnn.convert_layout %arg0 : tensor<1x3x8x8xf32> -> tensor<1x3x8x8xf32, #cnn.blocked<block = 1, halo = [0, 0, 0, 0]>>
// CHECK: %[[A:.*]] = cnn.fused %[[X]], %{{.*}} attributes {plan = #cnn.plan<"direct", {}>} {
// CHECK: -> tensor<1x32x8x8xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
// CHECK: %[[B:.*]] = cnn.fused %[[A]], %{{.*}} attributes {plan = #cnn.plan<"depthwise", {}>} {
// CHECK: %[[C:.*]] = cnn.fused %[[B]] attributes {plan = #cnn.plan<"pool", {}>} {
// CHECK: %[[Y:.*]] = cnn.convert_layout %[[A]] : tensor<1x32x8x8xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>> -> tensor<1x32x8x8xf32>
// CHECK: %[[Z:.*]] = cnn.convert_layout %[[C]]
// CHECK: return %[[Y]], %[[Y]], %[[Z]]
func.func @conv(%x: tensor<1x3x8x8xf32>) -> (tensor<1x32x8x8xf32>, tensor<1x32x8x8xf32>, tensor<1x32x4x4xf32>) {
  %w = cnn.constant {value = dense<1.0> : tensor<32x3x3x3xf32>} : tensor<32x3x3x3xf32>
  %a = cnn.fused %x, %w {
  ^bb0(%p: tensor<1x3x8x8xf32>, %q: tensor<32x3x3x3xf32>):
    %0 = cnn.conv %p, %q {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x3x8x8xf32>, tensor<32x3x3x3xf32>) -> tensor<1x32x8x8xf32>
    cnn.yield %0 : tensor<1x32x8x8xf32>
  } : (tensor<1x3x8x8xf32>, tensor<32x3x3x3xf32>) -> tensor<1x32x8x8xf32>
  %v = cnn.constant {value = dense<1.0> : tensor<32x1x3x3xf32>} : tensor<32x1x3x3xf32>
  %b = cnn.fused %a, %v {
  ^bb0(%p: tensor<1x32x8x8xf32>, %q: tensor<32x1x3x3xf32>):
    %0 = cnn.conv %p, %q {pad = array<i64: 1, 1, 1, 1>, groups = 32 : i64} : (tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32>) -> tensor<1x32x8x8xf32>
    cnn.yield %0 : tensor<1x32x8x8xf32>
  } : (tensor<1x32x8x8xf32>, tensor<32x1x3x3xf32>) -> tensor<1x32x8x8xf32>
  %c = cnn.fused %b {
  ^bb0(%p: tensor<1x32x8x8xf32>):
    %0 = cnn.max_pool %p {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x32x8x8xf32>) -> tensor<1x32x4x4xf32>
    cnn.yield %0 : tensor<1x32x4x4xf32>
  } : (tensor<1x32x8x8xf32>) -> tensor<1x32x4x4xf32>
  return %a, %a, %c : tensor<1x32x8x8xf32>, tensor<1x32x8x8xf32>, tensor<1x32x4x4xf32>
}

// A blocked 1x1 image is seen as a matrix without a copy; other shapes are seen in plain NCHW only.
// CHECK-LABEL: func.func @views
// CHECK: %[[P:.*]] = cnn.fused %{{.*}} attributes {plan = #cnn.plan<"global_pool", {}>}
// CHECK: cnn.reshape %[[P]] {shape = array<i64: 1, 32>} : (tensor<1x32x1x1xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>)
// CHECK: %[[N:.*]] = cnn.convert_layout %[[P]]
// CHECK: cnn.reshape %[[N]] {shape = array<i64: 32>}
func.func @views(%x: tensor<1x32x8x8xf32>) -> (tensor<1x32xf32>, tensor<32xf32>) {
  %a = cnn.fused %x {
  ^bb0(%p: tensor<1x32x8x8xf32>):
    %0 = cnn.global_avg_pool %p : (tensor<1x32x8x8xf32>) -> tensor<1x32x1x1xf32>
    cnn.yield %0 : tensor<1x32x1x1xf32>
  } : (tensor<1x32x8x8xf32>) -> tensor<1x32x1x1xf32>
  %b = cnn.reshape %a {shape = array<i64: 1, 32>} : (tensor<1x32x1x1xf32>) -> tensor<1x32xf32>
  %c = cnn.reshape %a {shape = array<i64: 32>} : (tensor<1x32x1x1xf32>) -> tensor<32xf32>
  return %b, %c : tensor<1x32xf32>, tensor<32xf32>
}

// What no kernel takes is computed as it is written.
// CHECK-LABEL: func.func @plain
// CHECK: attributes {plan = #cnn.plan<"plain", {}>}
func.func @plain(%x: tensor<1x4x4x4xf64>) -> tensor<1x4x4x4xf64> {
  %a = cnn.fused %x {
  ^bb0(%p: tensor<1x4x4x4xf64>):
    %0 = cnn.lrn %p {size = 3 : i64} : (tensor<1x4x4x4xf64>) -> tensor<1x4x4x4xf64>
    cnn.yield %0 : tensor<1x4x4x4xf64>
  } : (tensor<1x4x4x4xf64>) -> tensor<1x4x4x4xf64>
  return %a : tensor<1x4x4x4xf64>
}
