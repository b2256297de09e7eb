// SPDX-License-Identifier: Apache-2.0
// Floats of the loops being written, as numbers of C++, and the elementary functions on them.
//
// The functions are written out as arithmetic on f32 or f64, scalars or vectors alike: generated
// code calls no library. They hold over the whole range of their type, infinities, NaN and
// denormals included, to about two units in the last place; sin() and cos() only up to 10^4 (f32)
// or 10^6 (f64), as their reduction is in three parts, an f64 pow() loses a unit for each unit
// of b * log(a), and sigmoid(), which is made for speed, up to one for each unit of a negative x
// until it stays at the smallest normal numbers.
#pragma once

#include "dialects/cnn/Loops.h"

#include "mlir/IR/TypeUtilities.h"

namespace cnnc::cnn {

/// A float, or a vector of floats: its operators write operations.
class Float {
public:
  Float(Loops &loops, mlir::Value value) : loops(&loops), value(value) {}
  operator mlir::Value() const { return value; }
  mlir::Type type() const { return value.getType(); }
  mlir::Type element() const { return mlir::getElementTypeOrSelf(value); }
  /// A constant of this type.
  Float like(double constant) const { return {*loops, loops->number(type(), constant)}; }

  Loops *loops;
  mlir::Value value;
};

Float operator+(Float a, Float b);
Float operator-(Float a, Float b);
Float operator*(Float a, Float b);
Float operator/(Float a, Float b);
Float operator-(Float a);
inline Float operator+(Float a, double b) { return a + a.like(b); }
inline Float operator-(Float a, double b) { return a - a.like(b); }
inline Float operator*(Float a, double b) { return a * a.like(b); }
inline Float operator/(Float a, double b) { return a / a.like(b); }
inline Float operator-(double a, Float b) { return b.like(a) - b; }
inline Float operator/(double a, Float b) { return b.like(a) / b; }
/// Comparisons give i1, or a vector of them; with a NaN none holds but unequal().
mlir::Value less(Float a, Float b);
mlir::Value equal(Float a, Float b);
mlir::Value unequal(Float a, Float b);
inline mlir::Value less(Float a, double b) { return less(a, a.like(b)); }
inline mlir::Value less(double a, Float b) { return less(b.like(a), b); }
inline mlir::Value equal(Float a, double b) { return equal(a, a.like(b)); }
Float select(mlir::Value condition, Float a, Float b);
/// The lesser and the greater: one instruction on x86. The result is b if either is NaN, or both
/// are zeros.
Float minimum(Float a, Float b);
Float maximum(Float a, Float b);
/// x held between low and high; NaN stays.
Float clamp(Float x, double low, double high);
/// a * b + c, rounded once where the machine can.
Float multiplyAdd(Float a, Float b, Float c);
/// The value of a polynomial at x; coefficients rise with the power.
Float polynomial(Float x, llvm::ArrayRef<double> coefficients);

/// 1 / x of a finite x to about three units in the last place: by an estimate that is refined, where the machine has one.
Float reciprocal(Float x);

Float abs(Float x);
Float copySign(Float magnitude, Float sign);
Float sqrt(Float x);
Float floor(Float x);
Float ceil(Float x);
/// To the nearest integer, halves to even.
Float round(Float x);

Float exp(Float x);
Float expm1(Float x);
Float log(Float x);
Float log1p(Float x);
Float pow(Float a, Float b);
Float tanh(Float x);
Float sigmoid(Float x);
Float erf(Float x);
Float sin(Float x);
Float cos(Float x);

// The same on bare values.
inline mlir::Value emitExp(Loops &loops, mlir::Value x) { return exp({loops, x}); }
inline mlir::Value emitExpm1(Loops &loops, mlir::Value x) { return expm1({loops, x}); }
inline mlir::Value emitLog(Loops &loops, mlir::Value x) { return log({loops, x}); }
inline mlir::Value emitLog1p(Loops &loops, mlir::Value x) { return log1p({loops, x}); }
inline mlir::Value emitPow(Loops &loops, mlir::Value a, mlir::Value b) { return pow({loops, a}, {loops, b}); }
inline mlir::Value emitTanh(Loops &loops, mlir::Value x) { return tanh({loops, x}); }
inline mlir::Value emitSigmoid(Loops &loops, mlir::Value x) { return sigmoid({loops, x}); }
inline mlir::Value emitErf(Loops &loops, mlir::Value x) { return erf({loops, x}); }
inline mlir::Value emitSin(Loops &loops, mlir::Value x) { return sin({loops, x}); }
inline mlir::Value emitCos(Loops &loops, mlir::Value x) { return cos({loops, x}); }

} // namespace cnnc::cnn
