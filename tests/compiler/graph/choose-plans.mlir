// RUN: cnnc-opt %s -cnn-fuse-elementwise -cnn-choose-algorithms=mcpu=x86-64-v4 -cnn-assign-halos -cnn-choose-plans=mcpu=x86-64-v4 | FileCheck %s
// RUN: not cnnc-opt %s -cnn-choose-plans=mcpu=z80 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: unknown processor 'z80' for x86_64

// Algorithms with parameters get them; the others keep none.
// CHECK-LABEL: func.func @plans
// CHECK: plan = #cnn.plan<"direct", {{{.*}}tile = array<i64: {{[0-9]+}}, {{[0-9]+}}>}>
// CHECK: plan = #cnn.plan<"depthwise", {{{.*}}tile = array<i64: {{[0-9]+}}, {{[0-9]+}}>}>
// CHECK: plan = #cnn.plan<"global_pool", {}>
func.func @plans(%x: tensor<1x16x8x8xf32>) -> tensor<1x16x1x1xf32> {
  %v = cnn.constant {value = dense<1.0> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
  %u = cnn.constant {value = dense<1.0> : tensor<16x1x3x3xf32>} : tensor<16x1x3x3xf32>
  %0 = cnn.conv %x, %v {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 0, 0>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x4x4xf32>
  %1 = cnn.conv %0, %u {groups = 16 : i64} : (tensor<1x16x4x4xf32>, tensor<16x1x3x3xf32>) -> tensor<1x16x2x2xf32>
  %2 = cnn.global_avg_pool %1 : (tensor<1x16x2x2xf32>) -> tensor<1x16x1x1xf32>
  return %2 : tensor<1x16x1x1xf32>
}
