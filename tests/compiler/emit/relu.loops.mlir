// SPDX-License-Identifier: Apache-2.0
// The smallest network at the loops level: one phase without weights and arena, whose width (15) is no multiple of the vector's.
// RUN: cnnc %s --mcpu=x86-64-v3 -o %t.so && llvm-nm -D --defined-only %t.so | FileCheck %s
// CHECK: T cnnc_model

module attributes {cnnc.model = {
    name = "relu", prefix = "cnnc", free_batch = true, arena_bytes = 0 : i64, weight_bytes = 0 : i64, cpu_features = "",
    inputs = [{name = "x", type = 1 : i32, shape = array<i64: 1, 2, 3, 15>}],
    outputs = [{name = "y", type = 1 : i32, shape = array<i64: 1, 2, 3, 15>}],
    metadata = {producer_name = "by hand"}}} {

  // Rows [begin, end) of the six.
  func.func private @relu_rows(%x: memref<6x15xf32>, %y: memref<6x15xf32>, %begin: index, %end: index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c15 = arith.constant 15 : index
    %zeros = arith.constant dense<0.0> : vector<8xf32>
    %zero = arith.constant 0.0 : f32
    scf.for %row = %begin to %end step %c1 {
      %v = vector.load %x[%row, %c0] : memref<6x15xf32>, vector<8xf32>
      %r = arith.maximumf %v, %zeros : vector<8xf32> loc("positive")
      vector.store %r, %y[%row, %c0] : memref<6x15xf32>, vector<8xf32>
      scf.for %column = %c8 to %c15 step %c1 {
        %s = memref.load %x[%row, %column] : memref<6x15xf32>
        %above = arith.cmpf ogt, %s, %zero : f32
        %t = arith.select %above, %s, %zero : f32
        memref.store %t, %y[%row, %column] : memref<6x15xf32>
      } loc("column")
    } loc("row")
    return
  }

  func.func @layer0_relu(%in: memref<?xi8> {cnnc.base = "input0"}, %out: memref<?xi8> {cnnc.base = "output0"},
                         %begin: index, %end: index)
      attributes {cnnc.phase = {kernel = "relu_rows", nodes = "Relu_0", shapes = "1x2x3x15 -> 1x2x3x15", plan = "elementwise",
                                flops = 90 : i64, bytes = 720 : i64, grid = 6 : i64, grain = 2 : i64}} {
    %c0 = arith.constant 0 : index
    %x = memref.view %in[%c0][] : memref<?xi8> to memref<6x15xf32>
    %y = memref.view %out[%c0][] : memref<?xi8> to memref<6x15xf32>
    call @relu_rows(%x, %y, %begin, %end) : (memref<6x15xf32>, memref<6x15xf32>, index, index) -> ()
    return
  }
}
