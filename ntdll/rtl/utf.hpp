// UTF-8 and UTF-16, one character at a time. Ill-formed input decodes to U+FFFD, one for each maximal ill-formed part
// (Unicode 3.9, table 3-8), as RtlUTF8ToUnicodeN does.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace rtlp {

inline constexpr uint32_t kReplacement = 0xfffd;

struct Decoded {
  uint32_t character;  // kReplacement when ill-formed
  unsigned length;     // units consumed, at least 1
  bool valid;
};

/// Decodes the first character of `size` > 0 bytes of UTF-8.
inline Decoded DecodeUtf8(const char *text, size_t size) {
  const auto byte = [=](size_t index) { return static_cast<unsigned char>(text[index]); };
  const uint32_t first = byte(0);
  if (first < 0x80) {
    return {first, 1, true};
  }
  if (first < 0xc2 || first > 0xf4) {
    return {kReplacement, 1, false};
  }
  const unsigned length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  uint32_t character = first & (0x7fu >> length);
  for (unsigned i = 1; i < length; ++i) {
    // The second byte's range excludes overlong forms, surrogates and what is beyond U+10FFFF.
    const uint32_t low = i == 1 && first == 0xe0 ? 0xa0 : i == 1 && first == 0xf0 ? 0x90 : 0x80;
    const uint32_t high = i == 1 && first == 0xed ? 0x9f : i == 1 && first == 0xf4 ? 0x8f : 0xbf;
    if (i >= size || byte(i) < low || byte(i) > high) {
      return {kReplacement, i, false};
    }
    character = character << 6 | (byte(i) & 0x3fu);
  }
  return {character, length, true};
}

/// Decodes the first character of `size` > 0 units of UTF-16.
template <typename Wide>
inline Decoded DecodeUtf16(const Wide *text, size_t size) {
  const uint32_t first = static_cast<uint16_t>(text[0]);
  if (first < 0xd800 || first > 0xdfff) {
    return {first, 1, true};
  }
  if (first < 0xdc00 && size > 1) {
    const uint32_t second = static_cast<uint16_t>(text[1]);
    if (second >= 0xdc00 && second <= 0xdfff) {
      return {0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 2, true};
    }
  }
  return {kReplacement, 1, false};
}

/// Number of UTF-8 bytes of a character.
constexpr unsigned Utf8Length(uint32_t character) {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

/// Writes a character as UTF-8: Utf8Length(character) bytes.
inline void EncodeUtf8(uint32_t character, char *to) {
  const unsigned length = Utf8Length(character);
  if (length == 1) {
    to[0] = static_cast<char>(character);
    return;
  }
  for (unsigned i = length; i-- > 1; character >>= 6) {
    to[i] = static_cast<char>(0x80 | (character & 0x3f));
  }
  to[0] = static_cast<char>((0xf00u >> length) | character);
}

/// Writes a character as UTF-16; returns the number of units (1 or 2).
template <typename Wide>
inline unsigned EncodeUtf16(uint32_t character, Wide *to) {
  if (character < 0x10000) {
    to[0] = static_cast<Wide>(character);
    return 1;
  }
  to[0] = static_cast<Wide>(0xd7c0 + (character >> 10));
  to[1] = static_cast<Wide>(0xdc00 | (character & 0x3ff));
  return 2;
}

}  // namespace rtlp
