// Regions with a big result between them become one chain. Of a bottleneck all is fused or nothing, as the user wants
// or the estimates say; a remark tells which.
// RUN: cnnc-opt %s --cnn-fuse-elementwise --cnn-choose-algorithms=mcpu=x86-64-v3 -o %t
// RUN: cnnc-opt %t --cnn-form-chains="mcpu=x86-64-v3" 2>&1 | FileCheck %s
// RUN: cnnc-opt %t --cnn-form-chains="mcpu=x86-64-v3 bottleneck=always" 2>&1 | FileCheck %s --check-prefix=ALWAYS
// RUN: cnnc-opt %t --cnn-form-chains="mcpu=x86-64-v3 bottleneck=never" 2>&1 | FileCheck %s --check-prefix=NEVER

// CHECK: remark: bottleneck left in three phases (--bottleneck=auto): 0 thousand cycles of cache traffic saved
// ALWAYS: remark: bottleneck fused (--bottleneck=always): 0 thousand cycles of cache traffic saved
// NEVER: remark: bottleneck left in three phases (--bottleneck=never): 0 thousand cycles of cache traffic saved

// CHECK-LABEL: func.func @bottleneck
// CHECK-NOT: cnn.chain
// ALWAYS-LABEL: func.func @bottleneck
// ALWAYS: cnn.chain attributes {rows = 1 : i64} {
// ALWAYS-COUNT-3: plan<"direct"
// ALWAYS: return
// NEVER-LABEL: func.func @bottleneck
// NEVER-NOT: cnn.chain
// NEVER: return
func.func @bottleneck(%x: tensor<1x16x8x8xf32>, %shift: tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32> {
  %one = cnn.constant {value = dense<1.0> : tensor<16x16x1x1xf32>} : tensor<16x16x1x1xf32>
  %three = cnn.constant {value = dense<1.0> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
  %a = cnn.conv %x, %one {} : (tensor<1x16x8x8xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x8x8xf32>
  %b = cnn.conv %a, %three {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x8x8xf32>
  %c = cnn.conv %b, %one {} : (tensor<1x16x8x8xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x8x8xf32>
  %d = cnn.add %c, %shift : (tensor<1x16x8x8xf32>, tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %d : tensor<1x16x8x8xf32>
}

// A map of 3 MB and its pool.
// CHECK-LABEL: func.func @stem
// CHECK: cnn.chain attributes {rows = 1 : i64} {
// CHECK: cnn.conv
// CHECK: cnn.relu
// CHECK: cnn.max_pool
// CHECK: cnn.yield
func.func @stem(%x: tensor<1x3x112x112xf32>) -> tensor<1x64x56x56xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<64x3x3x3xf32>} : tensor<64x3x3x3xf32>
  %a = cnn.conv %x, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x3x112x112xf32>, tensor<64x3x3x3xf32>) -> tensor<1x64x112x112xf32>
  %b = cnn.relu %a : (tensor<1x64x112x112xf32>) -> tensor<1x64x112x112xf32>
  %c = cnn.max_pool %b {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>} : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  return %c : tensor<1x64x56x56xf32>
}

// What two read has to be whole.
// CHECK-LABEL: func.func @shared
// CHECK-NOT: cnn.chain
// CHECK: return
func.func @shared(%x: tensor<1x3x112x112xf32>) -> (tensor<1x64x112x112xf32>, tensor<1x64x56x56xf32>) {
  %w = cnn.constant {value = dense<1.0> : tensor<64x3x3x3xf32>} : tensor<64x3x3x3xf32>
  %a = cnn.conv %x, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x3x112x112xf32>, tensor<64x3x3x3xf32>) -> tensor<1x64x112x112xf32>
  %c = cnn.max_pool %a {kernel = array<i64: 3, 3>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>} : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
  return %a, %c : tensor<1x64x112x112xf32>, tensor<1x64x56x56xf32>
}
