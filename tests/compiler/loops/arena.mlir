// RUN: cnnc %s --mcpu=x86-64-v3 --emit=loops | FileCheck %s

// Three values of 16 KiB, one after the other: each layer reads one and writes the next, so two places do. The first
// layer reads the input, the last writes the output; all share one kernel.
// CHECK: arena_bytes = 32768 : i64
// CHECK: func.func private @plain_slice(
// CHECK-NOT: func.func private
// CHECK-LABEL: func.func @layer1(%arg0: memref<?xi8> {cnnc.base = "input0"}, %arg1: memref<?xi8> {cnnc.base = "arena"}
// CHECK-LABEL: func.func @layer2(%arg0: memref<?xi8> {cnnc.base = "arena"}, %arg1: index, %arg2: index)
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 16384 : index
// CHECK-DAG: %[[X:.*]] = memref.view %arg0[%[[LOW]]]
// CHECK-DAG: %[[Y:.*]] = memref.view %arg0[%[[HIGH]]]
// CHECK: call @plain_slice(%[[X]], %[[Y]],
// CHECK-LABEL: func.func @layer3(
// CHECK-DAG: %[[LOW:.*]] = arith.constant 0 : index
// CHECK-DAG: %[[HIGH:.*]] = arith.constant 16384 : index
// CHECK-DAG: %[[X:.*]] = memref.view %arg0[%[[LOW]]]
// CHECK-DAG: %[[Y:.*]] = memref.view %arg0[%[[HIGH]]]
// CHECK: call @plain_slice(%[[Y]], %[[X]],
// CHECK-LABEL: func.func @layer4(%arg0: memref<?xi8> {cnnc.base = "arena"}, %arg1: memref<?xi8> {cnnc.base = "output0"}
func.func @main(%x: tensor<4096xf32> {cnn.name = "x"}) -> (tensor<4096xf32> {cnn.name = "y"}) {
  %0 = cnn.slice %x {starts = array<i64: 4095>, sizes = array<i64: 4096>, steps = array<i64: -1>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %1 = cnn.slice %0 {starts = array<i64: 4095>, sizes = array<i64: 4096>, steps = array<i64: -1>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %2 = cnn.slice %1 {starts = array<i64: 4095>, sizes = array<i64: 4096>, steps = array<i64: -1>} : (tensor<4096xf32>) -> tensor<4096xf32>
  %3 = cnn.slice %2 {starts = array<i64: 4095>, sizes = array<i64: 4096>, steps = array<i64: -1>} : (tensor<4096xf32>) -> tensor<4096xf32>
  return %3 : tensor<4096xf32>
}
