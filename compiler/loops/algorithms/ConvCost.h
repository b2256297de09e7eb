// SPDX-License-Identifier: Apache-2.0
// Estimated cycles of convolutions by their plans: arithmetic in the register tiles, and the way of weights and pixels
// through the caches.
#pragma once

#include "compiler/loops/algorithms/ConvShape.h"
#include "compiler/loops/algorithms/DirectKernel.h"
#include "compiler/loops/algorithms/StrassenKernel.h"
#include "compiler/loops/algorithms/WinogradKernel.h"

namespace cnnc::loops {

/// `operators`: the elementwise ones after the convolution; `residuals`: values like the result that they read.
double directCycles(const ConvShape &shape, const DirectPlan &plan, int64_t operators, int64_t residuals,
                    const Target &target);
double winogradCycles(const WinogradShape &shape, const WinogradPlan &plan, const Target &target);
/// Of a fully connected layer of one image whose weights are fixed-point numbers.
double fixedCycles(const ConvShape &shape, const Target &target);
double strassenCycles(const ConvShape &shape, const StrassenPlan &plan, int64_t operators, const Target &target);

} // namespace cnnc::loops
