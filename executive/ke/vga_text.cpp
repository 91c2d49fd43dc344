#include "vga_text.hpp"

#include <terminal/cp437.hpp>

#include <array>

namespace ke {
namespace {

constexpr std::uint16_t kCrtIndex = 0x3d4;
constexpr std::uint16_t kCrtData = 0x3d5;
constexpr std::uint8_t kCursorStart = 0x0a;
constexpr std::uint8_t kCursorHigh = 0x0e;
constexpr std::uint8_t kCursorLow = 0x0f;
constexpr std::uint8_t kCursorOff = 0x20;
constexpr std::uint8_t kFirstLine = 14;  // of the 16 that a cell has

// ECMA-48 counts red, green, blue from bit 0 up; a VGA blue, green, red.
constexpr std::array<std::uint8_t, 16> kColours = {0, 4, 2, 6, 1, 5, 3, 7, 8, 12, 10, 14, 9, 13, 11, 15};

std::uint16_t Attributed(terminal::Cell cell) {
  char32_t character = cell.Half() == terminal::Part::kRight ? U' ' : cell.Character();
  // The highest bit of the background would blink.
  unsigned attribute = (kColours[cell.Background()] & 7u) << 4 | kColours[cell.Foreground()];
  return static_cast<std::uint16_t>(attribute << 8 | terminal::ToCp437(character));
}

}  // namespace

void VgaText::ClaimCursor() {
  if (Result<Ports> registers = Ports::Claim(kCrtIndex, kCrtData)) {
    registers_ = *registers;
    hidden_ = true;  // whatever it is: the first PlaceCursor() sets it
  }
}

void VgaText::Draw(unsigned row, unsigned column, std::span<const terminal::Cell> cells) {
  volatile std::uint16_t *to = cells_ + row * kColumns + column;
  for (terminal::Cell cell : cells) {
    *to = Attributed(cell);
    to += 1;
  }
}

bool VgaText::PlaceCursor(unsigned row, unsigned column, bool visible) {
  auto set = [this](std::uint8_t index, unsigned value) {
    registers_.Out16(kCrtIndex, static_cast<std::uint16_t>((value & 0xff) << 8 | index));
  };
  unsigned place = row * kColumns + column;
  set(kCursorHigh, place >> 8);
  set(kCursorLow, place);
  if (hidden_ == visible) {
    set(kCursorStart, visible ? kFirstLine : kCursorOff);
    hidden_ = !visible;
  }
  return true;
}

}  // namespace ke
