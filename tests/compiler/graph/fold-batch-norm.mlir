// RUN: cnnc-opt %s -cnn-fold-batch-norm | FileCheck %s

// scale = 2 / sqrt(3.75 + 0.25) = 1, 4 / sqrt(…) = 2; shift = bias - mean * scale = 10 - 1, 20 - 2 * 2.
// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[W:.*]] = cnn.constant {value = dense<{{.*}}1.000000e+00{{.*}}4.000000e+00{{.*}}> : tensor<2x1x1x1xf32>}
// CHECK-DAG: %[[B:.*]] = cnn.constant {value = dense<[9.500000e+00, 1.700000e+01]> : tensor<2xf32>}
// CHECK: %[[Y:.*]] = cnn.conv %arg0, %[[W]], %[[B]]
// CHECK-NEXT: return %[[Y]]
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = cnn.constant {value = dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>} : tensor<2x1x1x1xf32>
  %b = cnn.constant {value = dense<0.5> : tensor<2xf32>} : tensor<2xf32>
  %scale = cnn.constant {value = dense<[2.0, 4.0]> : tensor<2xf32>} : tensor<2xf32>
  %shift = cnn.constant {value = dense<[10.0, 20.0]> : tensor<2xf32>} : tensor<2xf32>
  %mean = cnn.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
  %var = cnn.constant {value = dense<3.75> : tensor<2xf32>} : tensor<2xf32>
  %0 = cnn.conv %x, %w, %b : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = cnn.bn %0, %scale, %shift, %mean, %var {eps = 0.25 : f64} : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// A fully connected layer gets a bias.
// CHECK-LABEL: func.func @fc
// CHECK: cnn.fc %arg0, %{{.*}}, %{{.*}} : (tensor<1x3xf32>, tensor<2x3xf32>, tensor<2xf32>)
// CHECK-NEXT: return
func.func @fc(%x: tensor<1x3xf32>) -> tensor<1x2xf32> {
  %w = cnn.constant {value = dense<1.0> : tensor<2x3xf32>} : tensor<2x3xf32>
  %p = cnn.constant {value = dense<1.0> : tensor<2xf32>} : tensor<2xf32>
  %0 = cnn.fc %x, %w : (tensor<1x3xf32>, tensor<2x3xf32>) -> tensor<1x2xf32>
  %1 = cnn.bn %0, %p, %p, %p, %p : (tensor<1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1 : tensor<1x2xf32>
}

// A convolution that others read too keeps its weights.
// CHECK-LABEL: func.func @shared
// CHECK: %[[C:.*]] = cnn.conv
// CHECK: %[[M:.*]] = cnn.mul %[[C]], %{{.*}} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>)
// CHECK: cnn.add %[[M]], %{{.*}} : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>)
func.func @shared(%x: tensor<1x1x4x4xf32>) -> (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) {
  %w = cnn.constant {value = dense<1.0> : tensor<2x1x1x1xf32>} : tensor<2x1x1x1xf32>
  %p = cnn.constant {value = dense<1.0> : tensor<2xf32>} : tensor<2xf32>
  %0 = cnn.conv %x, %w : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = cnn.bn %0, %p, %p, %p, %p : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %0, %1 : tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>
}

// Statistics that come from outside, and other types than f32, stay a batch norm.
// CHECK-LABEL: func.func @computed
// CHECK: cnn.bn
func.func @computed(%x: tensor<1x2x4x4xf32>, %p: tensor<2xf32>) -> tensor<1x2x4x4xf32> {
  %0 = cnn.bn %x, %p, %p, %p, %p : (tensor<1x2x4x4xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}
// CHECK-LABEL: func.func @half
// CHECK: cnn.bn
func.func @half(%x: tensor<1x1x4x4xf16>) -> tensor<1x2x4x4xf16> {
  %w = cnn.constant {value = dense<1.0> : tensor<2x1x1x1xf16>} : tensor<2x1x1x1xf16>
  %p = cnn.constant {value = dense<1.0> : tensor<2xf16>} : tensor<2xf16>
  %0 = cnn.conv %x, %w : (tensor<1x1x4x4xf16>, tensor<2x1x1x1xf16>) -> tensor<1x2x4x4xf16>
  %1 = cnn.bn %0, %p, %p, %p, %p : (tensor<1x2x4x4xf16>, tensor<2xf16>, tensor<2xf16>, tensor<2xf16>, tensor<2xf16>) -> tensor<1x2x4x4xf16>
  return %1 : tensor<1x2x4x4xf16>
}
