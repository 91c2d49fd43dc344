#pragma once
// A terminal with its memory, for tests.

#include <terminal/painter.hpp>

#include <string>
#include <vector>

struct Screen {
  Screen(unsigned columns, unsigned rows)
      : cells(std::size_t{columns} * rows), lines(rows), terminal(cells, lines, columns) {}

  Screen &operator<<(std::string_view text) {
    terminal.Write(text);
    return *this;
  }
  // The characters of a row without trailing blanks; the right half of a wide one is '>'.
  std::u32string Row(unsigned row) const {
    std::u32string text;
    for (terminal::Cell cell : terminal.Cells().Row(row)) {
      text += cell.Half() == terminal::Part::kRight ? U'>' : cell.Character();
    }
    text.erase(text.find_last_not_of(U' ') + 1);
    return text;
  }
  std::vector<std::u32string> Rows() const {
    std::vector<std::u32string> rows;
    for (unsigned row = 0; row < terminal.Cells().Rows(); row += 1) {
      rows.push_back(Row(row));
    }
    return rows;
  }
  terminal::Cell At(unsigned row, unsigned column) const { return terminal.Cells().At(row, column); }
  std::pair<unsigned, unsigned> Cursor() const { return {terminal.Row(), terminal.Column()}; }

  std::vector<terminal::Cell> cells;
  std::vector<terminal::Grid::Line> lines;
  terminal::Terminal terminal;
};
