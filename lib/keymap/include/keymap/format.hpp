// The binary form of a keyboard layout: what mkkeymap makes and Layout reads. Little endian, no padding.
#pragma once

#include <cstdint>

namespace keymap {

inline constexpr uint32_t kMagic = 0x504D4B4E;  // "NKMP"
inline constexpr uint16_t kVersion = 1;

/// Header flag: the right Alt key chooses the third and fourth character of a key (AltGr).
inline constexpr uint16_t kHasAltGr = 1;

struct Header {
  uint32_t magic;
  uint16_t version;
  uint16_t flags;
  uint16_t keys;          // KeyRecord, sorted by code, then extended
  uint16_t compositions;  // Composition, sorted by accent, then base
};
static_assert(sizeof(Header) == 12);

/// KeyRecord flags.
inline constexpr uint8_t kExtended = 1;   // the code comes with E0
inline constexpr uint8_t kCapsShift = 2;  // Caps Lock acts as Shift
inline constexpr uint8_t kCapsAltGr = 4;  // and on the AltGr characters too

inline constexpr unsigned kLevels = 4;  // plain, Shift, AltGr, Shift+AltGr

struct KeyRecord {
  uint8_t code;  // scan code set 1
  uint8_t flags;
  uint8_t dead;  // bit n: characters[n] is an accent that waits for the next character
  uint8_t reserved;
  uint16_t characters[kLevels];  // UTF-16, no surrogates; 0: nothing
};
static_assert(sizeof(KeyRecord) == 12);

/// An accent and the character after it make another one. Space after an accent gives the accent itself.
struct Composition {
  uint16_t accent;
  uint16_t base;
  uint16_t result;
};
static_assert(sizeof(Composition) == 6);

}  // namespace keymap
