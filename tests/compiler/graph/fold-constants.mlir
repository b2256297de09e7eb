// RUN: cnnc-opt %s -cnn-fold-constants | FileCheck %s

// What follows a folded operator folds too.
// CHECK-LABEL: func.func @chain
// CHECK-NEXT: %[[Y:.*]] = cnn.constant {value = dense<{{\[}}[-3.000000e+00, -5.000000e+00]]> : tensor<1x2xf32>}
// CHECK-NEXT: return %[[Y]]
func.func @chain() -> tensor<1x2xf32> {
  %a = cnn.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
  %b = cnn.constant {value = dense<[2.0, 3.0]> : tensor<2xf32>} : tensor<2xf32>
  %s = cnn.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %n = cnn.neg %s : (tensor<2xf32>) -> tensor<2xf32>
  %y = cnn.reshape %n {shape = array<i64: 1, 2>} : (tensor<2xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// CHECK-LABEL: func.func @square
// CHECK-NEXT: cnn.constant {value = dense<[1.000000e+00, 4.000000e+00]> : tensor<2xf32>}
func.func @square() -> tensor<2xf32> {
  %a = cnn.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
  %y = cnn.mul %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// Types other than f32, and several results.
// CHECK-LABEL: func.func @types
// CHECK-DAG: cnn.constant {value = dense<[3, 6]> : tensor<2xsi64>}
// CHECK-DAG: cnn.constant {value = dense<9> : tensor<1xsi64>}
// CHECK-DAG: cnn.constant {value = dense<[true, false]> : tensor<2xi1>}
// CHECK-DAG: cnn.constant {value = dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf16>}
func.func @types() -> (tensor<2xsi64>, tensor<1xsi64>, tensor<2xi1>, tensor<2xf16>) {
  %a = cnn.constant {value = dense<[1, 2, 3]> : tensor<3xsi64>} : tensor<3xsi64>
  %three = cnn.constant {value = dense<3> : tensor<si64>} : tensor<si64>
  %m = cnn.mul %a, %three : (tensor<3xsi64>, tensor<si64>) -> tensor<3xsi64>
  %0, %1 = cnn.split %m {axis = 0 : i64, sizes = array<i64: 2, 1>} : (tensor<3xsi64>) -> (tensor<2xsi64>, tensor<1xsi64>)
  %2 = cnn.less %0, %1 : (tensor<2xsi64>, tensor<1xsi64>) -> tensor<2xi1>
  %3 = cnn.less %1, %0 : (tensor<1xsi64>, tensor<2xsi64>) -> tensor<2xi1>
  %4 = cnn.xor %2, %3 : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %c = cnn.constant {value = dense<[true, false]> : tensor<2xi1>} : tensor<2xi1>
  %5 = cnn.and %4, %c : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %h = cnn.constant {value = dense<[2.0, 4.0]> : tensor<2xf16>} : tensor<2xf16>
  %6 = cnn.reciprocal %h : (tensor<2xf16>) -> tensor<2xf16>
  return %0, %1, %5, %6 : tensor<2xsi64>, tensor<1xsi64>, tensor<2xi1>, tensor<2xf16>
}

// An operator of which one operand is computed stays.
// CHECK-LABEL: func.func @computed
// CHECK: cnn.mul
func.func @computed(%x: tensor<2xf32>) -> tensor<2xf32> {
  %a = cnn.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : tensor<2xf32>
  %y = cnn.mul %x, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// A weight in another shape is the same memory, however big.
// CHECK-LABEL: func.func @reshape
// CHECK: cnn.constant {value = dense<1.000000e+00> : tensor<4096x4096xf32>}
// CHECK-NEXT: return
func.func @reshape() -> tensor<4096x4096xf32> {
  %a = cnn.constant {value = dense<1.0> : tensor<64x64x4096xf32>} : tensor<64x64x4096xf32>
  %y = cnn.reshape %a {shape = array<i64: 4096, 4096>} : (tensor<64x64x4096xf32>) -> tensor<4096x4096xf32>
  return %y : tensor<4096x4096xf32>
}

// What would take the compiler long is left to the machine.
// CHECK-LABEL: func.func @big
// CHECK: cnn.conv
func.func @big() -> tensor<1x64x222x222xf32> {
  %x = cnn.constant {value = dense<1.0> : tensor<1x64x224x224xf32>} : tensor<1x64x224x224xf32>
  %w = cnn.constant {value = dense<1.0> : tensor<64x64x3x3xf32>} : tensor<64x64x3x3xf32>
  %y = cnn.conv %x, %w : (tensor<1x64x224x224xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x222x222xf32>
  return %y : tensor<1x64x222x222xf32>
}
