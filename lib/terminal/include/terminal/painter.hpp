#pragma once
// Brings a display up to date with a terminal: only cells that differ from what is shown are drawn.

#include <terminal/terminal.hpp>

namespace terminal {

// What shows cells.
class Display {
 public:
  // Draws cells that stand side by side in `row`, from `column` on.
  virtual void Draw(unsigned row, unsigned column, std::span<const Cell> cells) = 0;
  // Shows the cursor where it now is, or hides it. False when the display has none: then the painter draws one.
  virtual bool PlaceCursor(unsigned row, unsigned column, bool visible) = 0;

 protected:
  ~Display() = default;
};

class Painter {
 public:
  constexpr Painter() = default;
  // `shown` has as many cells as the terminal; what it says need not be true before the first Paint(true).
  constexpr explicit Painter(std::span<Cell> shown) : shown_(shown) {}

  // Draws what changed; `everything` when nobody knows what is shown.
  void Paint(Terminal &terminal, Display &display, bool everything = false);

 private:
  struct Cursor {
    unsigned row = 0;
    unsigned column = 0;
    bool visible = false;
    bool operator==(const Cursor &) const = default;
  };

  void PaintRow(const Terminal &terminal, Display &display, unsigned row, Grid::Extent extent, bool everything);

  std::span<Cell> shown_;
  Cursor cursor_;
  bool own_cursor_ = false;
};

}  // namespace terminal
