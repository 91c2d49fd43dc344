#pragma once
// Arithmetic on numbers from outside: overflow is a status, never a wrap (STYLE.md practice 32).

#include <rtl/result.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

// a + b, or `failure` when the sum does not fit.
template <std::integral T>
constexpr Result<T> CheckedAdd(T a, std::type_identity_t<T> b, NTSTATUS failure = STATUS_INTEGER_OVERFLOW) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) {
    return Fail(failure);
  }
  return sum;
}

// a * b, or `failure` when the product does not fit.
template <std::integral T>
constexpr Result<T> CheckedMultiply(T a, std::type_identity_t<T> b, NTSTATUS failure = STATUS_INTEGER_OVERFLOW) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) {
    return Fail(failure);
  }
  return product;
}

// `value` rounded up to a multiple of `alignment`, a power of two.
template <std::unsigned_integral T>
constexpr Result<T> CheckedAlignUp(T value, std::type_identity_t<T> alignment,
                                   NTSTATUS failure = STATUS_INTEGER_OVERFLOW) {
  T sum;
  if (__builtin_add_overflow(value, static_cast<T>(alignment - 1), &sum)) {
    return Fail(failure);
  }
  return static_cast<T>(sum & ~static_cast<T>(alignment - 1));
}

// Whether [offset, offset + length) lies inside [0, size).
constexpr bool RangeInside(std::uint64_t offset, std::uint64_t length, std::uint64_t size) {
  return offset <= size && length <= size - offset;
}

template <std::unsigned_integral T>
constexpr T AlignUp(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>((value + alignment - 1) & ~static_cast<T>(alignment - 1));
}
template <std::unsigned_integral T>
constexpr T AlignDown(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>(value & ~static_cast<T>(alignment - 1));
}
