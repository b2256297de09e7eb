// SPDX-License-Identifier: Apache-2.0
// A small network at the loops level: a 1x1 convolution from 3 to 16 channels with a register tile of four pixels, written to a
// blocked value in the arena, and ReLU back to NCHW. weight[in][out] = (16 in + out - 24) / 32, bias[out] = out / 16 - 1 / 2.
// RUN: cnnc %s --mcpu=x86-64-v3 -o %t.so && llvm-nm -D --defined-only %t.so | FileCheck %s
// CHECK-NOT: {{ [TDRB] }}
// CHECK: T cnnc_model
// CHECK-NOT: {{ [TDRB] }}

module attributes {
    cnnc.model = {
      name = "conv", prefix = "cnnc", free_batch = false, arena_bytes = 3072 : i64, weight_bytes = 256 : i64, cpu_features = "",
      inputs = [{name = "image", type = 1 : i32, shape = array<i64: 1, 3, 6, 8>}],
      outputs = [{name = "features", type = 1 : i32, shape = array<i64: 1, 16, 6, 8>}],
      metadata = {}},
    cnnc.weights = dense<"0x000040BF000038BF000030BF000028BF000020BF000018BF000010BF000008BF000000BF0000F0BE0000E0BE0000D0BE0000C0BE0000B0BE0000A0BE000090BE000080BE000060BE000040BE000020BE000000BE0000C0BD000080BD000000BD000000000000003D0000803D0000C03D0000003E0000203E0000403E0000603E0000803E0000903E0000A03E0000B03E0000C03E0000D03E0000E03E0000F03E0000003F0000083F0000103F0000183F0000203F0000283F0000303F0000383F000000BF0000E0BE0000C0BE0000A0BE000080BE000040BE000000BE000080BD000000000000803D0000003E0000403E0000803E0000A03E0000C03E0000E03E"> : tensor<256xi8>} {

  // Four pixels of one row times two vectors of eight output channels: eight accumulators.
  func.func private @conv1x1_tile(%x: memref<3x6x8xf32>, %w: memref<3x16xf32>, %bias: memref<16xf32>, %y: memref<6x8x16xf32>,
                                  %row: index, %column: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c8 = arith.constant 8 : index
    %column1 = arith.addi %column, %c1 : index loc("column1")
    %column2 = arith.addi %column, %c2 : index loc("column2")
    %column3 = arith.addi %column, %c3 : index loc("column3")
    %b0 = vector.load %bias[%c0] : memref<16xf32>, vector<8xf32> loc("bias0")
    %b1 = vector.load %bias[%c8] : memref<16xf32>, vector<8xf32> loc("bias1")
    %sum:8 = scf.for %channel = %c0 to %c3 step %c1
        iter_args(%a00 = %b0, %a01 = %b1, %a10 = %b0, %a11 = %b1, %a20 = %b0, %a21 = %b1, %a30 = %b0, %a31 = %b1)
        -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
      %w0 = vector.load %w[%channel, %c0] : memref<3x16xf32>, vector<8xf32> loc("weight0")
      %w1 = vector.load %w[%channel, %c8] : memref<3x16xf32>, vector<8xf32> loc("weight1")
      %s0 = memref.load %x[%channel, %row, %column] : memref<3x6x8xf32>
      %x0 = vector.broadcast %s0 : f32 to vector<8xf32> loc("pixel0")
      %n00 = vector.fma %x0, %w0, %a00 : vector<8xf32> loc("acc")
      %n01 = vector.fma %x0, %w1, %a01 : vector<8xf32> loc("acc")
      %s1 = memref.load %x[%channel, %row, %column1] : memref<3x6x8xf32>
      %x1 = vector.broadcast %s1 : f32 to vector<8xf32> loc("pixel1")
      %n10 = vector.fma %x1, %w0, %a10 : vector<8xf32> loc("acc")
      %n11 = vector.fma %x1, %w1, %a11 : vector<8xf32> loc("acc")
      %s2 = memref.load %x[%channel, %row, %column2] : memref<3x6x8xf32>
      %x2 = vector.broadcast %s2 : f32 to vector<8xf32> loc("pixel2")
      %n20 = vector.fma %x2, %w0, %a20 : vector<8xf32> loc("acc")
      %n21 = vector.fma %x2, %w1, %a21 : vector<8xf32> loc("acc")
      %s3 = memref.load %x[%channel, %row, %column3] : memref<3x6x8xf32>
      %x3 = vector.broadcast %s3 : f32 to vector<8xf32> loc("pixel3")
      %n30 = vector.fma %x3, %w0, %a30 : vector<8xf32> loc("acc")
      %n31 = vector.fma %x3, %w1, %a31 : vector<8xf32> loc("acc")
      scf.yield %n00, %n01, %n10, %n11, %n20, %n21, %n30, %n31
          : vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>
    } loc("channel")
    vector.store %sum#0, %y[%row, %column, %c0] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#1, %y[%row, %column, %c8] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#2, %y[%row, %column1, %c0] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#3, %y[%row, %column1, %c8] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#4, %y[%row, %column2, %c0] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#5, %y[%row, %column2, %c8] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#6, %y[%row, %column3, %c0] : memref<6x8x16xf32>, vector<8xf32>
    vector.store %sum#7, %y[%row, %column3, %c8] : memref<6x8x16xf32>, vector<8xf32>
    return
  }

  func.func private @conv1x1(%x: memref<3x6x8xf32>, %w: memref<3x16xf32>, %bias: memref<16xf32>, %y: memref<6x8x16xf32>,
                             %begin: index, %end: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    scf.for %row = %begin to %end step %c1 {
      scf.for %column = %c0 to %c8 step %c4 {
        func.call @conv1x1_tile(%x, %w, %bias, %y, %row, %column)
          : (memref<3x6x8xf32>, memref<3x16xf32>, memref<16xf32>, memref<6x8x16xf32>, index, index) -> ()
      } loc("column")
    } loc("row")
    return
  }

  // Reads the blocked value through strides as channels, rows and columns.
  func.func private @relu_to_nchw(%x: memref<16x6x8xf32, strided<[1, 128, 16]>>, %y: memref<16x6x8xf32>, %begin: index, %end: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c6 = arith.constant 6 : index
    %c8 = arith.constant 8 : index
    %zero = arith.constant 0.0 : f32
    scf.for %channel = %begin to %end step %c1 {
      scf.for %row = %c0 to %c6 step %c1 {
        scf.for %column = %c0 to %c8 step %c1 {
          %v = memref.load %x[%channel, %row, %column] : memref<16x6x8xf32, strided<[1, 128, 16]>>
          %r = arith.maximumf %v, %zero : f32
          memref.store %r, %y[%channel, %row, %column] : memref<16x6x8xf32>
        } loc("column")
      } loc("row")
    } loc("channel")
    return
  }

  func.func @layer0_conv(%in: memref<?xi8> {cnnc.base = "input0"}, %weights: memref<?xi8> {cnnc.base = "weights"},
                         %arena: memref<?xi8> {cnnc.base = "arena"}, %begin: index, %end: index)
      attributes {cnnc.phase = {kernel = "conv1x1", nodes = "Conv_0", shapes = "1x3x6x8 -> 1x16x6x8", plan = "direct 4x2",
                                flops = 4608 : i64, bytes = 3904 : i64, grid = 6 : i64, grain = 1 : i64}} {
    %c0 = arith.constant 0 : index
    %c192 = arith.constant 192 : index
    %x = memref.view %in[%c0][] : memref<?xi8> to memref<3x6x8xf32>
    %w = memref.view %weights[%c0][] : memref<?xi8> to memref<3x16xf32>
    %bias = memref.view %weights[%c192][] : memref<?xi8> to memref<16xf32>
    %y = memref.view %arena[%c0][] : memref<?xi8> to memref<6x8x16xf32>
    call @conv1x1(%x, %w, %bias, %y, %begin, %end)
      : (memref<3x6x8xf32>, memref<3x16xf32>, memref<16xf32>, memref<6x8x16xf32>, index, index) -> ()
    return
  }

  func.func @layer1_relu(%arena: memref<?xi8> {cnnc.base = "arena"}, %out: memref<?xi8> {cnnc.base = "output0"},
                         %begin: index, %end: index)
      attributes {cnnc.phase = {kernel = "relu_to_nchw", nodes = "Relu_1", shapes = "1x16x6x8 -> 1x16x6x8", plan = "elementwise",
                                flops = 768 : i64, bytes = 6144 : i64, grid = 16 : i64, grain = 4 : i64}} {
    %c0 = arith.constant 0 : index
    %blocked = memref.view %arena[%c0][] : memref<?xi8> to memref<6x8x16xf32>
    %x = memref.reinterpret_cast %blocked to offset: [0], sizes: [16, 6, 8], strides: [1, 128, 16]
      : memref<6x8x16xf32> to memref<16x6x8xf32, strided<[1, 128, 16]>>
    %y = memref.view %out[%c0][] : memref<?xi8> to memref<16x6x8xf32>
    call @relu_to_nchw(%x, %y, %begin, %end)
      : (memref<16x6x8xf32, strided<[1, 128, 16]>>, memref<16x6x8xf32>, index, index) -> ()
    return
  }
}
