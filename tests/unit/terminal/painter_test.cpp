#include "screen.hpp"

#include <terminal/cp437.hpp>
#include <terminal/font.hpp>
#include <terminal/palette.hpp>

#include <gtest/gtest.h>

namespace {

using terminal::Cell;

// Shows cells in memory and counts them.
class Memory final : public terminal::Display {
 public:
  Memory(unsigned columns, unsigned rows, bool cursor)
      : cells(std::size_t{columns} * rows, Cell(U'?', {})), columns_(columns), cursor_(cursor) {}

  void Draw(unsigned row, unsigned column, std::span<const Cell> run) override {
    ASSERT_LE(column + run.size(), columns_);
    ASSERT_FALSE(run.empty());
    std::ranges::copy(run, cells.begin() + row * columns_ + column);
    drawn += run.size();
    runs += 1;
  }
  bool PlaceCursor(unsigned row, unsigned column, bool visible) override {
    place = {row, column, visible};
    return cursor_;
  }

  std::vector<Cell> cells;
  std::size_t drawn = 0;
  std::size_t runs = 0;
  std::tuple<unsigned, unsigned, bool> place;

 private:
  unsigned columns_;
  bool cursor_;
};

struct Painted {
  Painted(unsigned columns, unsigned rows, bool cursor = true)
      : screen(columns, rows), memory(columns, rows, cursor), shown(std::size_t{columns} * rows), painter(shown) {
    painter.Paint(screen.terminal, memory, true);
    memory.drawn = memory.runs = 0;
  }
  // Paints and returns how many cells were drawn.
  std::size_t Paint() {
    memory.drawn = memory.runs = 0;
    painter.Paint(screen.terminal, memory);
    return memory.drawn;
  }
  // What must be on the display.
  void Check(bool own_cursor = false) {
    auto &grid = screen.terminal.Cells();
    for (unsigned row = 0; row < grid.Rows(); row += 1) {
      for (unsigned column = 0; column < grid.Columns(); column += 1) {
        Cell cell = grid.At(row, column);
        if (own_cursor && screen.terminal.CursorVisible() && std::pair(row, column) == screen.Cursor()) {
          cell = cell.Inverted();
        }
        ASSERT_EQ(memory.cells[row * grid.Columns() + column].Bits(), cell.Bits()) << row << ", " << column;
      }
    }
  }

  Screen screen;
  Memory memory;
  std::vector<Cell> shown;
  terminal::Painter painter;
};

TEST(Painter, DrawsOnlyWhatChanged) {
  Painted painted(20, 5);
  painted.Check();
  EXPECT_EQ(painted.Paint(), 0u);
  painted.screen << "hello";
  EXPECT_EQ(painted.Paint(), 5u);
  EXPECT_EQ(painted.memory.runs, 1u);
  painted.screen << "\rhallo\rh";
  EXPECT_EQ(painted.Paint(), 1u);
  painted.screen << "\x1b[2J\x1b[Hhallo";
  EXPECT_EQ(painted.Paint(), 0u);
  painted.Check();
}

TEST(Painter, ScrollingDrawsOnlyCellsThatDiffer) {
  Painted painted(20, 5);
  painted.screen << "same text 1\r\nsame text 2\r\nsame text 3\r\nsame text 4\r\nsame text 5";
  painted.Paint();
  painted.screen << "\r\nsame text 6";
  EXPECT_EQ(painted.Paint(), 5u);
  painted.Check();
}

TEST(Painter, DrawsACursorForDisplaysWithoutOne) {
  Painted painted(20, 5, false);
  painted.screen << "ab";
  EXPECT_EQ(painted.Paint(), 3u);
  painted.Check(true);
  painted.screen << "\b";
  EXPECT_EQ(painted.Paint(), 2u);
  painted.Check(true);
  painted.screen << "\x1b[?25l";
  EXPECT_EQ(painted.Paint(), 1u);
  painted.Check(true);
  painted.screen << "\x1b[?25h\x1b[30;40mx";
  painted.Paint();
  painted.Check(true);
}

TEST(Painter, HardwareCursorFollows) {
  Painted painted(20, 5);
  painted.screen << "ab\x1b[3;4H\x1b[?25l";
  painted.Paint();
  EXPECT_EQ(painted.memory.place, std::tuple(2u, 3u, false));
}

TEST(Cell, InvertedIsAlwaysSeen) {
  for (unsigned colour = 0; colour < 16; colour += 1) {
    terminal::Style style;
    style.foreground = style.background = static_cast<std::uint8_t>(colour);
    Cell inverted = Cell(U'x', style).Inverted();
    EXPECT_NE(inverted.Foreground(), inverted.Background());
    EXPECT_EQ(inverted.Character(), U'x');
  }
}

TEST(Palette, NearestColourIsItself) {
  for (std::uint8_t i = 0; i < 16; i += 1) {
    EXPECT_EQ(terminal::Nearest(terminal::kPalette[i]), i);
    EXPECT_EQ(terminal::NearestOf256(i), i);
  }
  EXPECT_EQ(terminal::NearestOf256(16), 0);
  EXPECT_EQ(terminal::NearestOf256(231), 15);
  EXPECT_EQ(terminal::NearestOf256(255), 15);
  EXPECT_EQ(terminal::NearestOf256(9999), 15);
}

TEST(Cp437, CoversTheCodePage) {
  EXPECT_EQ(terminal::ToCp437(U'A'), 'A');
  EXPECT_EQ(terminal::ToCp437(U'~'), '~');
  EXPECT_EQ(terminal::ToCp437(U'ä'), 0x84);
  EXPECT_EQ(terminal::ToCp437(U'ß'), 0xe1);
  EXPECT_EQ(terminal::ToCp437(U'║'), 0xba);
  EXPECT_EQ(terminal::ToCp437(U'█'), 0xdb);
  EXPECT_EQ(terminal::ToCp437(U'☺'), 0x01);
  EXPECT_EQ(terminal::ToCp437(U'⌂'), 0x7f);
  EXPECT_EQ(terminal::ToCp437(U'■'), 0xfe);
  EXPECT_EQ(terminal::ToCp437(U'\u00a0'), 0xff);
  EXPECT_EQ(terminal::ToCp437(U'“'), '"');
  EXPECT_EQ(terminal::ToCp437(U'Ж'), '?');
  EXPECT_EQ(terminal::ToCp437(0xfffd), '?');
  EXPECT_EQ(terminal::ToCp437(0x10ffff), '?');
}

TEST(Font, TheBuiltInOneHasWhatTheConsoleNeeds) {
  terminal::Font font = terminal::BuiltInFont();
  ASSERT_FALSE(font.Empty());
  EXPECT_EQ(font.Width(), 8u);
  EXPECT_EQ(font.Height(), 16u);
  auto covers = [&](char32_t first, char32_t last) {
    for (char32_t character = first; character <= last; character += 1) {
      EXPECT_TRUE(font.Has(character)) << std::hex << static_cast<unsigned>(character);
    }
  };
  covers(0x20, 0x7e);
  covers(0xa0, 0x17f);   // Latin
  covers(0x391, 0x3a1);  // Greek
  covers(0x3b1, 0x3c9);
  covers(0x400, 0x45f);    // Cyrillic
  covers(0x250c, 0x254b);  // boxes
  covers(0x2550, 0x2593);  // double boxes, blocks
  for (char32_t character : std::u32string_view(U"─━│┃█▀▄░▒▓€→←↑↓≤≥≠…–—“”„‘’•")) {
    EXPECT_TRUE(font.Has(character) || font.Has(terminal::LookAlike(character)));
  }
  // The full block is full, the blank is empty, what is not there is the replacement.
  for (std::byte row : font.Glyph(U'█')) {
    EXPECT_EQ(row, std::byte{0xff});
  }
  for (std::byte row : font.Glyph(U' ')) {
    EXPECT_EQ(row, std::byte{0});
  }
  EXPECT_EQ(font.Glyph(U'漢').data(), font.Glyph(0x10ffff).data());
  EXPECT_NE(font.Glyph(U'A').data(), font.Glyph(0x10ffff).data());
}

TEST(Font, MalformedTablesAreEmpty) {
  EXPECT_TRUE(terminal::Font(std::span<const std::byte>()).Empty());
  std::vector<std::byte> table(12 + 8 + 16);
  auto set = [&](std::size_t at, std::initializer_list<int> values) {
    for (int value : values) {
      table[at++] = static_cast<std::byte>(value);
    }
  };
  set(0, {'N', 'F', 'N', 'T', 8, 0, 16, 0, 1, 0, 1, 0});
  set(12, {0x41, 0, 0, 0, 2, 0, 0, 0});
  terminal::Font font(table);
  ASSERT_FALSE(font.Empty());
  EXPECT_TRUE(font.Has(U'A'));
  EXPECT_FALSE(font.Has(U'B'));  // the range says so, but there is no such glyph
  EXPECT_TRUE(terminal::Font(std::span(table).first(table.size() - 1)).Empty());
  set(4, {9});
  EXPECT_TRUE(terminal::Font(table).Empty());
  set(4, {8, 0, 0});
  EXPECT_TRUE(terminal::Font(table).Empty());
}

}  // namespace
