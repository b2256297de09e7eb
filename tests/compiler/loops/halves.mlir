// RUN: cnnc %s --mcpu=x86-64-v3 --emit=loops | FileCheck %s

// 16-bit floats are stored as integers, computed as f32, and converted by integer arithmetic.
// CHECK: type = 10 : i32
// CHECK: memref<4xi16>
// CHECK-NOT: f16
// CHECK: arith.addf %{{.*}}, %{{.*}} : f32
func.func @main(%x: tensor<4xf16> {cnn.name = "x"}, %z: tensor<4xbf16> {cnn.name = "z"}) -> (tensor<4xf16> {cnn.name = "y"}, tensor<4xbf16> {cnn.name = "w"}) {
  %y = cnn.add %x, %x : (tensor<4xf16>, tensor<4xf16>) -> tensor<4xf16>
  %w = cnn.relu %z : (tensor<4xbf16>) -> tensor<4xbf16>
  return %y, %w : tensor<4xf16>, tensor<4xbf16>
}
