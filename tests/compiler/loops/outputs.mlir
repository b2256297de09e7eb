// RUN: cnnc %s --mcpu=x86-64-v3 --emit=loops | FileCheck %s

// Inputs, constants and values that are given out twice are copied; nothing else is.
// CHECK-COUNT-3: kernel = "copy_output{{[_0-9]*}}"
// CHECK-NOT: kernel = "copy_output
func.func @main(%x: tensor<4xf32> {cnn.name = "x"})
    -> (tensor<4xf32> {cnn.name = "a"}, tensor<4xf32> {cnn.name = "b"}, tensor<4xf32> {cnn.name = "c"}, tensor<4xf32> {cnn.name = "d"}) {
  %c = cnn.constant {value = dense<1.0> : tensor<4xf32>} : tensor<4xf32>
  %y = cnn.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  return %x, %c, %y, %y : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
