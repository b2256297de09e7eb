// SPDX-License-Identifier: Apache-2.0
// Elementary functions as arithmetic.
//
// Polynomials: least squares at Chebyshev nodes in 60 digits, with weights raised where the error
// is largest until it is level (Lawson 1961), which comes close to the minimax polynomial; the
// error beside each is relative to the function. Products with the first parts of split constants
// are exact, so whether the compiler fuses a multiplication and an addition only ever makes a
// result better.
#include "dialects/cnn/VectorMath.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace cnnc::cnn;

namespace {
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLog2e = 1.4426950408889634074;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// What the functions must know of f32 and of f64.
struct Format {
  int mantissa, bias;
  double smallest;    ///< The smallest normal number.
  double magic;       ///< Added and taken away, rounds to an integer, which stands in the low bits of the
                      ///< sum.
  double ln2[2];      ///< log 2 as a short part and the rest.
  double halfPi[3];   ///< pi / 2 as two short parts and the rest.
  double expRange[2]; ///< Beyond these exp is zero or infinite.
  ArrayRef<double> exp, exp2, log, sin, cos, erf, erfc; ///< See the functions.
};

// exp(r) = 1 + r + r^2 * p(r), |r| <= log(2) / 2.
constexpr double exp32[] = {0.499999929, 0.1666651494, 0.0416685097, 0.008369396687, 0.001380970134}; // 2^-28
constexpr double exp64[] = {0.500000000000000005,    0.166666666666666852,    0.0416666666666660373,
                            0.00833333333331569637,  0.00138888888891331653,  0.000198412698997367976,
                            2.48015869058145743e-05, 2.75572314764548254e-06, 2.75575907343760905e-07,
                            2.51132274187946638e-08, 2.08261294772511612e-09}; // 2^-63
// 2^f = 1 + f * p(f), |f| <= 1 / 2.
constexpr double exp2of32[] = {0.6931469776, 0.2402224206, 0.05550733806, 0.009671513926, 0.001326470841}; // 2^-23
constexpr double exp2of64[] = {0.693147180559945326,    0.240226506959101311,    0.0555041086648200715,
                               0.00961812910759419293,  0.00133335581467773606,  0.000154035304570129685,
                               1.52527334903424878e-05, 1.32154353325660098e-06, 1.01782008154742821e-07,
                               7.07377466796168566e-09, 4.43457198713752572e-10}; // 2^-58
// 2 atanh(s) = 2 s + s^3 * p(s^2), |s| <= (sqrt(2) - 1) / (sqrt(2) + 1).
constexpr double log32[] = {0.6666666561, 0.400003442, 0.2853669391, 0.2359460364}; // 2^-36
constexpr double log64[] = {0.666666666666673934, 0.399999999993781255, 0.28571428751273369, 0.222221975900880966,
                            0.18183618862293981,  0.153125727384686439, 0.148115141306683059}; // 2^-58
// sin(r) = r + r^3 * p(r^2) and cos(r) = 1 - r^2 / 2 + r^4 * p(r^2), |r| <= pi / 4.
constexpr double sin32[] = {-0.1666665415, 0.008332128028, -0.000195105028}; // 2^-28
constexpr double sin64[] = {-0.166666666666666277,   0.00833333333332128592,   -0.000198412698288692095,
                            2.75573133556962662e-06, -2.50507040119001368e-08, 1.58935838828171566e-10}; // 2^-57
constexpr double cos32[] = {0.04166664584, -0.001388731428, 2.443206658e-05};                            // 2^-33
constexpr double cos64[] = {0.0416666666666665911,    -0.00138888888888726159, 2.48015872885048488e-05,
                            -2.75573140603751172e-07, 2.08756823805272213e-09, -1.1357473176898497e-11}; // 2^-64
// erf(x) = x + x * p(x^2), |x| <= 1.
constexpr double erf32[] = {0.1283791659,   -0.3761262712,    0.1128360002,   -0.02685443811,
                            0.005189523035, -0.0008020733253, 7.888763048e-05}; // 2^-29
constexpr double erf64[] = {0.128379167095512574,     -0.376126389031837524,    0.112837916709551204,
                            -0.0268661706451298672,   0.00522397762542360023,   -0.000854832702195535171,
                            0.000120553329037839027,  -1.49256475936767789e-05, 1.64620459644556228e-06,
                            -1.63646493344143381e-07, 1.47924676671891559e-08,  -1.21649569854917606e-09,
                            8.71042545449810236e-11,  -4.23306898513702916e-12}; // 2^-68
// erf(x) = 1 - exp(p(x - 1)), 1 <= x until the result is 1.
constexpr double erfc32[] = {-1.84960551,   -2.638967514,    -0.8431070998,   -0.04156337028,
                             0.01004618437, -0.002011668853, 0.0002893767519, -2.165829214e-05}; // 2^-35
constexpr double erfc64[] = {
    -1.84960550993324826,     -2.63896751423478846,     -0.843107256358662833,   -0.0415610980421130334,
    0.0100338253776981577,    -0.00197790258883409379,  0.000237322567387650164, 2.62776339035980529e-05,
    -2.71586320300939964e-05, 9.60820510206527024e-06,  -2.0590283858392928e-06, 1.42282871674477049e-07,
    9.78993807720158416e-08,  -5.21927632306673598e-08, 1.49611068055806865e-08, -2.87528895554960491e-09,
    3.69951061492912693e-10,  -2.89699011616960575e-11, 1.04542204683730338e-12}; // 2^-59

const Format kF32 = {.mantissa = 23,
                     .bias = 127,
                     .smallest = 0x1p-126,
                     .magic = 0x1.8p23,
                     .ln2 = {0x1.628p-1, 0.00076436805994530941723},
                     .halfPi = {0x1.92p+0, 0x1.fb4p-12, 7.5497899548918821692e-8},
                     .expRange = {-104, 89},
                     .exp = exp32,
                     .exp2 = exp2of32,
                     .log = log32,
                     .sin = sin32,
                     .cos = cos32,
                     .erf = erf32,
                     .erfc = erfc32};
const Format kF64 = {.mantissa = 52,
                     .bias = 1023,
                     .smallest = 0x1p-1022,
                     .magic = 0x1.8p52,
                     .ln2 = {0x1.62e42fefp-1, 7.4406171100123967161e-11},
                     .halfPi = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 2.0222662487959507324e-21},
                     .expRange = {-746, 710},
                     .exp = exp64,
                     .exp2 = exp2of64,
                     .log = log64,
                     .sin = sin64,
                     .cos = cos64,
                     .erf = erf64,
                     .erfc = erfc64};

const Format &formatOf(Float x) {
  assert((x.element().isF32() || x.element().isF64()) && "other floats are computed in f32");
  return x.element().isF32() ? kF32 : kF64;
}

/// The type of the bits of a float.
Type bitsType(Float x) {
  Type bits = IntegerType::get(x.type().getContext(), x.element().getIntOrFloatBitWidth());
  auto vector = dyn_cast<VectorType>(x.type());
  return vector ? Type(vector.clone(bits)) : bits;
}

/// An integer, or a vector of integers, as wide as a float.
struct Bits {
  Loops *loops;
  Value value;
  Bits like(int64_t constant) const { return {loops, loops->integer(value.getType(), constant)}; }
};

template <typename Op>
Bits binary(Bits a, int64_t b) {
  return {a.loops, Op::create(a.loops->builder, a.loops->loc, a.value, a.like(b).value)};
}
template <typename Op>
Bits binary(Bits a, Bits b) {
  return {a.loops, Op::create(a.loops->builder, a.loops->loc, a.value, b.value)};
}
template <typename B>
Bits operator+(Bits a, B b) {
  return binary<arith::AddIOp>(a, b);
}
template <typename B>
Bits operator-(Bits a, B b) {
  return binary<arith::SubIOp>(a, b);
}
template <typename B>
Bits operator&(Bits a, B b) {
  return binary<arith::AndIOp>(a, b);
}
template <typename B>
Bits operator^(Bits a, B b) {
  return binary<arith::XOrIOp>(a, b);
}
Bits operator<<(Bits a, int64_t b) { return binary<arith::ShLIOp>(a, b); }
Bits operator>>(Bits a, int64_t b) { return binary<arith::ShRSIOp>(a, b); }
Value isZero(Bits a) {
  return arith::CmpIOp::create(a.loops->builder, a.loops->loc, arith::CmpIPredicate::eq, a.value, a.like(0).value);
}

Bits bitsOf(Float x) { return {x.loops, arith::BitcastOp::create(x.loops->builder, x.loops->loc, bitsType(x), x)}; }
Float floatOf(Bits bits, Float like) {
  return {*like.loops, arith::BitcastOp::create(like.loops->builder, like.loops->loc, like.type(), bits.value)};
}

/// 2^n for n in the range of normal exponents.
Float powerOfTwo(Bits n, Float like) {
  const Format &format = formatOf(like);
  return floatOf((n + format.bias) << format.mantissa, like);
}

/// The integer nearest to a small x, as a float and as bits; NaN gives NaN and some integer.
std::pair<Float, Bits> nearest(Float x) {
  Float magic = x.like(formatOf(x).magic);
  Float sum = x + magic;
  return {sum - magic, bitsOf(sum) - bitsOf(magic)};
}

/// x = n * log(2) + r, with r and exp(r) - 1.
struct Reduced {
  Bits n;
  Float expm1;
};
Reduced reduceExp(Float x) {
  const Format &format = formatOf(x);
  auto [n, bits] = nearest(x * kLog2e);
  Float r = multiplyAdd(n, x.like(-format.ln2[1]), multiplyAdd(n, x.like(-format.ln2[0]), x));
  return {bits, multiplyAdd(r * r, polynomial(r, format.exp), r)};
}

/// sin(x + quadrant * pi / 2): reduced to |r| <= pi / 4 (Cody and Waite 1980).
Float sine(Float x, int64_t quadrant) {
  const Format &format = formatOf(x);
  auto [n, bits] = nearest(x * 0.63661977236758134308);
  Float r = x;
  for (double part : format.halfPi)
    r = multiplyAdd(n, x.like(-part), r);
  r = clamp(r, -0.8, 0.8);
  bits = bits + quadrant;
  Float z = r * r;
  Float even = multiplyAdd(z * z, polynomial(z, format.cos), multiplyAdd(z, z.like(-0.5), z.like(1)));
  Float odd = multiplyAdd(r * z, polynomial(z, format.sin), r);
  Float result = select(isZero(bits & 1), odd, even);
  return floatOf(bitsOf(result) ^ ((bits & 2) << (x.element().getIntOrFloatBitWidth() - 2)), x);
}

Value compare(arith::CmpFPredicate predicate, Float a, Float b) {
  return arith::CmpFOp::create(a.loops->builder, a.loops->loc, predicate, a.value, b.value);
}
template <typename Op>
Float unary(Float x) {
  return {*x.loops, Op::create(x.loops->builder, x.loops->loc, x.value)};
}
template <typename Op>
Float binary(Float a, Float b) {
  return {*a.loops, Op::create(a.loops->builder, a.loops->loc, a.value, b.value)};
}
} // namespace

namespace cnnc::cnn {
Float operator+(Float a, Float b) { return binary<arith::AddFOp>(a, b); }
Float operator-(Float a, Float b) { return binary<arith::SubFOp>(a, b); }
Float operator*(Float a, Float b) { return binary<arith::MulFOp>(a, b); }
Float operator/(Float a, Float b) { return binary<arith::DivFOp>(a, b); }
Float operator-(Float a) { return unary<arith::NegFOp>(a); }
Value less(Float a, Float b) { return compare(arith::CmpFPredicate::OLT, a, b); }
Value equal(Float a, Float b) { return compare(arith::CmpFPredicate::OEQ, a, b); }
Value unequal(Float a, Float b) { return compare(arith::CmpFPredicate::UNE, a, b); }

Float select(Value condition, Float a, Float b) {
  return {*a.loops, arith::SelectOp::create(a.loops->builder, a.loops->loc, condition, a.value, b.value)};
}

Float minimum(Float a, Float b) { return select(less(a, b), a, b); }
Float maximum(Float a, Float b) { return select(less(b, a), a, b); }
Float clamp(Float x, double low, double high) { return minimum(x.like(high), maximum(x.like(low), x)); }

Float multiplyAdd(Float a, Float b, Float c) {
  if (isa<VectorType>(a.type()))
    return {*a.loops, vector::FMAOp::create(a.loops->builder, a.loops->loc, a.value, b.value, c.value)};
  return a * b + c;
}

Float polynomial(Float x, ArrayRef<double> coefficients) {
  Float sum = x.like(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = multiplyAdd(sum, x, x.like(coefficient));
  return sum;
}

Float reciprocal(Float x) {
  auto flags = arith::FastMathFlags::arcp | arith::FastMathFlags::ninf;
  return {*x.loops, arith::DivFOp::create(x.loops->builder, x.loops->loc, x.like(1), x.value, flags)};
}

Float abs(Float x) { return unary<math::AbsFOp>(x); }
Float copySign(Float magnitude, Float sign) { return binary<math::CopySignOp>(magnitude, sign); }
Float sqrt(Float x) { return unary<math::SqrtOp>(x); }
Float floor(Float x) { return unary<math::FloorOp>(x); }
Float ceil(Float x) { return unary<math::CeilOp>(x); }
Float round(Float x) { return unary<math::RoundEvenOp>(x); }

Float exp(Float x) {
  const Format &format = formatOf(x);
  auto [n, rest] = reduceExp(clamp(x, format.expRange[0], format.expRange[1]));
  // 2^n may be infinite or denormal where its halves are not.
  Bits half = n >> 1;
  return (rest + 1) * powerOfTwo(half, x) * powerOfTwo(n - half, x);
}

Float expm1(Float x) {
  // -1 below, and 2^(n - 1), which is finite up to the last n.
  auto [n, rest] = reduceExp(clamp(x, -40, formatOf(x).expRange[1]));
  Float half = powerOfTwo(n - 1, x);
  Float large = multiplyAdd(rest, half, half - 0.5) * 2;
  return select(isZero(n), rest, large);
}

Float log(Float x) {
  const Format &format = formatOf(x);
  // x = 2^k * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); denormals are scaled up first.
  Value denormal = less(x, format.smallest);
  Float scaled = select(denormal, x * std::ldexp(1.0, format.mantissa), x);
  Bits bits = bitsOf(scaled);
  Bits exponent = (bits - bitsOf(x.like(0.70710678118654752440))) >> format.mantissa;
  Float f = floatOf(bits - (exponent << format.mantissa), x) - 1;
  Float k = {*x.loops, arith::SIToFPOp::create(x.loops->builder, x.loops->loc, x.type(), exponent.value)};
  k = select(denormal, k - format.mantissa, k);

  // log(1 + f) = 2 atanh(s) with s = f / (2 + f), written as f minus small terms, for f is exact.
  Float s = f / (f + 2), z = s * s, halfSquare = f * f * 0.5;
  Float small = s * multiplyAdd(z, polynomial(z, format.log), halfSquare);
  Float rest = halfSquare - multiplyAdd(k, x.like(format.ln2[1]), small);
  Float result = multiplyAdd(k, x.like(format.ln2[0]), f - rest);
  result = select(less(x, kInfinity), result, x);
  result = select(equal(x, 0), x.like(-kInfinity), result);
  return select(less(x, 0), x.like(kNaN), result);
}

Float log1p(Float x) {
  // What rounding 1 + x has lost, relative to it, is what log has lost.
  Float sum = x + 1;
  Float lost = (x - (sum - 1)) / sum;
  return log(sum) + select(unequal(lost, lost), x.like(0), lost);
}

Float pow(Float a, Float b) {
  Float wideA = a, wideB = b;
  // The error of log is multiplied by b * log(a): f32 needs f64 on the way.
  if (a.element().isF32()) {
    Type wide = Float64Type::get(a.type().getContext());
    if (auto vector = dyn_cast<VectorType>(a.type()))
      wide = vector.clone(wide);
    wideA.value = arith::ExtFOp::create(a.loops->builder, a.loops->loc, wide, a.value);
    wideB.value = arith::ExtFOp::create(a.loops->builder, a.loops->loc, wide, b.value);
  }
  Float result = exp(wideB * log(abs(wideA)));
  if (a.element().isF32())
    result.value = arith::TruncFOp::create(a.loops->builder, a.loops->loc, a.type(), result.value);
  result = select(equal(abs(a), 1), a.like(1), result);
  result = select(equal(b, 0), a.like(1), result);

  // A negative base: odd powers are negative, and powers that are no integer not a number.
  Float half = b * 0.5;
  Value isInteger = equal(floor(b), b), isEven = equal(floor(half), half);
  Value isOdd = arith::XOrIOp::create(a.loops->builder, a.loops->loc, isInteger, isEven);
  result = select(isOdd, copySign(result, a), result);
  Float wrong = select(isInteger, result, select(equal(a, -kInfinity), result, a.like(kNaN)));
  return select(less(a, 0), wrong, result);
}

Float tanh(Float x) {
  // With t = exp(-2|x|) - 1, which is between -1 and 0.
  Float t = expm1(abs(x) * -2.0);
  return copySign(-t * reciprocal(t + 2), x);
}

Float sigmoid(Float x) {
  // exp(-x) = 2^(n + f); the bits of n + bias lie ready in the sum that rounds to n. It is in one part, as its error
  // matters only where the result is small, and held to where neither it nor the result leaves the normal numbers.
  const Format &format = formatOf(x);
  double range = (format.bias - 2) / kLog2e;
  Float clamped = clamp(x, -range, range), magic = x.like(format.magic + format.bias);
  Float sum = multiplyAdd(clamped, x.like(-kLog2e), magic);
  Float f = multiplyAdd(clamped, x.like(-kLog2e), magic - sum);
  Float power = multiplyAdd(f, polynomial(f, format.exp2), x.like(1));
  return reciprocal(multiplyAdd(power, floatOf(bitsOf(sum) << format.mantissa, x), x.like(1)));
}

Float erf(Float x) {
  const Format &format = formatOf(x);
  Float magnitude = abs(x), z = x * x;
  Float near = multiplyAdd(x, polynomial(z, format.erf), x);
  double top = x.element().isF32() ? 4 : 6;
  Float shifted = minimum(x.like(top), magnitude) - 1;
  Float far = copySign(1 - exp(polynomial(shifted, format.erfc)), x);
  return select(less(1, magnitude), far, near);
}

Float sin(Float x) { return sine(x, 0); }
Float cos(Float x) { return sine(x, 1); }
} // namespace cnnc::cnn
