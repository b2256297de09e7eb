// A network of several kernels; odd sizes, so that shares are not equal.
func.func @main(%x: tensor<1x3x33x29xf32> {cnn.name = "x"}) -> (tensor<1x40xf32> {cnn.name = "y"}, tensor<1x40x17x15xf32> {cnn.name = "p"}) {
  %w = cnn.constant {value = dense<0.37> : tensor<40x3x3x3xf32>} : tensor<40x3x3x3xf32>
  %d = cnn.constant {value = dense<-0.11> : tensor<40x1x3x3xf32>} : tensor<40x1x3x3xf32>
  %v = cnn.constant {value = dense<0.013> : tensor<40x40xf32>} : tensor<40x40xf32>
  %a = cnn.conv %x, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x3x33x29xf32>, tensor<40x3x3x3xf32>) -> tensor<1x40x33x29xf32>
  %b = cnn.conv %a, %d {groups = 40 : i64, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>} : (tensor<1x40x33x29xf32>, tensor<40x1x3x3xf32>) -> tensor<1x40x17x15xf32>
  %c = cnn.sigmoid %b : (tensor<1x40x17x15xf32>) -> tensor<1x40x17x15xf32>
  %g = cnn.global_avg_pool %c : (tensor<1x40x17x15xf32>) -> tensor<1x40x1x1xf32>
  %f = cnn.reshape %g {shape = array<i64: 1, 40>} : (tensor<1x40x1x1xf32>) -> tensor<1x40xf32>
  %h = cnn.fc %f, %v : (tensor<1x40xf32>, tensor<40x40xf32>) -> tensor<1x40xf32>
  %y = cnn.softmax %h {axis = 1 : i64} : (tensor<1x40xf32>) -> tensor<1x40xf32>
  return %y, %c : tensor<1x40xf32>, tensor<1x40x17x15xf32>
}
