#include <terminal/grid.hpp>

#include <algorithm>

namespace terminal {

Grid::Grid(std::span<Cell> cells, std::span<Line> lines, unsigned columns)
    : cells_(cells.data()), lines_(lines.data()), columns_(columns), rows_(static_cast<unsigned>(lines.size())) {
  for (unsigned row = 0; row < rows_; row += 1) {
    lines_[row] = {static_cast<std::uint16_t>(row), 0, static_cast<std::uint16_t>(columns_)};
  }
  std::ranges::fill(cells, Cell());
}

void Grid::Touch(unsigned row, unsigned first, unsigned end) {
  Line &line = lines_[row];
  if (line.dirty_end == 0) {
    line.dirty_first = static_cast<std::uint16_t>(first);
    line.dirty_end = static_cast<std::uint16_t>(end);
    return;
  }
  line.dirty_first = std::min(line.dirty_first, static_cast<std::uint16_t>(first));
  line.dirty_end = std::max(line.dirty_end, static_cast<std::uint16_t>(end));
}

void Grid::Set(unsigned row, unsigned column, Cell cell) {
  LineOf(row)[column] = cell;
  Touch(row, column, column + 1);
}

std::span<Cell> Grid::Change(unsigned row, unsigned first, unsigned end) {
  Touch(row, first, end);
  return {LineOf(row) + first, end - first};
}

void Grid::Fill(unsigned row, unsigned first, unsigned end, Cell cell) {
  if (first < end) {
    std::ranges::fill(Change(row, first, end), cell);
  }
}

void Grid::FillRows(unsigned first, unsigned end, Cell cell) {
  for (unsigned row = first; row < end; row += 1) {
    Fill(row, 0, columns_, cell);
  }
}

void Grid::Insert(unsigned row, unsigned column, unsigned count, Cell blank) {
  std::span<Cell> rest = Change(row, column, columns_);
  count = std::min(count, static_cast<unsigned>(rest.size()));
  std::ranges::copy_backward(rest.first(rest.size() - count), rest.end());
  std::ranges::fill(rest.first(count), blank);
}

void Grid::Delete(unsigned row, unsigned column, unsigned count, Cell blank) {
  std::span<Cell> rest = Change(row, column, columns_);
  count = std::min(count, static_cast<unsigned>(rest.size()));
  std::ranges::copy(rest.subspan(count), rest.begin());
  std::ranges::fill(rest.last(count), blank);
}

void Grid::Rotate(unsigned top, unsigned end, unsigned count) {
  std::rotate(lines_ + top, lines_ + top + count, lines_ + end);
  for (unsigned row = top; row < end; row += 1) {
    lines_[row].dirty_first = 0;
    lines_[row].dirty_end = static_cast<std::uint16_t>(columns_);
  }
}

void Grid::ScrollUp(unsigned top, unsigned end, unsigned count, Cell blank) {
  count = std::min(count, end - top);
  if (count != 0 && count != end - top) {
    Rotate(top, end, count);
  }
  FillRows(end - count, end, blank);
}

void Grid::ScrollDown(unsigned top, unsigned end, unsigned count, Cell blank) {
  count = std::min(count, end - top);
  if (count != 0 && count != end - top) {
    Rotate(top, end, end - top - count);
  }
  FillRows(top, top + count, blank);
}

}  // namespace terminal
