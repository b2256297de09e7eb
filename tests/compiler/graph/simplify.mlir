// RUN: cnnc-opt %s -cnn-simplify | FileCheck %s

// CHECK-LABEL: func.func @silu
// CHECK-NEXT: cnn.silu %arg0
// CHECK-NEXT: return
func.func @silu(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = cnn.sigmoid %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %y = cnn.mul %x, %s : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// The gate of another value is no activation of this one.
// CHECK-LABEL: func.func @gate
// CHECK: cnn.sigmoid
// CHECK: cnn.mul
func.func @gate(%x: tensor<1x4xf32>, %z: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %s = cnn.sigmoid %z : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %y = cnn.mul %x, %s : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// x * clip(x + 3, 0, 6) / 6, as older exporters write it.
// CHECK-LABEL: func.func @hard_swish
// CHECK-NEXT: %[[Y:.*]] = cnn.hard_swish %arg0
// CHECK-NEXT: return %[[Y]]
func.func @hard_swish(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %three = cnn.constant {value = dense<3.0> : tensor<f32>} : tensor<f32>
  %six = cnn.constant {value = dense<6.0> : tensor<f32>} : tensor<f32>
  %0 = cnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = cnn.clip %0 {min = 0.0 : f64, max = 6.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = cnn.div %1, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %3 = cnn.mul %2, %x : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  return %3 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @other_bounds
// CHECK: cnn.clip
func.func @other_bounds(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %three = cnn.constant {value = dense<3.0> : tensor<f32>} : tensor<f32>
  %six = cnn.constant {value = dense<6.0> : tensor<f32>} : tensor<f32>
  %0 = cnn.add %x, %three : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  %1 = cnn.clip %0 {min = 0.0 : f64, max = 5.0 : f64} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %2 = cnn.div %1, %six : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %2 : tensor<1x4xf32>
}

// CHECK-LABEL: func.func @means
// CHECK: %[[M:.*]] = cnn.global_avg_pool %arg0 : (tensor<1x4x7x7xf32>) -> tensor<1x4x1x1xf32>
// CHECK: cnn.reshape %[[M]] {shape = array<i64: 1, 4>}
// CHECK: cnn.global_avg_pool %arg0
// CHECK: cnn.avg_pool
func.func @means(%x: tensor<1x4x7x7xf32>) -> (tensor<1x4xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>) {
  %0 = cnn.reduce_mean %x {axes = array<i64: 2, 3>, keep_dims = false} : (tensor<1x4x7x7xf32>) -> tensor<1x4xf32>
  %1 = cnn.avg_pool %x {kernel = array<i64: 7, 7>} : (tensor<1x4x7x7xf32>) -> tensor<1x4x1x1xf32>
  // A window that is less than the image.
  %2 = cnn.avg_pool %x {kernel = array<i64: 5, 7>, stride = array<i64: 3, 1>} : (tensor<1x4x7x7xf32>) -> tensor<1x4x1x1xf32>
  return %0, %1, %2 : tensor<1x4xf32>, tensor<1x4x1x1xf32>, tensor<1x4x1x1xf32>
}

// CHECK-LABEL: func.func @shuffle
// CHECK-NEXT: cnn.channel_shuffle %arg0 {groups = 2 : i64}
// CHECK-NEXT: return
func.func @shuffle(%x: tensor<1x6x3x3xf32>) -> tensor<1x6x3x3xf32> {
  %0 = cnn.reshape %x {shape = array<i64: 1, 2, 3, 3, 3>} : (tensor<1x6x3x3xf32>) -> tensor<1x2x3x3x3xf32>
  %1 = cnn.transpose %0 {permutation = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x2x3x3x3xf32>) -> tensor<1x3x2x3x3xf32>
  %2 = cnn.reshape %1 {shape = array<i64: 1, 6, 3, 3>} : (tensor<1x3x2x3x3xf32>) -> tensor<1x6x3x3xf32>
  return %2 : tensor<1x6x3x3xf32>
}

// CHECK-LABEL: func.func @pad_into_conv
// CHECK-NOT: cnn.pad
// CHECK: cnn.conv %arg0, %arg1 {pad = array<i64: 2, 1, 1, 3>}
func.func @pad_into_conv(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) -> tensor<1x4x9x10xf32> {
  %0 = cnn.pad %x {low = array<i64: 0, 0, 1, 0>, high = array<i64: 0, 0, 0, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x9x10xf32>
  %1 = cnn.conv %0, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x4x9x10xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x9x10xf32>
  return %1 : tensor<1x4x9x10xf32>
}

// Other numbers than zero, channels, and cuts stay.
// CHECK-LABEL: func.func @other_pads
// CHECK-COUNT-3: cnn.pad
func.func @other_pads(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>, %w5: tensor<4x5x3x3xf32>)
    -> (tensor<1x4x8x8xf32>, tensor<1x4x6x6xf32>, tensor<1x4x5x6xf32>) {
  %0 = cnn.pad %x {low = array<i64: 0, 0, 1, 1>, high = array<i64: 0, 0, 1, 1>, value = 1.0 : f64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x10x10xf32>
  %1 = cnn.conv %0, %w : (tensor<1x4x10x10xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x8x8xf32>
  %2 = cnn.pad %x {low = array<i64: 0, 1, 0, 0>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x5x8x8xf32>
  %3 = cnn.conv %2, %w5 : (tensor<1x5x8x8xf32>, tensor<4x5x3x3xf32>) -> tensor<1x4x6x6xf32>
  %4 = cnn.pad %x {low = array<i64: 0, 0, -1, 0>, high = array<i64: 0, 0, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x8xf32>
  %5 = cnn.conv %4, %w : (tensor<1x4x7x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x5x6xf32>
  return %1, %3, %5 : tensor<1x4x8x8xf32>, tensor<1x4x6x6xf32>, tensor<1x4x5x6xf32>
}

// An average takes no padding as wide as its window.
// CHECK-LABEL: func.func @wide_pad
// CHECK: cnn.pad
func.func @wide_pad(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x12x12xf32> {
  %0 = cnn.pad %x {low = array<i64: 0, 0, 3, 3>, high = array<i64: 0, 0, 3, 3>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x14x14xf32>
  %1 = cnn.avg_pool %0 {kernel = array<i64: 3, 3>} : (tensor<1x4x14x14xf32>) -> tensor<1x4x12x12xf32>
  return %1 : tensor<1x4x12x12xf32>
}

// Fewer pixels are convolved after the average.
// CHECK-LABEL: func.func @pool_before_pointwise
// CHECK: %[[P:.*]] = cnn.avg_pool %arg0 {{.*}} -> tensor<1x8x3x3xf32>
// CHECK: cnn.conv %[[P]], %arg1, %arg2 : {{.*}} -> tensor<1x4x3x3xf32>
func.func @pool_before_pointwise(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x3x3xf32> {
  %0 = cnn.conv %x, %w, %b : (tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32>, tensor<4xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.avg_pool %0 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>} : (tensor<1x4x6x6xf32>) -> tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// With padding the mean of the bias is not the bias.
// CHECK-LABEL: func.func @pool_of_padded_pointwise
// CHECK: cnn.conv %arg0
// CHECK: cnn.avg_pool
func.func @pool_of_padded_pointwise(%x: tensor<1x8x6x6xf32>, %w: tensor<4x8x1x1xf32>) -> tensor<1x4x4x4xf32> {
  %0 = cnn.conv %x, %w : (tensor<1x8x6x6xf32>, tensor<4x8x1x1xf32>) -> tensor<1x4x6x6xf32>
  %1 = cnn.avg_pool %0 {kernel = array<i64: 2, 2>, stride = array<i64: 2, 2>, pad = array<i64: 1, 1, 1, 1>, count_include_pad = true}
    : (tensor<1x4x6x6xf32>) -> tensor<1x4x4x4xf32>
  return %1 : tensor<1x4x4x4xf32>
}

// The rows of taps above and below the image see padding only; of the columns all see some of it.
// CHECK-LABEL: func.func @wide_dilation
// CHECK: %[[W:.*]] = cnn.constant {value = dense<{{\[\[\[\[}}3.000000e+00, 4.000000e+00, 5.000000e+00]]]]> : tensor<1x1x1x3xf32>}
// CHECK: cnn.conv %arg0, %[[W]] {dilation = array<i64: 1, 6>, pad = array<i64: 0, 6, 0, 6>} : (tensor<1x1x5x9xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x5x9xf32>
func.func @wide_dilation(%x: tensor<1x1x5x9xf32>) -> tensor<1x1x5x9xf32> {
  %w = cnn.constant {value = dense<[[[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0, 7.0, 8.0]]]]> : tensor<1x1x3x3xf32>} : tensor<1x1x3x3xf32>
  %y = cnn.conv %x, %w {pad = array<i64: 6, 6, 6, 6>, dilation = array<i64: 6, 6>} : (tensor<1x1x5x9xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x5x9xf32>
  return %y : tensor<1x1x5x9xf32>
}

// A product of many rows by one matrix is a layer; the rows are seen as one batch.
// CHECK-LABEL: func.func @product_by_matrix
// CHECK-DAG: %[[W:.*]] = cnn.constant {value = dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf32>}
// CHECK-DAG: %[[X:.*]] = cnn.reshape %arg0 {shape = array<i64: 15, 2>}
// CHECK: %[[Y:.*]] = cnn.fc %[[X]], %[[W]]
// CHECK: cnn.reshape %[[Y]] {shape = array<i64: 3, 5, 2>}
func.func @product_by_matrix(%x: tensor<3x5x2xf32>) -> tensor<3x5x2xf32> {
  %w = cnn.constant {value = dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>} : tensor<2x2xf32>
  %y = cnn.matmul %x, %w : (tensor<3x5x2xf32>, tensor<2x2xf32>) -> tensor<3x5x2xf32>
  return %y : tensor<3x5x2xf32>
}
