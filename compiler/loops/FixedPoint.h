// SPDX-License-Identifier: Apache-2.0
// Weights of fully connected layers as fixed-point numbers of 24 bits, as many as a float's significand has: what one
// image waits for is these weights, and three quarters of the bytes come sooner.
#pragma once

#include "compiler/cost/Target.h"
#include "compiler/loops/Packing.h"

namespace cnnc::loops {

/// A weight [units, channels] of f32 in groups of four vectors of 16 units: for each channel three vectors of i32, the
/// first three of the group in their upper 24 bits, a byte of the fourth in each of the lower 8. So a conversion to
/// float is all that three of four need, and a number is off by 2^-24 of the largest weight of its unit at most.
namespace fixed {
constexpr int64_t kVectors = 4, kStored = 3, kGroup = kVectors * Target::kBlock;

/// Whether no unit has a weight so much larger than the others that these lose by it.
bool suits(llvm::ArrayRef<char> weight, int64_t units);
/// What a unit's numbers are multiplied by, from its weights.
float scaleOf(llvm::ArrayRef<char> unit);
/// The scales of all units, as a constant.
mlir::ElementsAttr scalesOf(mlir::ElementsAttr weight);
/// [group][3 vectors][channel][16], typed as the f32 that the weight is of.
Packing packing(mlir::MLIRContext *context, int64_t units, int64_t channels);
/// 16 numbers of vector `v` < 3 of a group, with a byte of the fourth's; the factors are one over the scales.
void encode(llvm::ArrayRef<float> own, llvm::ArrayRef<double> ownFactors, llvm::ArrayRef<float> fourth,
            llvm::ArrayRef<double> fourthFactors, int64_t v, llvm::MutableArrayRef<int32_t> out);
} // namespace fixed

} // namespace cnnc::loops
