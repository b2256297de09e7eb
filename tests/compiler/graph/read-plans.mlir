// RUN: printf 'cnnc-plans x86-64-v4 on avx512\nConv_1 | 1x16x8x8 -> 1x16x8x8 | winograd4 block=4\n' > %t.plans
// RUN: cnnc-opt %s -cnn-fuse-elementwise -cnn-read-plans="file=%t.plans mcpu=x86-64-v4" | FileCheck %s
// RUN: cnnc-opt %s -cnn-fuse-elementwise -cnn-read-plans="file=%t.plans mcpu=x86-64-v4" -cnn-choose-algorithms=mcpu=x86-64-v4 | FileCheck %s --check-prefix=CHOSEN

// The plan waits at its layer, until the algorithm and then its parameters are chosen.
// CHECK-LABEL: func.func @main
// CHECK: cnn.fused {{.*}}cnn.wanted_plan = "winograd4 block=4"
// CHECK: cnn.fused
// CHECK-NOT: cnn.wanted_plan
// CHOSEN: plan = #cnn.plan<"winograd4"
func.func @main(%x: tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32> {
  %w = cnn.constant {value = dense<0.25> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
  %0 = cnn.conv %x, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x8x8xf32> loc("Conv_1")
  %1 = cnn.conv %0, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x8x8xf32> loc("Conv_2")
  return %1 : tensor<1x16x8x8xf32>
}
