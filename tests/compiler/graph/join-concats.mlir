// Parts that fill their blocks are written side by side, with one halo; of two concatenations one may begin the other.
// RUN: cnnc-opt %s --split-input-file --cnn-join-concats | FileCheck %s

!x = tensor<1x32x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!y = tensor<1x16x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!two = tensor<1x48x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!three = tensor<1x64x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>

// CHECK-LABEL: func.func @prefix
func.func @prefix(%arg0: tensor<1x32x4x4xf32>, %arg1: tensor<1x16x4x4xf32>) -> (!two, !three) {
  // CHECK: %[[A:.*]] = cnn.convert_layout %arg0
  // CHECK: %[[B:.*]] = cnn.convert_layout %arg1
  // CHECK: %[[C:.*]] = cnn.convert_layout %arg1
  %a = cnn.convert_layout %arg0 : tensor<1x32x4x4xf32> -> !x
  %b = cnn.convert_layout %arg1 : tensor<1x16x4x4xf32> -> !y
  %c = cnn.convert_layout %arg1 : tensor<1x16x4x4xf32> -> !y
  // CHECK: cnn.join %[[A]], %[[B]] :
  %two = cnn.fused %a, %b attributes {plan = #cnn.plan<"channels", {}>} {
  ^bb0(%p: tensor<1x32x4x4xf32>, %q: tensor<1x16x4x4xf32>):
    %y = cnn.concat %p, %q {axis = 1 : i64} : (tensor<1x32x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x48x4x4xf32>
    cnn.yield %y : tensor<1x48x4x4xf32>
  } : (!x, !y) -> !two
  // CHECK: cnn.join %[[A]], %[[B]], %[[C]] :
  %three = cnn.fused %a, %b, %c attributes {plan = #cnn.plan<"channels", {}>} {
  ^bb0(%p: tensor<1x32x4x4xf32>, %q: tensor<1x16x4x4xf32>, %r: tensor<1x16x4x4xf32>):
    %y = cnn.concat %p, %q, %r {axis = 1 : i64} : (tensor<1x32x4x4xf32>, tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x64x4x4xf32>
    cnn.yield %y : tensor<1x64x4x4xf32>
  } : (!x, !y, !y) -> !three
  return %two, %three : !two, !three
}

// -----

!x = tensor<1x32x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!y = tensor<1x16x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!two = tensor<1x48x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>

// A value lies in one place: of two concatenations that want it elsewhere, the first copies.
// CHECK-LABEL: func.func @elsewhere
func.func @elsewhere(%arg0: tensor<1x32x4x4xf32>, %arg1: tensor<1x16x4x4xf32>) -> (!two, !two) {
  %a = cnn.convert_layout %arg0 : tensor<1x32x4x4xf32> -> !x
  %b = cnn.convert_layout %arg1 : tensor<1x16x4x4xf32> -> !y
  // CHECK: cnn.concat
  %two = cnn.fused %b, %a attributes {plan = #cnn.plan<"channels", {}>} {
  ^bb0(%p: tensor<1x16x4x4xf32>, %q: tensor<1x32x4x4xf32>):
    %y = cnn.concat %p, %q {axis = 1 : i64} : (tensor<1x16x4x4xf32>, tensor<1x32x4x4xf32>) -> tensor<1x48x4x4xf32>
    cnn.yield %y : tensor<1x48x4x4xf32>
  } : (!y, !x) -> !two
  // CHECK-NOT: cnn.concat
  // CHECK: cnn.join
  %other = cnn.fused %a, %b attributes {plan = #cnn.plan<"channels", {}>} {
  ^bb0(%p: tensor<1x32x4x4xf32>, %q: tensor<1x16x4x4xf32>):
    %y = cnn.concat %p, %q {axis = 1 : i64} : (tensor<1x32x4x4xf32>, tensor<1x16x4x4xf32>) -> tensor<1x48x4x4xf32>
    cnn.yield %y : tensor<1x48x4x4xf32>
  } : (!x, !y) -> !two
  return %two, %other : !two, !two
}

// -----

!x = tensor<1x24x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>
!two = tensor<1x48x4x4xf32, #cnn.blocked<block = 16, halo = [0, 0, 0, 0]>>

// A part that ends within a block leaves no place for the next.
// CHECK-LABEL: func.func @unaligned
func.func @unaligned(%arg0: tensor<1x24x4x4xf32>) -> !two {
  %a = cnn.convert_layout %arg0 : tensor<1x24x4x4xf32> -> !x
  %b = cnn.convert_layout %arg0 : tensor<1x24x4x4xf32> -> !x
  // CHECK: cnn.concat
  %two = cnn.fused %a, %b attributes {plan = #cnn.plan<"channels", {}>} {
  ^bb0(%p: tensor<1x24x4x4xf32>, %q: tensor<1x24x4x4xf32>):
    %y = cnn.concat %p, %q {axis = 1 : i64} : (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x48x4x4xf32>
    cnn.yield %y : tensor<1x48x4x4xf32>
  } : (!x, !x) -> !two
  return %two : !two
}
