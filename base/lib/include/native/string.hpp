#pragma once
// Growable text of native programs. Inside a program all text is UTF-8 (unpaired surrogates as three-byte sequences, so
// that every NT name survives the round trip); UTF-16 exists only where a service or an ntdll routine is called.

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace native {

// std::allocator in all but name: libc++ declares the strings of std::allocator as instantiated in a library
// that does not exist here.
template <typename T>
struct Allocator {
  using value_type = T;
  Allocator() = default;
  template <typename U>
  constexpr Allocator(const Allocator<U> &) {}
  T *allocate(std::size_t count) { return static_cast<T *>(::operator new(count * sizeof(T))); }
  void deallocate(T *block, std::size_t) noexcept { ::operator delete(block); }
  friend bool operator==(const Allocator &, const Allocator &) { return true; }
};

using String = std::basic_string<char, std::char_traits<char>, Allocator<char>>;
template <typename T>
using Vector = std::vector<T, Allocator<T>>;

// Whether two names are the same when the case of ASCII letters is ignored (command and switch names).
bool EqualIgnoringCase(std::string_view left, std::string_view right);

// Whether `text` begins with `prefix`, ignoring the case of ASCII letters.
bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix);

// A number in decimal, or in hexadecimal after 0x; false when `text` is anything else or does not fit.
bool ParseNumber(std::string_view text, unsigned long long &value);

}  // namespace native
