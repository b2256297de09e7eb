// RUN: cnnc-opt %s -split-input-file -verify-diagnostics

func.func @types(%a: tensor<4xf32>, %b: tensor<4xf16>) -> tensor<4xf32> {
  // expected-error @+1 {{takes numbers of one type, got 'f32' and 'f16'}}
  %y = cnn.add %a, %b : (tensor<4xf32>, tensor<4xf16>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @shapes(%a: tensor<2x4xf32>, %b: tensor<2x3xf32>) -> tensor<2x4xf32> {
  // expected-error @+1 {{needs equal or broadcastable shapes, got 2x4 and 2x3}}
  %y = cnn.mul %a, %b : (tensor<2x4xf32>, tensor<2x3xf32>) -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// -----

func.func @logic(%a: tensor<4xsi32>) -> tensor<4xi1> {
  // expected-error @+1 {{takes bools, got 'si32'}}
  %y = cnn.and %a, %a : (tensor<4xsi32>, tensor<4xsi32>) -> tensor<4xi1>
  return %y : tensor<4xi1>
}

// -----

func.func @condition(%c: tensor<4xf32>, %a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @+1 {{takes bools and two of one type, got 'f32', 'f32' and 'f32'}}
  %y = cnn.where %c, %a, %a : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

func.func @cast(%a: tensor<4xf32>) -> tensor<4xsi32> {
  // expected-error @+1 {{casts to numbers only, not to 'tensor<4xsi32>'}}
  %y = cnn.cast %a {to = tensor<4xsi32>} : (tensor<4xf32>) -> tensor<4xsi32>
  return %y : tensor<4xsi32>
}

// -----

func.func @floor(%a: tensor<4xsi32>) -> tensor<4xsi32> {
  // expected-error @+2 {{takes floats only, got 'si32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = cnn.floor %a : (tensor<4xsi32>) -> tensor<4xsi32>
  return %y : tensor<4xsi32>
}
