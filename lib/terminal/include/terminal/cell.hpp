#pragma once
// One position of a terminal: a character and how it looks, in one word.

#include <cstdint>

namespace terminal {

// How characters look that are written next (SGR). Colours count as ECMA-48 does: red is bit 0, green 1, blue 2,
// bright 3.
struct Style {
  static constexpr std::uint8_t kGrey = 7;
  static constexpr std::uint8_t kBlack = 0;

  std::uint8_t foreground = kGrey;
  std::uint8_t background = kBlack;
  bool bold = false;  // shown as the bright colour
  bool underline = false;
  bool reverse = false;
  bool concealed = false;

  bool operator==(const Style &) const = default;
};

// Which part of a character this is: wide ones take two cells.
enum class Part : std::uint8_t { kWhole, kLeft, kRight };

class Cell {
 public:
  // A blank.
  constexpr Cell() : Cell(U' ', Style{}) {}
  constexpr Cell(char32_t character, const Style &style, Part part = Part::kWhole)
      : bits_((character & kCharacterMask) | Look(style) | static_cast<std::uint32_t>(part) << kPartShift) {}
  // The blank that erasing leaves: the background colour stays.
  static constexpr Cell Blank(const Style &style) {
    Style plain;
    plain.background = style.background;
    return {U' ', plain};
  }

  constexpr char32_t Character() const { return bits_ & kCharacterMask; }
  constexpr unsigned Foreground() const { return bits_ >> kForegroundShift & 15; }
  constexpr unsigned Background() const { return bits_ >> kBackgroundShift & 15; }
  constexpr bool Underline() const { return (bits_ >> kUnderlineShift & 1) != 0; }
  constexpr Part Half() const { return static_cast<Part>(bits_ >> kPartShift); }
  // A number that is the same exactly for cells that look the same.
  constexpr std::uint32_t Bits() const { return bits_; }

  // The cell with foreground and background exchanged, such that it is seen where a cursor is.
  constexpr Cell Inverted() const {
    Cell result = *this;
    result.bits_ &= ~(15u << kForegroundShift | 15u << kBackgroundShift);
    unsigned back = Foreground() == Background() ? Background() ^ 7 : Foreground();
    result.bits_ |= Background() << kForegroundShift | back << kBackgroundShift;
    return result;
  }

  // What `style` puts into the bits, so that it need not be worked out for each character.
  static constexpr std::uint32_t Look(const Style &style) {
    std::uint32_t front = style.foreground;
    std::uint32_t back = style.background;
    if (style.bold) {
      front |= 8;
    }
    if (style.reverse) {
      std::uint32_t swapped = front;
      front = back;
      back = swapped;
    }
    if (style.concealed) {
      front = back;
    }
    return front << kForegroundShift | back << kBackgroundShift | (style.underline ? 1u << kUnderlineShift : 0);
  }
  static constexpr Cell WithLook(char32_t character, std::uint32_t look, Part part = Part::kWhole) {
    Cell result;
    result.bits_ = (character & kCharacterMask) | look | static_cast<std::uint32_t>(part) << kPartShift;
    return result;
  }

  constexpr bool operator==(const Cell &) const = default;

 private:
  static constexpr std::uint32_t kCharacterMask = 0x1f'ffff;
  static constexpr unsigned kForegroundShift = 21;
  static constexpr unsigned kBackgroundShift = 25;
  static constexpr unsigned kUnderlineShift = 29;
  static constexpr unsigned kPartShift = 30;

  std::uint32_t bits_ = 0;
};
static_assert(sizeof(Cell) == 4);

}  // namespace terminal
