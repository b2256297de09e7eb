// SPDX-License-Identifier: Apache-2.0
// Words for vectors, by the vector extension that GCC and Clang share.
#define UNROLL _Pragma("GCC unroll 64")

/// A vector whose elements all are `x`.
template <class V, class T> inline V splat(T x) { return x - V{}; }

/// The vector at an address of its elements, which needs no alignment.
template <class V, class T> inline V load(const T *from) {
  typedef V unaligned __attribute__((aligned(__alignof__(T)), may_alias));
  return *reinterpret_cast<const unaligned *>(from);
}
template <class V, class T> inline void store(V value, T *to) {
  typedef V unaligned __attribute__((aligned(__alignof__(T)), may_alias));
  *reinterpret_cast<unaligned *>(to) = value;
}

/// Asks for a cache line, for the second cache.
template <class T> inline void prefetch(const T *at) { __builtin_prefetch(at, 0, 2); }

/// Keeps the compiler from holding what memory holds in registers across this place.
inline void forget() { __atomic_signal_fence(__ATOMIC_SEQ_CST); }

/// The same bits as another type.
template <class To, class From> inline To bit_cast(From from) { return __builtin_bit_cast(To, from); }

/// a * b + c, rounded once where the machine can.
template <class V> inline V fma(V a, V b, V c) {
  constexpr bool isFloat = sizeof a[0] == sizeof(float);
  (void)isFloat;
#if defined(__clang__) && (defined(__FMA__) || defined(__aarch64__))
  return __builtin_elementwise_fma(a, b, c);
#else
#if defined(__FMA__)
  if constexpr (sizeof(V) == 16 && isFloat)
    return __builtin_ia32_vfmaddps(a, b, c);
  if constexpr (sizeof(V) == 16 && !isFloat)
    return __builtin_ia32_vfmaddpd(a, b, c);
  if constexpr (sizeof(V) == 32 && isFloat)
    return __builtin_ia32_vfmaddps256(a, b, c);
  if constexpr (sizeof(V) == 32 && !isFloat)
    return __builtin_ia32_vfmaddpd256(a, b, c);
#endif
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64 && isFloat)
    return __builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
  if constexpr (sizeof(V) == 64 && !isFloat)
    return __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4);
#endif
#if defined(__aarch64__)
  if constexpr (sizeof(V) == 16 && isFloat)
    return __builtin_aarch64_fmav4sf(a, b, c);
  if constexpr (sizeof(V) == 16 && !isFloat)
    return __builtin_aarch64_fmav2df(a, b, c);
#endif
  return a * b + c;
#endif
}

/// a / b of finite numbers to some units in the last place: by an estimate and a step of Newton's where there is one.
template <class V> inline V divide(V a, V b) {
  [[maybe_unused]] auto refined = [=](V r) { return a * fma(fma(-b, r, splat<V>(1.0f)), r, r); };
#if defined(__AVX512F__)
  if constexpr (sizeof(V) == 64 && sizeof a[0] == sizeof(float))
    return refined(__builtin_ia32_rcp14ps512_mask(b, V{}, -1));
#endif
#if defined(__AVX__)
  if constexpr (sizeof(V) == 32 && sizeof a[0] == sizeof(float))
    return refined(__builtin_ia32_rcpps256(b));
#endif
  return a / b;
}

template <class T> inline T min(T a, T b) { return a < b ? a : b; }
template <class T> inline T max(T a, T b) { return a > b ? a : b; }
inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
/// Of numbers; NaN if either is.
template <class T> inline T minimum(T a, T b) { return ((a < b) | (a != a)) ? a : b; }
template <class T> inline T maximum(T a, T b) { return ((a > b) | (a != a)) ? a : b; }

/// A function of numbers, for each element of a vector.
#define ELEMENTWISE(name, builtin)                                                                                     \
  inline float name(float x) { return builtin##f(x); }                                                                 \
  inline double name(double x) { return builtin(x); }                                                                  \
  template <class V> inline V name(V x) {                                                                              \
    V result = {};                                                                                                     \
    UNROLL for (unsigned i = 0; i < sizeof x / sizeof x[0]; ++i) result[i] = name(x[i]);                               \
    return result;                                                                                                     \
  }
ELEMENTWISE(absolute, __builtin_fabs)
ELEMENTWISE(square_root, __builtin_sqrt)
ELEMENTWISE(round_down, __builtin_floor)
ELEMENTWISE(round_up, __builtin_ceil)
ELEMENTWISE(round_even, __builtin_roundeven)
#undef ELEMENTWISE
inline float copy_sign(float x, float sign) { return __builtin_copysignf(x, sign); }
inline double copy_sign(double x, double sign) { return __builtin_copysign(x, sign); }
template <class V> inline V copy_sign(V x, V sign) {
  V result = {};
  UNROLL for (unsigned i = 0; i < sizeof x / sizeof x[0]; ++i) result[i] = copy_sign(x[i], sign[i]);
  return result;
}

/// An address in the memory of a call, as whatever a kernel wants there.
struct constant_address {
  const char *address;
  template <class T> operator const T *() const { return reinterpret_cast<const T *>(address); }
};
struct variable_address {
  char *address;
  template <class T> operator T *() const { return reinterpret_cast<T *>(address); }
};
inline constant_address at(const void *base, int64_t offset) { return {static_cast<const char *>(base) + offset}; }
inline variable_address at(void *base, int64_t offset) { return {static_cast<char *>(base) + offset}; }
