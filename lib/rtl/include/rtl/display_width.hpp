#pragma once
// How many cells a character takes on a terminal: one table for who draws and for who edits lines, so that they agree.

#include <cstddef>

namespace rtl {

// 0 (combining, joiners), 1, or 2 (East Asian wide, emoji). A pragmatic reduction of Unicode's EastAsianWidth.txt.
constexpr unsigned DisplayWidth(char32_t character) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr Range kCombining[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},
                                  {0x64b, 0x65f},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
                                  {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
  constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},  {0xac00, 0xd7a3},
                             {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},  {0xffe0, 0xffe6},
                             {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
  if (character < kCombining[0].first) {
    return 1;
  }
  for (const Range &range : kCombining) {
    if (character >= range.first && character <= range.last) {
      return 0;
    }
  }
  for (const Range &range : kWide) {
    if (character >= range.first && character <= range.last) {
      return 2;
    }
  }
  return 1;
}

}  // namespace rtl
