// SPDX-License-Identifier: Apache-2.0
// Elements of every type, as bytes and as doubles.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace cnnc::numeric {

/// A float of 8 bits exponent and 7 of mantissa.
struct BFloat16 {
  BFloat16() = default;
  explicit BFloat16(double value) {
    float single = static_cast<float>(value);
    uint32_t word;
    std::memcpy(&word, &single, sizeof word);
    bits = static_cast<uint16_t>((word + 0x7fff + ((word >> 16) & 1)) >> 16);
  }
  explicit operator double() const {
    uint32_t word = static_cast<uint32_t>(bits) << 16;
    float single;
    std::memcpy(&single, &word, sizeof single);
    return single;
  }
  uint16_t bits;
};

/// Calls visitor(T()) with the C++ type of a cnn element type.
template <typename Visitor>
auto visitType(std::string_view type, Visitor visitor) {
  if (type == "f64")
    return visitor(double());
  if (type == "f16")
    return visitor(_Float16());
  if (type == "bf16")
    return visitor(BFloat16());
  if (type == "si64")
    return visitor(int64_t());
  if (type == "si32")
    return visitor(int32_t());
  if (type == "si16")
    return visitor(int16_t());
  if (type == "si8")
    return visitor(int8_t());
  if (type == "ui64")
    return visitor(uint64_t());
  if (type == "ui32")
    return visitor(uint32_t());
  if (type == "ui16")
    return visitor(uint16_t());
  if (type == "ui8" || type == "i1")
    return visitor(uint8_t());
  return visitor(float());
}

inline size_t bytesOf(std::string_view type) {
  return visitType(type, [](auto element) { return sizeof element; });
}
inline void encode(std::string_view type, double value, char *bytes) {
  visitType(type, [&](auto element) {
    element = static_cast<decltype(element)>(value);
    std::memcpy(bytes, &element, sizeof element);
  });
}
inline double decode(std::string_view type, const char *bytes) {
  return visitType(type, [&](auto element) {
    std::memcpy(&element, bytes, sizeof element);
    return static_cast<double>(element);
  });
}

/// The distance from one to the next number of the type that computes, and of the type that stores.
inline double epsilonOf(std::string_view type) { return type == "f64" ? std::ldexp(1, -52) : std::ldexp(1, -23); }
inline double roundingOf(std::string_view type) {
  return type == "f16" ? std::ldexp(1, -11) : type == "bf16" ? std::ldexp(1, -8) : 0;
}

} // namespace cnnc::numeric
