// RUN: cnnc-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: func.func @defaults
func.func @defaults(%x: tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32> {
  // CHECK: cnn.relu %{{.*}} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %0 = cnn.relu %x : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  // CHECK: cnn.leaky_relu %{{.*}} : (
  %1 = cnn.leaky_relu %0 {alpha = 0.01 : f64} : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  // CHECK: cnn.clip %{{.*}} : (
  %2 = cnn.clip %1 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %3 = cnn.sigmoid %2 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %4 = cnn.hard_swish %3 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %5 = cnn.tanh %4 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %6 = cnn.silu %5 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %7 = cnn.mish %6 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %8 = cnn.softplus %7 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  %9 = cnn.softsign %8 : (tensor<1x3x4x4xf32>) -> tensor<1x3x4x4xf32>
  return %9 : tensor<1x3x4x4xf32>
}

// CHECK-LABEL: func.func @attributes
func.func @attributes(%x: tensor<2x5xf16>, %slope: tensor<5xf16>) -> tensor<2x5xf16> {
  // CHECK: cnn.leaky_relu %{{.*}} {alpha = 2.000000e-01 : f64}
  %0 = cnn.leaky_relu %x {alpha = 0.2 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.clip %{{.*}} {max = 6.000000e+00 : f64, min = 0.000000e+00 : f64}
  %1 = cnn.clip %0 {min = 0.0 : f64, max = 6.0 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.hard_sigmoid %{{.*}} {alpha = 2.500000e-01 : f64}
  %2 = cnn.hard_sigmoid %1 {alpha = 0.25 : f64, beta = 0.5 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.elu %{{.*}} {alpha = 2.000000e+00 : f64}
  %3 = cnn.elu %2 {alpha = 2.0 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.celu %{{.*}} {alpha = 2.000000e+00 : f64}
  %4 = cnn.celu %3 {alpha = 2.0 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.selu %{{.*}} : (
  %5 = cnn.selu %4 : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.gelu %{{.*}} {approximate = true}
  %6 = cnn.gelu %5 {approximate = true} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.thresholded_relu %{{.*}} {alpha = 5.000000e-01 : f64}
  %7 = cnn.thresholded_relu %6 {alpha = 0.5 : f64} : (tensor<2x5xf16>) -> tensor<2x5xf16>
  // CHECK: cnn.prelu %{{.*}}, %{{.*}} : (tensor<2x5xf16>, tensor<5xf16>) -> tensor<2x5xf16>
  %8 = cnn.prelu %7, %slope : (tensor<2x5xf16>, tensor<5xf16>) -> tensor<2x5xf16>
  return %8 : tensor<2x5xf16>
}
