#pragma once
// What a terminal shows after a stream of UTF-8 and VT sequences: the part of xterm's repertoire that text programs use
// (README.md lists it). It answers no queries: input is somebody else's.

#include <terminal/grid.hpp>
#include <terminal/parser.hpp>
#include <terminal/utf8.hpp>

#include <array>
#include <string_view>

namespace terminal {

class Terminal {
 public:
  constexpr Terminal() = default;
  // `cells` has columns * rows elements, `lines` has rows; both outlive the terminal.
  Terminal(std::span<Cell> cells, std::span<Grid::Line> lines, unsigned columns);

  void Write(std::string_view bytes);
  // Everything as at the start (RIS).
  void Reset();

  Grid &Cells() { return grid_; }
  const Grid &Cells() const { return grid_; }
  unsigned Row() const { return cursor_.row; }
  unsigned Column() const { return cursor_.column; }
  bool CursorVisible() const { return cursor_visible_; }

 private:
  // What DECSC keeps.
  struct Cursor {
    unsigned row = 0;
    unsigned column = 0;
    bool wrap = false;  // the last column was written: the next character goes to the next line
    bool origin = false;
    Style style;
    std::array<bool, 2> graphics = {};  // G0 and G1 are the line drawing set
    std::uint8_t set = 0;               // which of them is in use
  };

  std::size_t WriteRun(std::string_view bytes);
  void Text(std::uint8_t byte);
  void Put(char32_t character);
  void Control(std::uint8_t byte);
  void Escape();
  void Sequence();
  void Mode(bool on);
  void SelectStyle();
  std::size_t TakeColour(std::size_t index, std::uint8_t &colour);
  void SetStyle(const Style &style);

  void SplitWide(unsigned row, unsigned first, unsigned end);
  void Erase(unsigned row, unsigned first, unsigned end);
  void EraseDisplay(unsigned what);
  void EraseLine(unsigned what);
  void Repeat(unsigned count);
  void MoveTo(unsigned row, unsigned column);
  void MoveVertically(unsigned count, bool down);
  void Tabulate(unsigned count, bool back);
  void LineFeed();
  void ReverseLineFeed();
  void SetMargins();
  void SoftReset();
  unsigned Count() const { return parser_.Parameter(0, 1); }
  Cell Blank() const { return Cell::Blank(cursor_.style); }

  Grid grid_;
  Parser parser_;
  Utf8Decoder decoder_;
  Cursor cursor_;
  Cursor saved_;
  std::uint32_t look_ = Cell::Look(Style{});
  unsigned top_ = 0;  // the scroll region
  unsigned end_ = 0;
  bool cursor_visible_ = true;
  bool auto_wrap_ = true;
  bool insert_ = false;
  char32_t last_ = 0;  // for REP
  std::array<std::uint64_t, Grid::kMaximumColumns / 64> tabs_ = {};
};

}  // namespace terminal
