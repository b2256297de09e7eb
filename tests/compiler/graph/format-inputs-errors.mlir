// SPDX-License-Identifier: Apache-2.0
// RUN: cnnc-opt %s -split-input-file -verify-diagnostics -cnn-format-inputs

// expected-error @below {{--input-format x: only f32 images [N, C, H, W] of at most 4 channels can be given as bytes, the input is 'tensor<1x3xf32>'}}
func.func @main(%x: tensor<1x3xf32> {cnn.name = "x", cnn.bytes = {mean = array<f64: 0.0>, scale = array<f64: 1.0>}}) { return }

// -----

// expected-error @below {{the input is 'tensor<1x3x4x4xsi32>'}}
func.func @main(%x: tensor<1x3x4x4xsi32> {cnn.bytes = {mean = array<f64: 0.0>, scale = array<f64: 1.0>}}) { return }

// -----

// expected-error @below {{the input is 'tensor<1x224x224x3xf32>'}}
func.func @main(%x: tensor<1x224x224x3xf32> {cnn.bytes = {mean = array<f64: 0.0>, scale = array<f64: 1.0>}}) { return }

// -----

// expected-error @below {{the input has 3 channels, the scale 2 numbers}}
func.func @main(%x: tensor<1x3x4x4xf32> {cnn.bytes = {mean = array<f64: 0.0>, scale = array<f64: 1.0, 2.0>}}) { return }
