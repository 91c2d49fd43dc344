// Shared by the C runtime half of ntdll.dll. On Windows' ABI the functions have their C names; on the host, where the
// C library has those already (and another wchar_t), the unit tests see the same code under the prefix `nt_`.
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define NTCRT(name) name
using Wide = wchar_t;
using Long = long;  // 32 bits, and the type that C names
using UnsignedLong = unsigned long;
#else
#define NTCRT(name) nt_##name
using Wide = char16_t;
using Long = int32_t;
using UnsignedLong = uint32_t;
#endif

static_assert(sizeof(Wide) == 2);

namespace ntcrt {

/// ASCII lower case of any character; the "C" locale is the only one.
template <typename Char>
constexpr Char ToLowerAscii(Char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<Char>(character + ('a' - 'A')) : character;
}

/// ASCII upper case of any character.
template <typename Char>
constexpr Char ToUpperAscii(Char character) {
  return character >= 'a' && character <= 'z' ? static_cast<Char>(character - ('a' - 'A')) : character;
}

/// White space of the "C" locale: blank and the controls 9 to 13.
template <typename Char>
constexpr bool IsSpaceAscii(Char character) {
  return character == ' ' || (character >= 9 && character <= 13);
}

/// Number of characters before the terminator, at most `limit`.
template <typename Char>
constexpr size_t Length(const Char *text, size_t limit = SIZE_MAX) {
  size_t length = 0;
  while (length < limit && text[length] != 0) {
    ++length;
  }
  return length;
}

}  // namespace ntcrt
