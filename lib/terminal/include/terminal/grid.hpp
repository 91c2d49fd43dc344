#pragma once
// The cells of a terminal. Lines are found through a table, so that scrolling moves no cell; what changed is kept as an
// extent for each row, for whoever draws.

#include <terminal/cell.hpp>

#include <cstddef>
#include <span>

namespace terminal {

class Grid {
 public:
  static constexpr unsigned kMaximumColumns = 512;
  static constexpr unsigned kMaximumRows = 256;

  struct Line {
    std::uint16_t store = 0;  // which line of the cells
    std::uint16_t dirty_first = 0;
    std::uint16_t dirty_end = 0;
  };
  // Columns [first, end) of a row.
  struct Extent {
    unsigned first = 0;
    unsigned end = 0;
  };

  constexpr Grid() = default;
  // `cells` has columns * rows elements, `lines` has rows; both outlive the grid. Sizes from 1 up to the maxima.
  Grid(std::span<Cell> cells, std::span<Line> lines, unsigned columns);

  unsigned Columns() const { return columns_; }
  unsigned Rows() const { return rows_; }
  std::span<const Cell> Row(unsigned row) const { return {LineOf(row), columns_}; }
  Cell At(unsigned row, unsigned column) const { return LineOf(row)[column]; }

  void Set(unsigned row, unsigned column, Cell cell);
  // Cells of one row to be overwritten by the caller: columns [first, end).
  std::span<Cell> Change(unsigned row, unsigned first, unsigned end);
  void Fill(unsigned row, unsigned first, unsigned end, Cell cell);
  void FillRows(unsigned first, unsigned end, Cell cell);
  // Moves the cells from `column` on to the right / to the left by `count`; `blank` comes in.
  void Insert(unsigned row, unsigned column, unsigned count, Cell blank);
  void Delete(unsigned row, unsigned column, unsigned count, Cell blank);
  // Moves rows [top, end) up / down by `count`; blank rows come in.
  void ScrollUp(unsigned top, unsigned end, unsigned count, Cell blank);
  void ScrollDown(unsigned top, unsigned end, unsigned count, Cell blank);

  // What of a row may have changed since Clean().
  Extent Dirty(unsigned row) const { return {lines_[row].dirty_first, lines_[row].dirty_end}; }
  void Clean(unsigned row) { lines_[row].dirty_end = lines_[row].dirty_first = 0; }
  void Touch(unsigned row, unsigned first, unsigned end);

 private:
  Cell *LineOf(unsigned row) const { return cells_ + std::size_t{lines_[row].store} * columns_; }
  void Rotate(unsigned top, unsigned end, unsigned count);

  Cell *cells_ = nullptr;
  Line *lines_ = nullptr;
  unsigned columns_ = 0;
  unsigned rows_ = 0;
};

}  // namespace terminal
