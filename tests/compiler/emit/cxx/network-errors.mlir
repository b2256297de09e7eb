// SPDX-License-Identifier: Apache-2.0
// What has no words in C++ is named, and no folder is left.
// RUN: rm -rf %t && split-file %s %t
// RUN: not cnnc %t/reduction.mlir --emit=cpp -o %t/out 2>&1 | FileCheck %s --check-prefix=REDUCTION
// RUN: not cnnc %t/result.mlir --emit=cpp -o %t/out 2>&1 | FileCheck %s --check-prefix=RESULT
// RUN: not cnnc %t/base.mlir --emit=cpp -o %t/out 2>&1 | FileCheck %s --check-prefix=BASE
// RUN: not cnnc %t/reduction.mlir --emit=cpp 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not ls %t/out

// REDUCTION: cnnc: {{.*}}reduction.mlir: @sum: C++ has no words for 'vector.reduction'
// RESULT: cnnc: {{.*}}result.mlir: @caller: C++ has no words for results of 'func.call'
// BASE: cnnc: {{.*}}base.mlir: argument 0 of @layer has no 'cnnc.base' that the model knows
// FOLDER: cnnc: -o: name the folder for the C++ source, such as -o model/

//--- reduction.mlir
module attributes {cnnc.model = {
    name = "errors", prefix = "cnnc", free_batch = false, arena_bytes = 0 : i64, weight_bytes = 0 : i64, cpu_features = "",
    inputs = [], outputs = [], metadata = {}}} {
  func.func private @sum(%x: memref<8xf32>, %y: memref<1xf32>, %begin: index, %end: index) {
    %v = vector.load %x[%begin] : memref<8xf32>, vector<8xf32>
    %s = vector.reduction <add>, %v : vector<8xf32> into f32
    memref.store %s, %y[%begin] : memref<1xf32>
    return
  }
}

//--- result.mlir
module attributes {cnnc.model = {
    name = "errors", prefix = "cnnc", free_batch = false, arena_bytes = 0 : i64, weight_bytes = 0 : i64, cpu_features = "",
    inputs = [], outputs = [], metadata = {}}} {
  func.func private @callee(%x: memref<8xf32>, %i: index) -> f32 {
    %v = memref.load %x[%i] : memref<8xf32>
    return %v : f32
  }
  func.func private @caller(%x: memref<8xf32>, %i: index) {
    %v = func.call @callee(%x, %i) : (memref<8xf32>, index) -> f32
    memref.store %v, %x[%i] : memref<8xf32>
    return
  }
}

//--- base.mlir
module attributes {cnnc.model = {
    name = "errors", prefix = "cnnc", free_batch = false, arena_bytes = 0 : i64, weight_bytes = 0 : i64, cpu_features = "",
    inputs = [], outputs = [], metadata = {}}} {
  func.func @layer(%in: memref<?xi8> {cnnc.base = "input7"}, %begin: index, %end: index)
      attributes {cnnc.phase = {kernel = "k", nodes = "", shapes = "", plan = "", flops = 0 : i64, bytes = 0 : i64, grid = 1 : i64, grain = 1 : i64}} {
    return
  }
}
