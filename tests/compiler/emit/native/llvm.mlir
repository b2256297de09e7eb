// RUN: cnnc %s --mcpu=x86-64-v4 --emit=llvm | FileCheck %s

// Kernels are made for the target that was asked for, with vectors of its registers' width and multiply-adds; they are
// nobody's but the library's.
// CHECK: define internal {{.*}}@{{.*}} #[[KERNEL:[0-9]+]]
// CHECK: @llvm.{{fma|fmuladd}}.v16f32
// CHECK: define {{.*}}ptr @cnnc_model()
// CHECK: attributes #[[KERNEL]] = {{.*}}"target-cpu"="x86-64-v4"
func.func @main(%x: tensor<1x16x8x8xf32> {cnn.name = "x"}) -> (tensor<1x16x8x8xf32> {cnn.name = "y"}) {
  %w = cnn.constant {value = dense<0.25> : tensor<16x16x1x1xf32>} : tensor<16x16x1x1xf32>
  %0 = cnn.conv %x, %w : (tensor<1x16x8x8xf32>, tensor<16x16x1x1xf32>) -> tensor<1x16x8x8xf32>
  return %0 : tensor<1x16x8x8xf32>
}
