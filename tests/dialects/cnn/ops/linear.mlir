// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @fc
func.func @fc(%x: tensor<2x9xf32>, %w: tensor<5x9xf32>, %b: tensor<5xf32>) -> tensor<2x5xf32> {
  // CHECK: cnn.fc %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x9xf32>, tensor<5x9xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  %y = cnn.fc %x, %w, %b : (tensor<2x9xf32>, tensor<5x9xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// CHECK-LABEL: func.func @matmul
func.func @matmul(%a: tensor<2x1x3x4xf32>, %b: tensor<5x4x6xf32>, %c: tensor<6xf32>) -> tensor<2x5x3xf32> {
  // CHECK: cnn.matmul %{{.*}}, %{{.*}} : (tensor<2x1x3x4xf32>, tensor<5x4x6xf32>) -> tensor<2x5x3x6xf32>
  %y = cnn.matmul %a, %b : (tensor<2x1x3x4xf32>, tensor<5x4x6xf32>) -> tensor<2x5x3x6xf32>
  %z = cnn.matmul %y, %c : (tensor<2x5x3x6xf32>, tensor<6xf32>) -> tensor<2x5x3xf32>
  return %z : tensor<2x5x3xf32>
}
