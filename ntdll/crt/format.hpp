// The engine of the printf family, once for narrow and wide output.
#pragma once
#include "../rtl/utf.hpp"
#include "text.hpp"

namespace ntcrt {

/// Takes characters up to a capacity and counts all of them.
template <typename Char>
struct Sink {
  Char *buffer;
  size_t capacity;
  uint64_t length = 0;

  void Put(Char character) {
    if (length < capacity) {
      buffer[length] = character;
    }
    ++length;
  }
  void Fill(Char character, uint64_t count) {
    for (uint64_t i = length; i < capacity && i - length < count; ++i) {
      buffer[i] = character;
    }
    length += count;
  }
  void PutAscii(const char *text, size_t size) {
    for (size_t i = 0; i < size; ++i) {
      Put(static_cast<Char>(text[i]));
    }
  }
};

enum class Size : uint8_t { kInt, kChar, kShort, kLong, kLongLong, kPointer, kWide };

/// One conversion specification, without its letter.
struct Spec {
  bool left = false;
  bool plus = false;
  bool blank = false;
  bool alternate = false;
  bool zero = false;
  unsigned width = 0;
  int precision = -1;
  Size size = Size::kInt;
};

/// Digits of one number with what goes before them: sign or radix prefix, then zeros.
struct Number {
  const char *digits;
  size_t count;
  char prefix[3];
  size_t prefix_length;
  uint64_t zeros;
};

inline constexpr size_t kFloatBuffer = 1600;

/// The text of |value| for the conversion e, f, g or a (either case) in `buffer` (kFloatBuffer bytes); `trailing_zeros`
/// gets how many zeros of precision follow before the exponent, which begins at the returned index; `*count` is the
/// length.
size_t FormatFloat(double value, char conversion, const Spec &spec, char *buffer, size_t *count,
                   uint64_t *trailing_zeros);

/// Formats to the sink. Returns false for a specification that is not allowed (%n).
template <typename Char>
bool Format(Sink<Char> &sink, const Char *format, va_list arguments);

extern template bool Format<char>(Sink<char> &, const char *, va_list);
extern template bool Format<Wide>(Sink<Wide> &, const Wide *, va_list);

}  // namespace ntcrt
