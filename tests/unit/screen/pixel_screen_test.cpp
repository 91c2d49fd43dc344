#include "pixel_screen.hpp"

#include <terminal/palette.hpp>

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace {

using ke::FramebufferInfo;
using ke::PixelScreen;
using terminal::Cell;
using terminal::Style;

struct Machine {
  Machine(unsigned width, unsigned height, unsigned bits, unsigned pad)
      : info(Describe(width, height, bits, pad)),
        memory(info.Size() + kGuard, kUntouched),
        slots(PixelScreen::kSlots),
        pictures(PixelScreen::CacheWords(info, font)),
        screen(info, memory.data(), font, slots, pictures) {}

  static FramebufferInfo Describe(unsigned width, unsigned height, unsigned bits, unsigned pad) {
    FramebufferInfo info;
    info.width = width;
    info.height = height;
    info.bytes_per_pixel = static_cast<std::uint8_t>((bits + 7) / 8);
    info.pitch = width * info.bytes_per_pixel + pad;
    if (bits == 16) {
      info.red = {11, 5}, info.green = {5, 6}, info.blue = {0, 5};
    } else {
      info.red = {16, 8}, info.green = {8, 8}, info.blue = {0, 8};
    }
    return info;
  }
  std::uint32_t Pixel(unsigned x, unsigned y) const {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < info.bytes_per_pixel; i += 1) {
      value |= std::to_integer<std::uint32_t>(memory[std::size_t{y} * info.pitch + x * info.bytes_per_pixel + i])
               << (8 * i);
    }
    return value;
  }
  std::uint32_t Colour(unsigned index) const {
    const terminal::Colour &colour = terminal::kPalette[index];
    if (info.bytes_per_pixel == 2) {
      return static_cast<std::uint32_t>(colour.red >> 3 << 11 | colour.green >> 2 << 5 | colour.blue >> 3);
    }
    return static_cast<std::uint32_t>(colour.red << 16 | colour.green << 8 | colour.blue);
  }
  void ExpectCell(unsigned row, unsigned column, Cell cell) const {
    auto glyph = font.Glyph(cell.Half() == terminal::Part::kRight ? U' ' : cell.Character());
    for (unsigned y = 0; y < font.Height(); y += 1) {
      for (unsigned x = 0; x < 8; x += 1) {
        bool set =
            (std::to_integer<unsigned>(glyph[y]) >> (7 - x) & 1) != 0 || (cell.Underline() && y == font.Height() - 2);
        ASSERT_EQ(Pixel(column * 8 + x, row * font.Height() + y), Colour(set ? cell.Foreground() : cell.Background()))
            << row << ", " << column << ": " << x << ", " << y;
      }
    }
  }

  static constexpr std::size_t kGuard = 64;
  static constexpr std::byte kUntouched{0xa5};
  terminal::Font font = terminal::BuiltInFont();
  FramebufferInfo info;
  std::vector<std::byte> memory;
  std::vector<PixelScreen::Slot> slots;
  std::vector<std::uint64_t> pictures;
  PixelScreen screen;
};

Cell Random(std::mt19937 &random) {
  auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  Style style;
  style.foreground = static_cast<std::uint8_t>(below(16));
  style.background = static_cast<std::uint8_t>(below(16));
  style.underline = below(8) == 0;
  char32_t character = below(4) == 0 ? 0x400 + below(80) : 0x20 + below(95);
  return {character, style, below(16) == 0 ? terminal::Part::kRight : terminal::Part::kWhole};
}

class Depths : public testing::TestWithParam<std::pair<unsigned, unsigned>> {};

// Thousands of different cells in runs of any length: the cache must never show a picture that was driven out.
TEST_P(Depths, EveryCellIsDrawnAsItIs) {
  auto [bits, pad] = GetParam();
  Machine machine(650, 70, bits, pad);
  machine.screen.Clear();
  std::mt19937 random(bits + pad);
  constexpr unsigned kColumns = 650 / 8;
  for (int round = 0; round < 20; round += 1) {
    for (unsigned row = 0; row < 4; row += 1) {
      std::vector<Cell> cells(kColumns);
      for (Cell &cell : cells) {
        cell = Random(random);
      }
      unsigned column = 0;
      while (column < kColumns) {
        unsigned count = std::min<unsigned>(1 + static_cast<unsigned>(random() % kColumns), kColumns - column);
        machine.screen.Draw(row, column, std::span(cells).subspan(column, count));
        column += count;
      }
      for (column = 0; column < kColumns; column += 1) {
        machine.ExpectCell(row, column, cells[column]);
      }
    }
  }
  // Nothing beyond the cells was written: the margins are black, the padding and what follows as they were.
  for (unsigned y = 0; y < 70; y += 1) {
    for (unsigned x = y < 64 ? kColumns * 8 : 0; x < 650; x += 1) {
      ASSERT_EQ(machine.Pixel(x, y), 0u);
    }
  }
  for (std::size_t i = machine.info.Size(); i < machine.memory.size(); i += 1) {
    ASSERT_EQ(machine.memory[i], Machine::kUntouched);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, Depths,
                         testing::Values(std::pair(32u, 0u), std::pair(32u, 100u), std::pair(24u, 0u),
                                         std::pair(24u, 7u), std::pair(16u, 0u), std::pair(16u, 3u)));

TEST(Channels, TenBitsAreFilled) {
  Machine machine(64, 16, 32, 0);
  machine.info.red = {20, 10}, machine.info.green = {10, 10}, machine.info.blue = {0, 10};
  machine.screen = PixelScreen(machine.info, machine.memory.data(), machine.font, machine.slots, machine.pictures);
  Style style;
  style.foreground = 15;
  Cell full(U'█', style);
  machine.screen.Draw(0, 0, {&full, 1});
  EXPECT_EQ(machine.Pixel(0, 0), 0x3fff'ffffu);
}

}  // namespace
