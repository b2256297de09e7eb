// RUN: cnnc %s --mcpu=x86-64-v3 --emit=loops | FileCheck %s

// Each region, conversion of layout and halo is a row of the table, with the nodes that it comes from. The tables of
// inputs and outputs have ONNX's numbers of types.
// CHECK: free_batch = true
// CHECK-SAME: inputs = [{name = "image", shape = array<i64: 1, 16, 8, 8>, type = 1 : i32}]
// CHECK-SAME: metadata = {author = "nobody"}
// CHECK-SAME: outputs = [{name = "features", shape = array<i64: 1, 16, 4, 4>, type = 1 : i32}, {name = "bright", shape = array<i64: 1, 16, 4, 4>, type = 9 : i32}]
// CHECK: kernel = "zero_halo"{{.*}}plan = "halo"
// CHECK: kernel = "convert_layout"
// 16 * 16 results of 144 multiply-adds each, and relu.
// CHECK: func.func @layer3({{.*}}flops = 73984 : i64{{.*}}kernel = "conv3x3", nodes = "Conv_1, Relu_2", plan = "direct{{[^"]*}}", shapes = "1x16x8x8 -> 1x16x4x4"
// CHECK: nodes = "Greater_3"
module attributes {cnn.free_batch, cnn.metadata = {author = "nobody"}} {
  func.func @main(%x: tensor<1x16x8x8xf32> {cnn.name = "image"}) -> (tensor<1x16x4x4xf32> {cnn.name = "features"}, tensor<1x16x4x4xi1> {cnn.name = "bright"}) {
    %w = cnn.constant {value = dense<1.0> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
    %half = cnn.constant {value = dense<0.5> : tensor<f32>} : tensor<f32>
    %0 = cnn.conv %x, %w {stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 0, 0>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x4x4xf32> loc("Conv_1")
    %1 = cnn.relu %0 : (tensor<1x16x4x4xf32>) -> tensor<1x16x4x4xf32> loc("Relu_2")
    %2 = cnn.greater %1, %half : (tensor<1x16x4x4xf32>, tensor<f32>) -> tensor<1x16x4x4xi1> loc("Greater_3")
    return %1, %2 : tensor<1x16x4x4xf32>, tensor<1x16x4x4xi1>
  }
}
