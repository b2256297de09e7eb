// SPDX-License-Identifier: Apache-2.0
// What becomes of single operations: which values are named, when memory is read, and how carried values are written over.
// RUN: rm -rf %t && cnnc %s --emit=cpp --mcpu=x86-64-v3 -o %t && FileCheck %s --input-file=%t/kernels.cpp
// RUN: clang++ -std=c++17 -march=x86-64-v3 -Wall -Wextra -Werror -fsyntax-only %t/kernels.cpp %t/network.cpp
// RUN: g++-12 -std=c++17 -march=x86-64-v3 -Wall -Wextra -Werror -fsyntax-only %t/kernels.cpp %t/network.cpp

module attributes {cnnc.model = {
    name = "statements", prefix = "cnnc", free_batch = false, arena_bytes = 0 : i64, weight_bytes = 0 : i64, cpu_features = "",
    inputs = [{name = "x", type = 1 : i32, shape = array<i64: 64>}], outputs = [{name = "y", type = 1 : i32, shape = array<i64: 64>}],
    metadata = {}}} {

  // A value with one use is part of it; one with more has a name, and nobody names what nobody needs.
  func.func private @names(%x: memref<64xf32> loc("x"), %y: memref<64xf32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %c1 = arith.constant 1 : index
    %half = arith.constant 0.5 : f32
    %unused = memref.load %x[%end] : memref<64xf32>
    %next = arith.addi %begin, %c1 : index
    %a = memref.load %x[%begin] : memref<64xf32>
    %b = memref.load %x[%next] : memref<64xf32>
    %c = arith.mulf %a, %half : f32
    %d = arith.addf %b, %c : f32
    %e = arith.mulf %d, %d : f32
    memref.store %e, %y[%next] : memref<64xf32>
    return
  }
  // CHECK-LABEL: void names(const float x[64], float y[64], int64_t begin, int64_t) {
  // CHECK-NEXT:    const float sum = x[begin + 1] + x[begin] * 0.5f;
  // CHECK-NEXT:    y[begin + 1] = sum * sum;
  // CHECK-NEXT:  }

  // What is read before a store is read before it.
  func.func private @order(%x: memref<64xf32> loc("x"), %begin: index loc("begin"), %end: index loc("end")) {
    %a = memref.load %x[%begin] : memref<64xf32>
    %b = memref.load %x[%end] : memref<64xf32>
    memref.store %b, %x[%begin] : memref<64xf32>
    memref.store %a, %x[%end] : memref<64xf32>
    return
  }
  // CHECK-LABEL: void order(
  // CHECK-NEXT:    const float y_element = y[begin];
  // CHECK-NEXT:    y[begin] = y[end];
  // CHECK-NEXT:    y[end] = y_element;

  // Two carried values change places: one is kept meanwhile. What takes the place of its last turn is written over it.
  func.func private @carried(%x: memref<64xf32> loc("x"), %y: memref<64xf32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %one = arith.constant 1.0 : f32
    %result:3 = scf.for %i = %begin to %end step %c1 iter_args(%a = %zero, %b = %one, %n = %c0) -> (f32, f32, index) {
      %v = memref.load %x[%i] : memref<64xf32>
      %m = arith.addi %n, %c1 : index
      scf.yield %b, %a, %m : f32, f32, index
    }
    memref.store %result#0, %y[%result#2] : memref<64xf32>
    return
  }
  // CHECK-LABEL: void carried(
  // CHECK-NEXT:    float value = 0.0f;
  // CHECK-NEXT:    float value2 = 1.0f;
  // CHECK-NEXT:    int64_t index = 0;
  // CHECK-NEXT:    for (int64_t i = begin; i < end; ++i) {
  // CHECK-NEXT:      index = index + 1;
  // CHECK-NEXT:      const float value3 = value;
  // CHECK-NEXT:      value = value2;
  // CHECK-NEXT:      value2 = value3;
  // CHECK-NEXT:    }
  // CHECK-NEXT:    y[index] = value;

  // The end of a loop is read once, though C++ would read it in each turn.
  func.func private @bounds(%x: memref<64xindex> loc("x"), %begin: index loc("begin"), %end: index loc("end")) {
    %c1 = arith.constant 1 : index
    %high = memref.load %x[%end] : memref<64xindex>
    scf.for %i = %begin to %high step %c1 {
      memref.store %i, %x[%i] : memref<64xindex>
    }
    return
  }
  // CHECK-LABEL: void bounds(
  // CHECK-NEXT:    const int64_t y_element = y[end];
  // CHECK-NEXT:    for (int64_t i = begin; i < y_element; ++i)
  // CHECK-NEXT:      y[i] = i;

  // A choice between two expressions is one, so that the condition guards the load; statements need branches.
  func.func private @choices(%x: memref<64xf32> loc("x"), %y: memref<64xf32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %zero = arith.constant 0.0 : f32
    %inside = arith.cmpi slt, %begin, %end : index
    %guarded = scf.if %inside -> f32 {
      %v = memref.load %x[%begin] : memref<64xf32>
      scf.yield %v : f32
    } else {
      scf.yield %zero : f32
    }
    memref.store %guarded, %y[%begin] : memref<64xf32>
    %chosen = scf.if %inside -> f32 {
      memref.store %zero, %y[%end] : memref<64xf32>
      scf.yield %zero : f32
    } else {
      %v = memref.load %x[%end] : memref<64xf32>
      scf.yield %v : f32
    }
    memref.store %chosen, %y[%begin] : memref<64xf32>
    return
  }
  // CHECK-LABEL: void choices(
  // CHECK-NEXT:    const bool is = begin < end;
  // CHECK-NEXT:    y[begin] = is ? x[begin] : 0.0f;
  // CHECK-NEXT:    float chosen;
  // CHECK-NEXT:    if (is) {
  // CHECK-NEXT:      y[end] = 0.0f;
  // CHECK-NEXT:      chosen = 0.0f;
  // CHECK-NEXT:    } else {
  // CHECK-NEXT:      chosen = x[end];
  // CHECK-NEXT:    }
  // CHECK-NEXT:    y[begin] = chosen;

  // Booleans of vectors are integers as wide as what was compared; constants are spread by the language.
  func.func private @vectors(%x: memref<64xf32> loc("x"), %y: memref<64xf32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %zero = arith.constant dense<0.0> : vector<8xf32>
    %two = arith.constant dense<2.0> : vector<8xf32>
    %lanes = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : vector<8xi32>
    %limit = arith.constant dense<5> : vector<8xi32>
    %v = vector.load %x[%begin] : memref<64xf32>, vector<8xf32>
    %valid = arith.cmpi slt, %lanes, %limit : vector<8xi32>
    %positive = arith.cmpf ogt, %v, %zero : vector<8xf32>
    %both = arith.andi %valid, %positive : vector<8xi1>
    %scaled = vector.fma %v, %two, %v : vector<8xf32>
    %r = arith.select %both, %scaled, %zero : vector<8xi1>, vector<8xf32>
    vector.store %r, %y[%begin] : memref<64xf32>, vector<8xf32>
    %third = vector.extract %v[3] : f32 from vector<8xf32>
    memref.store %third, %y[%end] : memref<64xf32>
    return
  }
  // CHECK-LABEL: void vectors(
  // CHECK-NEXT:    const f32x8 x_vector = load<f32x8>(&x[begin]);
  // CHECK-NEXT:    store(((i32x8{0, 1, 2, 3, 4, 5, 6, 7} < 5) & (x_vector > 0.0f)) ? fma(x_vector, splat<f32x8>(2.0f),
  // CHECK-NEXT:        x_vector) : f32x8{}, &y[begin]);
  // CHECK-NEXT:    y[end] = x_vector[3];

  // Signs are a matter of operations, not of types.
  func.func private @integers(%x: memref<64xi8> loc("x"), %y: memref<64xi32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %least = arith.constant -2147483648 : i32
    %v = memref.load %x[%begin] : memref<64xi8>
    %wide = arith.extui %v : i8 to i32
    %quotient = arith.divui %wide, %least : i32
    %bits = arith.shrui %quotient, %wide : i32
    %larger = arith.maxsi %bits, %quotient : i32
    memref.store %larger, %y[%end] : memref<64xi32>
    return
  }
  // CHECK-LABEL: void integers(
  // CHECK-NEXT:    const int32_t value = int32_t(uint8_t(x[begin]));
  // CHECK-NEXT:    const int32_t value2 = int32_t(uint32_t(value) / uint32_t(INT32_MIN));
  // CHECK-NEXT:    y[end] = max<int32_t>(int32_t(uint32_t(value2) >> uint32_t(value)), value2);

  // Memory with strides is indexed by a sum.
  func.func private @strides(%x: memref<16x6x8xf32, strided<[1, 128, 16]>> loc("x"), %y: memref<f32> loc("y"), %begin: index loc("begin"), %end: index loc("end")) {
    %c3 = arith.constant 3 : index
    %v = memref.load %x[%c3, %begin, %end] : memref<16x6x8xf32, strided<[1, 128, 16]>>
    memref.store %v, %y[] : memref<f32>
    return
  }
  // CHECK-LABEL: void strides(const float *x, float *y, int64_t begin, int64_t end) {
  // CHECK-NEXT:    y[0] = x[begin * 128 + end * 16 + 3];
}
