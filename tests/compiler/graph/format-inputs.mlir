// SPDX-License-Identifier: Apache-2.0
// Bytes are moved, converted and normalised in one region, whose phase writes the layout that the convolution reads.
// RUN: cnnc-opt %s -cnn-format-inputs | FileCheck %s
// RUN: cnnc-opt %s -cnn-format-inputs -cnn-fuse-elementwise -cnn-choose-algorithms=mcpu=x86-64-v3 | FileCheck %s --check-prefix=SCHEDULED

// CHECK-LABEL: @main
// CHECK-SAME: (%[[X:.*]]: tensor<2x16x8x3xui8> {cnn.name = "photo"}, %{{.*}}: tensor<2x3x4x4xf32>)
// CHECK: %[[T:.*]] = cnn.transpose %[[X]] {permutation = array<i64: 0, 3, 1, 2>} : (tensor<2x16x8x3xui8>) -> tensor<2x3x16x8xui8>
// CHECK: %[[C:.*]] = cnn.cast %[[T]] {to = f32}
// CHECK: %[[MEAN:.*]] = cnn.constant {value = dense<{{.*}}1.000000e+00{{.*}}2.000000e+00{{.*}}3.000000e+00{{.*}}> : tensor<1x3x1x1xf32>}
// CHECK: %[[S:.*]] = cnn.sub %[[C]], %[[MEAN]]
// CHECK: %[[SCALE:.*]] = cnn.constant {value = dense<5.000000e-01> : tensor<1x1x1x1xf32>}
// CHECK: %[[Y:.*]] = cnn.mul %[[S]], %[[SCALE]]
// CHECK: cnn.conv %[[Y]]
// CHECK: cnn.relu %[[Y]]

// SCHEDULED-LABEL: @main
// SCHEDULED: cnn.fused %{{.*}} attributes {plan = #cnn.plan<"transpose_image", {}>}
// SCHEDULED: cnn.yield
// SCHEDULED: -> tensor<2x3x16x8xf32, #cnn.blocked<block = 1, halo = [0, 0, 0, 0]>>
// SCHEDULED-NOT: cnn.convert_layout
// SCHEDULED: cnn.conv
// The second reader wants another layout and gets a copy.
// SCHEDULED: cnn.convert_layout
// SCHEDULED: cnn.relu
func.func @main(%x: tensor<2x3x16x8xf32> {cnn.name = "photo", cnn.bytes = {mean = array<f64: 1.0, 2.0, 3.0>, scale = array<f64: 0.5>}},
                %other: tensor<2x3x4x4xf32>) -> (tensor<2x4x14x6xf32>, tensor<2x3x16x8xf32>) {
  %w = cnn.constant {value = dense<0.5> : tensor<4x3x3x3xf32>} : tensor<4x3x3x3xf32>
  %y = cnn.conv %x, %w : (tensor<2x3x16x8xf32>, tensor<4x3x3x3xf32>) -> tensor<2x4x14x6xf32>
  %z = cnn.relu %x : (tensor<2x3x16x8xf32>) -> tensor<2x3x16x8xf32>
  return %y, %z : tensor<2x4x14x6xf32>, tensor<2x3x16x8xf32>
}
