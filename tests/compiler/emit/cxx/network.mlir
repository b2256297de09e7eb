// SPDX-License-Identifier: Apache-2.0
// A network of two like layers and a third as C++: layers with their comments, kernels that they share, register tiles as loops.
// RUN: rm -rf %t && cnnc %s --emit=cpp --precision=strict --mcpu=x86-64-v3 --prefix=net -o %t/ && find %t -type f -printf '%%P\n' | env LC_ALL=C sort | FileCheck %s --check-prefix=FILES
// RUN: FileCheck %s --check-prefix=LAYERS --input-file=%t/network.cpp
// RUN: FileCheck %s --check-prefix=KERNELS --input-file=%t/kernels.cpp
// RUN: FileCheck %s --check-prefix=CMAKE --input-file=%t/CMakeLists.txt
// RUN: cnnc %s --mtriple=aarch64-linux-gnu --mcpu=cortex-a76 --emit=cpp -o %t.arm && FileCheck %s --check-prefix=ARM --input-file=%t.arm/CMakeLists.txt

// FILES:      CMakeLists.txt
// FILES-NEXT: cnnc/entry.h
// FILES-NEXT: cnnc/runtime.h
// FILES-NEXT: kernels.cpp
// FILES-NEXT: kernels.h
// FILES-NEXT: net.h
// FILES-NEXT: network.cpp
// FILES-NEXT: vector.h
// FILES-NEXT: weights.S
// FILES-NEXT: weights.bin
// FILES-NOT: {{.}}

// LAYERS:      // Conv_0, Relu_1: 1x32x14x14 -> 1x32x14x14, {{.*}} MFLOP, direct {{.*}}
// LAYERS-NEXT: static void layer4(const cnnc_frame *frame, int64_t begin, int64_t end, int32_t) {
// LAYERS-NEXT:   conv3x3(at(frame->arena, {{[0-9]+}}), at(frame->weights, 0), at(frame->weights, 36864), at(frame->arena, {{[0-9]+}}), begin, end);
// LAYERS-NEXT: }
// LAYERS:      // Conv_2, Relu_3: {{.*}} MFLOP
// LAYERS-NEXT: static void layer{{[0-9]+}}(
// LAYERS-NEXT:   conv3x3(at(
// LAYERS:      // Conv_4: {{.*}} MFLOP
// LAYERS-NEXT: static void layer{{[0-9]+}}(
// LAYERS-NEXT:   conv3x3_2(at(
// LAYERS:      const cnnc_tensor inputs[] = {
// LAYERS-NEXT:     {"x", input0_shape, 25088, CNNC_F32, 4},
// LAYERS:          {"layer4", "conv3x3", "Conv_0, Relu_1", "1x32x14x14 -> 1x32x14x14", "direct {{.*}}", {{[0-9]+}}, {{[0-9]+}}, {{[0-9]+}}, 1, layer4},
// LAYERS:          /*cpu_features*/ CNNC_CPU_AVX | CNNC_CPU_AVX2 | CNNC_CPU_FMA
// LAYERS:          /*run*/ cnnc_entry_run,
// LAYERS:      const cnnc_network *net_model(void) { return &model; }

// KERNELS-LABEL: void conv3x3_tile_{{[0-9]+}}x16(const float x[1][2][16][16][16], const float w[2][2][3][3][16][16],
// KERNELS:           float y[1][2][16][16][16], int64_t ahead, int64_t image, int64_t part, int64_t row, int64_t column) {
// KERNELS:         f32x8 sum[{{[0-9]+}}];
// KERNELS-NEXT:    UNROLL for (int64_t j = 0; j < [[#PIXELS:]]; ++j)
// KERNELS-NEXT:      sum[j] = {{.*}};
// KERNELS:         for (int64_t ky = 0; ky < 3; ++ky)
// KERNELS-NEXT:      for (int64_t kx = 0; kx < 3; ++kx)
// KERNELS-NEXT:        for (int64_t channel = 0; channel < 16; ++channel) {
// KERNELS-NEXT:          const f32x8 weight = load<f32x8>(&w[part][0][ky][kx][channel][0]);
// KERNELS-NEXT:          const f32x8 weight2 = load<f32x8>(&w[part][0][ky][kx][channel][8]);
// KERNELS-NEXT:          prefetch(&w[ahead][0][ky][kx][channel][0]);
// KERNELS-NEXT:          UNROLL for (int64_t j = 0; j < [[#PIXELS]]; ++j) {
// KERNELS-NEXT:            const f32x8 pixel = splat<f32x8>(x[image][0][row + ky][column + kx + j][channel]);
// KERNELS-NEXT:            sum[j] = fma(pixel, weight, sum[j]);
// KERNELS-NEXT:            sum[j + [[#PIXELS]]] = fma(pixel, weight2, sum[j + [[#PIXELS]]]);
// KERNELS-NEXT:          }
// KERNELS-NEXT:        }
// KERNELS:         UNROLL for (int64_t j = 0; j < [[#PIXELS]]; ++j) {
// KERNELS-NEXT:      store(sum[j], &y[image][part][row + 1][column + j + 1][0]);
// KERNELS:              [[SUM:sum[0-9]+]][j] = fma(pixel, weight, [[SUM]][j]);
// KERNELS:         const f32x8 y_vector = load<f32x8>(&y[image][part][row + 1][column + j + 1][0]);
// KERNELS-NEXT:    store(y_vector < 0.0f ? f32x8{} : y_vector, &y[image][part][row + 1][column + j + 1][0]);
// KERNELS-LABEL: void conv3x3(
// KERNELS:           conv3x3_tile_[[#PIXELS]]x16(x, w, bias, y, {{.*}} ? part + {{.*}} + 1 : part, 0, part,
// KERNELS-NEXT:          row, column);

// CMAKE: add_library(net network.cpp kernels.cpp weights.S)
// CMAKE: set(flags -O2 -march=x86-64-v3 -ffp-contract=off
// ARM: set(flags -O2 -mcpu=cortex-a76 -ffp-contract=off

func.func @main(%x: tensor<1x32x14x14xf32> {cnn.name = "x"}) -> (tensor<1x32x14x14xf32> {cnn.name = "y"}) {
  %b = cnn.constant {value = dense<0.25> : tensor<32xf32>} : tensor<32xf32>
  %u = cnn.constant {value = dense<0.5> : tensor<32x32x3x3xf32>} : tensor<32x32x3x3xf32>
  %v = cnn.constant {value = dense<1.5> : tensor<32x32x3x3xf32>} : tensor<32x32x3x3xf32>
  %0 = cnn.conv %x, %u, %b {stride = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x32x14x14xf32>, tensor<32x32x3x3xf32>, tensor<32xf32>) -> tensor<1x32x14x14xf32> loc("Conv_0")
  %1 = cnn.relu %0 : (tensor<1x32x14x14xf32>) -> tensor<1x32x14x14xf32> loc("Relu_1")
  %2 = cnn.conv %1, %v, %b {stride = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x32x14x14xf32>, tensor<32x32x3x3xf32>, tensor<32xf32>) -> tensor<1x32x14x14xf32> loc("Conv_2")
  %3 = cnn.relu %2 : (tensor<1x32x14x14xf32>) -> tensor<1x32x14x14xf32> loc("Relu_3")
  %4 = cnn.conv %3, %v, %b {stride = array<i64: 1, 1>, pad = array<i64: 1, 1, 1, 1>, dilation = array<i64: 1, 1>, groups = 1 : i64}
      : (tensor<1x32x14x14xf32>, tensor<32x32x3x3xf32>, tensor<32xf32>) -> tensor<1x32x14x14xf32> loc("Conv_4")
  return %4 : tensor<1x32x14x14xf32>
}
