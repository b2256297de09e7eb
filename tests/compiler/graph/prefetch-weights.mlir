// Weights of a fully connected layer, which would wait for memory, are asked for by the convolutions before; but not
// where the cache holds the whole network.
// RUN: cnnc-opt %s --cnn-fuse-elementwise --cnn-choose-algorithms="mcpu=x86-64-v4 strict=true" --cnn-assign-halos --cnn-choose-plans="mcpu=x86-64-v4 strict=true" --cnn-prefetch-weights=mcpu=x86-64-v4 | FileCheck %s

// CHECK-LABEL: func.func @asks
// CHECK-COUNT-2: cnn.fused{{.*}}cnn.ahead = array<i64: {{[1-9][0-9]*}}, {{[1-9][0-9]*}}>
// CHECK: plan<"global_pool"
// CHECK-NOT: cnn.ahead
// CHECK: return
func.func @asks(%x: tensor<1x128x28x28xf32>) -> tensor<1x8192xf32> {
  %v = cnn.constant {value = dense<1.0> : tensor<128x128x1x1xf32>} : tensor<128x128x1x1xf32>
  %u = cnn.constant {value = dense<1.0> : tensor<512x128x1x1xf32>} : tensor<512x128x1x1xf32>
  %w = cnn.constant {value = dense<1.0> : tensor<8192x512xf32>} : tensor<8192x512xf32>
  %0 = cnn.conv %x, %v {} : (tensor<1x128x28x28xf32>, tensor<128x128x1x1xf32>) -> tensor<1x128x28x28xf32>
  %1 = cnn.conv %0, %u {} : (tensor<1x128x28x28xf32>, tensor<512x128x1x1xf32>) -> tensor<1x512x28x28xf32>
  %2 = cnn.global_avg_pool %1 : (tensor<1x512x28x28xf32>) -> tensor<1x512x1x1xf32>
  %3 = cnn.reshape %2 {shape = array<i64: 1, 512>} : (tensor<1x512x1x1xf32>) -> tensor<1x512xf32>
  %4 = cnn.fc %3, %w : (tensor<1x512xf32>, tensor<8192x512xf32>) -> tensor<1x8192xf32>
  return %4 : tensor<1x8192xf32>
}

// CHECK-LABEL: func.func @small
// CHECK-NOT: cnn.ahead
// CHECK: return
func.func @small(%x: tensor<1x128x28x28xf32>) -> tensor<1x1024xf32> {
  %u = cnn.constant {value = dense<1.0> : tensor<512x128x1x1xf32>} : tensor<512x128x1x1xf32>
  %w = cnn.constant {value = dense<1.0> : tensor<1024x512xf32>} : tensor<1024x512xf32>
  %1 = cnn.conv %x, %u {} : (tensor<1x128x28x28xf32>, tensor<512x128x1x1xf32>) -> tensor<1x512x28x28xf32>
  %2 = cnn.global_avg_pool %1 : (tensor<1x512x28x28xf32>) -> tensor<1x512x1x1xf32>
  %3 = cnn.reshape %2 {shape = array<i64: 1, 512>} : (tensor<1x512x1x1xf32>) -> tensor<1x512xf32>
  %4 = cnn.fc %3, %w : (tensor<1x512xf32>, tensor<1024x512xf32>) -> tensor<1x1024xf32>
  return %4 : tensor<1x1024xf32>
}
