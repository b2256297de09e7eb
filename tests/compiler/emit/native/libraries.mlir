// RUN: rm -rf %t && mkdir -p %t
// RUN: cnnc %s --mcpu=x86-64-v3 -o %t/net.so
// RUN: cnnc %s --mcpu=x86-64-v3 -o %t/net.a --prefix=mynet
// RUN: cnnc %s --mcpu=x86-64-v3 -o %t/net.o --prefix=mynet

// A shared library shows its entry and asks its process for nothing but moving bytes.
// RUN: llvm-nm -D %t/net.so | FileCheck %s --check-prefix=SHARED
// SHARED-NOT: {{ [TDRBV] }}
// SHARED: {{ T cnnc_model$}}
// SHARED-NOT: {{ [TDRBV] }}
// RUN: llvm-nm -D --undefined-only %t/net.so > %t/undefined && FileCheck %s --check-prefix=UNDEFINED --allow-empty --input-file=%t/undefined
// UNDEFINED-NOT: {{U (exp|tanh|malloc|free|_Z|memref)}}

// An archive and an object give the entry its prefix.
// RUN: llvm-nm --defined-only --extern-only %t/net.a | FileCheck %s --check-prefix=STATIC
// RUN: llvm-nm --defined-only --extern-only %t/net.o | FileCheck %s --check-prefix=STATIC
// STATIC: {{ T mynet_model$}}
// STATIC-NOT: cnnc_model

// Weights begin a page that nobody writes to.
// RUN: llvm-readelf -S -W %t/net.so | FileCheck %s --check-prefix=WEIGHTS
// WEIGHTS: .cnnc.weights PROGBITS {{[0-9a-f]+000 [0-9a-f]+000 [0-9a-f]+}} 00 A {{.*}} 4096

// RUN: llvm-readelf -h %t/net.o | FileCheck %s --check-prefix=X86
// X86: Machine:{{.*}}X86-64
// RUN: cnnc %s --mtriple=aarch64-linux-gnu --mcpu=cortex-a76 -o %t/arm.so && llvm-readelf -h %t/arm.so | FileCheck %s --check-prefix=ARM
// ARM: Machine:{{.*}}AArch64

// Two compilations give the same bytes, and their headers too.
// RUN: cp %t/net.so %t/first.so && cp %t/net.h %t/first.h && cnnc %s --mcpu=x86-64-v3 -o %t/net.so --prefix=cnnc
// RUN: cmp %t/net.so %t/first.so

func.func @main(%x: tensor<1x16x8x8xf32> {cnn.name = "x"}) -> (tensor<1x16x8x8xf32> {cnn.name = "y"}) {
  %w = cnn.constant {value = dense<0.25> : tensor<16x16x3x3xf32>} : tensor<16x16x3x3xf32>
  %0 = cnn.conv %x, %w {pad = array<i64: 1, 1, 1, 1>} : (tensor<1x16x8x8xf32>, tensor<16x16x3x3xf32>) -> tensor<1x16x8x8xf32>
  %1 = cnn.tanh %0 : (tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %1 : tensor<1x16x8x8xf32>
}
