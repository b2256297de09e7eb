// RUN: cnnc %s --mcpu=x86-64-v2 --emit=loops | FileCheck %s
// RUN: cnnc %s --mcpu=x86-64-v3 --emit=loops | FileCheck %s
// RUN: cnnc %s --mcpu=x86-64-v4 --emit=loops | FileCheck %s

// 24 filters of 20 channels lie in two blocks of 16 by two blocks of 16 on every instruction set, beyond the filters zeros.
// What two layers read is packed once.
// CHECK: weight_bytes = 4096 : i64
// CHECK: func.func private @conv1x1({{.*}}: memref<2x2x1x1x16x16xf32>
// CHECK: func.func private @conv1x1_2({{.*}}: memref<2x2x1x1x16x16xf32>
func.func @main(%x: tensor<1x20x4x4xf32> {cnn.name = "x"}, %z: tensor<1x20x8x8xf32> {cnn.name = "z"})
    -> (tensor<1x24x4x4xf32> {cnn.name = "y"}, tensor<1x24x8x8xf32> {cnn.name = "w"}) {
  %w = cnn.constant {value = dense<1.0> : tensor<24x20x1x1xf32>} : tensor<24x20x1x1xf32>
  %0 = cnn.conv %x, %w : (tensor<1x20x4x4xf32>, tensor<24x20x1x1xf32>) -> tensor<1x24x4x4xf32>
  %1 = cnn.conv %z, %w : (tensor<1x20x8x8xf32>, tensor<24x20x1x1xf32>) -> tensor<1x24x8x8xf32>
  return %0, %1 : tensor<1x24x4x4xf32>, tensor<1x24x8x8xf32>
}
