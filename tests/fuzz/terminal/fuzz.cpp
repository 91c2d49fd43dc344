// Whatever bytes come, the terminal stays within its cells, and painting piecewise shows what painting anew would.

#include <terminal/painter.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace {

class Memory final : public terminal::Display {
 public:
  Memory(unsigned columns, unsigned rows) : cells(std::size_t{columns} * rows), columns_(columns) {}

  void Draw(unsigned row, unsigned column, std::span<const terminal::Cell> run) override {
    if (column + run.size() > columns_) {
      std::abort();
    }
    std::ranges::copy(run, cells.begin() + static_cast<std::ptrdiff_t>(row * columns_ + column));
  }
  bool PlaceCursor(unsigned row, unsigned column, bool) override {
    if (column >= columns_ || row >= cells.size() / columns_) {
      std::abort();
    }
    return false;
  }

  std::vector<terminal::Cell> cells;

 private:
  unsigned columns_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  unsigned columns = 1 + data[0] % 90;
  unsigned rows = 1 + data[1] % 30;
  std::size_t piece = 1 + data[2];
  std::string_view text(reinterpret_cast<const char *>(data) + 3, size - 3);

  std::vector<terminal::Cell> cells(std::size_t{columns} * rows);
  std::vector<terminal::Grid::Line> lines(rows);
  std::vector<terminal::Cell> shown(cells.size());
  terminal::Terminal screen(cells, lines, columns);
  Memory memory(columns, rows);
  terminal::Painter painter(shown);
  painter.Paint(screen, memory, true);
  while (!text.empty()) {
    std::size_t count = std::min(piece, text.size());
    screen.Write(text.substr(0, count));
    text.remove_prefix(count);
    painter.Paint(screen, memory);
  }
  std::vector<terminal::Cell> piecewise = memory.cells;
  painter.Paint(screen, memory, true);
  if (!std::ranges::equal(piecewise, memory.cells, {}, &terminal::Cell::Bits, &terminal::Cell::Bits)) {
    std::abort();
  }
  return 0;
}
