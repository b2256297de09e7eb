// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @region
func.func @region(%x: tensor<1x3x4x4xf32>) -> tensor<1x2x4x4xf32> {
  // CHECK: cnn.constant {value = dense<{{.*}}> : tensor<2x3x1x1xf32>} : tensor<2x3x1x1xf32>
  %w = cnn.constant {value = dense<0.5> : tensor<2x3x1x1xf32>} : tensor<2x3x1x1xf32>
  // CHECK: cnn.convert_layout %{{.*}} : tensor<1x3x4x4xf32> -> tensor<1x3x4x4xf32, #cnn.blocked<block = 16, halo = [1, 0, 1, 0]>>
  %b = cnn.convert_layout %x : tensor<1x3x4x4xf32> -> tensor<1x3x4x4xf32, #cnn.blocked<block = 16, halo = [1, 0, 1, 0]>>
  // CHECK: cnn.fused %{{.*}}, %{{.*}} attributes {plan = #cnn.plan<"direct", {tile = array<i64: 6, 16>}>} {
  // CHECK-NEXT: ^bb0(%[[A:.*]]: tensor<1x3x4x4xf32>, %[[W:.*]]: tensor<2x3x1x1xf32>):
  // CHECK-NEXT: cnn.conv %[[A]], %[[W]]
  // CHECK: cnn.yield
  %y = cnn.fused %b, %w attributes {plan = #cnn.plan<"direct", {tile = array<i64: 6, 16>}>} {
  ^bb0(%a: tensor<1x3x4x4xf32>, %v: tensor<2x3x1x1xf32>):
    %0 = cnn.conv %a, %v : (tensor<1x3x4x4xf32>, tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32>
    %1 = cnn.relu %0 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
    cnn.yield %1 : tensor<1x2x4x4xf32>
  } : (tensor<1x3x4x4xf32, #cnn.blocked<block = 16, halo = [1, 0, 1, 0]>>, tensor<2x3x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %y : tensor<1x2x4x4xf32>
}
