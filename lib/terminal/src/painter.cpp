#include <terminal/painter.hpp>

namespace terminal {

void Painter::PaintRow(const Terminal &terminal, Display &display, unsigned row, Grid::Extent extent, bool everything) {
  std::span<const Cell> cells = terminal.Cells().Row(row);
  std::span<Cell> shown = shown_.subspan(std::size_t{row} * cells.size(), cells.size());
  bool has_cursor = own_cursor_ && cursor_.visible && cursor_.row == row;
  unsigned first = extent.first;  // where cells that differ begin
  for (unsigned column = extent.first; column < extent.end; column += 1) {
    Cell cell = has_cursor && column == cursor_.column ? cells[column].Inverted() : cells[column];
    if (!everything && shown[column] == cell) {
      if (first != column) {
        display.Draw(row, first, shown.subspan(first, column - first));
      }
      first = column + 1;
      continue;
    }
    shown[column] = cell;
  }
  if (first != extent.end) {
    display.Draw(row, first, shown.subspan(first, extent.end - first));
  }
}

void Painter::Paint(Terminal &terminal, Display &display, bool everything) {
  Grid &grid = terminal.Cells();
  Cursor now = {terminal.Row(), terminal.Column(), terminal.CursorVisible()};
  if (now != cursor_ || everything) {
    own_cursor_ = !display.PlaceCursor(now.row, now.column, now.visible);
    if (own_cursor_) {
      grid.Touch(cursor_.row, cursor_.column, cursor_.column + 1);
      grid.Touch(now.row, now.column, now.column + 1);
    }
    cursor_ = now;
  }
  for (unsigned row = 0; row < grid.Rows(); row += 1) {
    Grid::Extent extent = everything ? Grid::Extent{0, grid.Columns()} : grid.Dirty(row);
    if (extent.first != extent.end) {
      PaintRow(terminal, display, row, extent, everything);
      grid.Clean(row);
    }
  }
}

}  // namespace terminal
