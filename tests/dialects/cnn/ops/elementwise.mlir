// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @unary
func.func @unary(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = cnn.sqrt %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = cnn.exp %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = cnn.log %1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = cnn.abs %2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = cnn.neg %3 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = cnn.erf %4 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = cnn.reciprocal %5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = cnn.floor %6 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = cnn.ceil %7 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = cnn.round %8 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %10 = cnn.sign %9 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = cnn.sin %10 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  // CHECK: cnn.cos %{{.*}} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %12 = cnn.cos %11 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %12 : tensor<2x3xf32>
}

// Operands broadcast as in ONNX: aligned at the last dimension.
// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%x: tensor<2x3x4x5xf32>, %channel: tensor<3x1x1xf32>, %number: tensor<f32>, %row: tensor<5xf32>) -> tensor<2x3x4x5xf32> {
  // CHECK: cnn.add %{{.*}}, %{{.*}} : (tensor<2x3x4x5xf32>, tensor<3x1x1xf32>) -> tensor<2x3x4x5xf32>
  %0 = cnn.add %x, %channel : (tensor<2x3x4x5xf32>, tensor<3x1x1xf32>) -> tensor<2x3x4x5xf32>
  %1 = cnn.mul %number, %0 : (tensor<f32>, tensor<2x3x4x5xf32>) -> tensor<2x3x4x5xf32>
  // CHECK: cnn.sub %{{.*}}, %{{.*}} : (tensor<3x1x1xf32>, tensor<5xf32>) -> tensor<3x1x5xf32>
  %2 = cnn.sub %channel, %row : (tensor<3x1x1xf32>, tensor<5xf32>) -> tensor<3x1x5xf32>
  %3 = cnn.div %1, %2 : (tensor<2x3x4x5xf32>, tensor<3x1x5xf32>) -> tensor<2x3x4x5xf32>
  %4 = cnn.max %3, %row : (tensor<2x3x4x5xf32>, tensor<5xf32>) -> tensor<2x3x4x5xf32>
  %5 = cnn.min %4, %row : (tensor<2x3x4x5xf32>, tensor<5xf32>) -> tensor<2x3x4x5xf32>
  %6 = cnn.mod %5, %number : (tensor<2x3x4x5xf32>, tensor<f32>) -> tensor<2x3x4x5xf32>
  return %6 : tensor<2x3x4x5xf32>
}

// CHECK-LABEL: func.func @types
func.func @types(%a: tensor<4xsi64>, %b: tensor<4xsi64>, %x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xi1>) {
  // CHECK: cnn.pow %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<4xsi64>) -> tensor<4xf32>
  %0 = cnn.pow %x, %a : (tensor<4xf32>, tensor<4xsi64>) -> tensor<4xf32>
  // CHECK: cnn.less %{{.*}}, %{{.*}} : (tensor<4xsi64>, tensor<4xsi64>) -> tensor<4xi1>
  %1 = cnn.less %a, %b : (tensor<4xsi64>, tensor<4xsi64>) -> tensor<4xi1>
  %2 = cnn.equal %a, %b : (tensor<4xsi64>, tensor<4xsi64>) -> tensor<4xi1>
  %3 = cnn.greater_equal %a, %b : (tensor<4xsi64>, tensor<4xsi64>) -> tensor<4xi1>
  %4 = cnn.and %1, %2 : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %5 = cnn.or %4, %3 : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %6 = cnn.xor %5, %1 : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %7 = cnn.not %6 : (tensor<4xi1>) -> tensor<4xi1>
  // CHECK: cnn.cast %{{.*}} {to = f32} : (tensor<4xsi64>) -> tensor<4xf32>
  %8 = cnn.cast %a {to = f32} : (tensor<4xsi64>) -> tensor<4xf32>
  // CHECK: cnn.where %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %9 = cnn.where %7, %0, %8 : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  // CHECK: cnn.dropout %{{.*}} {ratio = 1.000000e-01 : f64}
  %10 = cnn.dropout %9 {ratio = 0.1 : f64} : (tensor<4xf32>) -> tensor<4xf32>
  return %10, %7 : tensor<4xf32>, tensor<4xi1>
}
