#include <terminal/terminal.hpp>

#include <algorithm>
#include <rtl/display_width.hpp>

namespace terminal {
namespace {

// DEC's line drawing set, for '_' to '~' (VT100 user guide, table 3-9).
constexpr char32_t kLineDrawing[] = U" ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
static_assert(std::size(kLineDrawing) == '~' - '_' + 2);

constexpr bool Printable(char byte) { return byte >= 0x20 && byte < 0x7f; }

}  // namespace

Terminal::Terminal(std::span<Cell> cells, std::span<Grid::Line> lines, unsigned columns)
    : grid_(cells, lines, columns) {
  Reset();
}

void Terminal::Reset() {
  parser_ = {};
  decoder_ = {};
  SoftReset();
  cursor_ = {};
  last_ = 0;
  // A stop in every eighth column.
  tabs_.fill(0x0101'0101'0101'0101);
  grid_.FillRows(0, grid_.Rows(), Cell());
}

void Terminal::SoftReset() {
  Style plain;
  SetStyle(plain);
  cursor_.origin = false;
  cursor_.graphics = {};
  cursor_.set = 0;
  saved_ = {};
  top_ = 0;
  end_ = grid_.Rows();
  cursor_visible_ = true;
  auto_wrap_ = true;
  insert_ = false;
}

void Terminal::SetStyle(const Style &style) {
  cursor_.style = style;
  look_ = Cell::Look(style);
}

void Terminal::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (std::size_t run = WriteRun(bytes); run != 0) {
      bytes.remove_prefix(run);
      continue;
    }
    auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    switch (parser_.Feed(byte)) {
      case Parser::Action::kNone:
        break;
      case Parser::Action::kText:
        Text(byte);
        continue;
      case Parser::Action::kControl:
        Control(byte);
        break;
      case Parser::Action::kEscape:
        Escape();
        break;
      case Parser::Action::kSequence:
        Sequence();
        break;
    }
    // A control within a UTF-8 sequence ends it.
    if (decoder_.Abandon()) {
      Put(Utf8Decoder::kReplacement);
    }
  }
}

// The common case: ASCII that fits into the rest of the line.
std::size_t Terminal::WriteRun(std::string_view bytes) {
  if (!parser_.InText() || decoder_.Pending() || cursor_.wrap || insert_ || cursor_.graphics[cursor_.set]) {
    return 0;
  }
  std::size_t room = std::min<std::size_t>(bytes.size(), grid_.Columns() - cursor_.column);
  std::size_t count = 0;
  while (count < room && Printable(bytes[count])) {
    count += 1;
  }
  if (count == 0) {
    return 0;
  }
  unsigned end = cursor_.column + static_cast<unsigned>(count);
  SplitWide(cursor_.row, cursor_.column, end);
  std::span<Cell> cells = grid_.Change(cursor_.row, cursor_.column, end);
  for (std::size_t i = 0; i < count; i += 1) {
    cells[i] = Cell::WithLook(static_cast<unsigned char>(bytes[i]), look_);
  }
  last_ = static_cast<unsigned char>(bytes[count - 1]);
  cursor_.wrap = end == grid_.Columns();
  cursor_.column = cursor_.wrap ? end - 1 : end;
  return count;
}

void Terminal::Text(std::uint8_t byte) {
  Utf8Decoder::Step step = decoder_.Feed(byte);
  for (unsigned i = 0; i < step.count; i += 1) {
    Put(step.characters[i]);
  }
}

void Terminal::Put(char32_t character) {
  if (character >= 0x7f && character < 0xa0) {
    return;  // C1 controls have no picture, and as UTF-8 nobody means them
  }
  if (cursor_.graphics[cursor_.set] && character >= '_' && character <= '~') {
    character = kLineDrawing[character - '_'];
  }
  unsigned columns = grid_.Columns();
  unsigned width = std::min(rtl::DisplayWidth(character), columns);
  if (width == 0) {
    return;  // A cell holds one code point.
  }
  if (auto_wrap_ && (cursor_.wrap || cursor_.column + width > columns)) {
    cursor_.column = 0;
    LineFeed();
  }
  cursor_.column = std::min(cursor_.column, columns - width);
  cursor_.wrap = false;
  if (insert_) {
    grid_.Insert(cursor_.row, cursor_.column, width, Blank());
  }
  SplitWide(cursor_.row, cursor_.column, cursor_.column + width);
  if (width == 2) {
    grid_.Set(cursor_.row, cursor_.column, Cell::WithLook(character, look_, Part::kLeft));
    grid_.Set(cursor_.row, cursor_.column + 1, Cell::WithLook(character, look_, Part::kRight));
  } else {
    grid_.Set(cursor_.row, cursor_.column, Cell::WithLook(character, look_));
  }
  last_ = character;
  cursor_.column += width;
  if (cursor_.column == columns) {
    cursor_.column -= 1;
    cursor_.wrap = true;
  }
}

// Columns [first, end) are about to be overwritten: what is left of a wide character at either side becomes a blank.
void Terminal::SplitWide(unsigned row, unsigned first, unsigned end) {
  std::span<const Cell> line = grid_.Row(row);
  if (first != 0 && line[first].Half() == Part::kRight) {
    grid_.Set(row, first - 1, Blank());
  }
  if (end < line.size() && line[end].Half() == Part::kRight) {
    grid_.Set(row, end, Blank());
  }
}

void Terminal::Control(std::uint8_t byte) {
  switch (byte) {
    case '\b':
      cursor_.column -= cursor_.column != 0 ? 1 : 0;
      cursor_.wrap = false;
      return;
    case '\t':
      Tabulate(1, false);
      return;
    case '\n':
    case '\v':
    case '\f':
      LineFeed();
      return;
    case '\r':
      cursor_.column = 0;
      cursor_.wrap = false;
      return;
    case 0x0e:  // SO, SI
    case 0x0f:
      cursor_.set = byte == 0x0e ? 1 : 0;
      return;
    default:
      return;
  }
}

void Terminal::LineFeed() {
  cursor_.wrap = false;
  if (cursor_.row + 1 == end_) {
    grid_.ScrollUp(top_, end_, 1, Blank());
  } else if (cursor_.row + 1 < grid_.Rows()) {
    cursor_.row += 1;
  }
}

void Terminal::ReverseLineFeed() {
  cursor_.wrap = false;
  if (cursor_.row == top_) {
    grid_.ScrollDown(top_, end_, 1, Blank());
  } else if (cursor_.row != 0) {
    cursor_.row -= 1;
  }
}

void Terminal::Tabulate(unsigned count, bool back) {
  unsigned last = grid_.Columns() - 1;
  unsigned column = cursor_.column;
  for (; count != 0 && column != (back ? 0 : last); count -= 1) {
    do {
      column = back ? column - 1 : column + 1;
    } while (column != 0 && column != last && (tabs_[column / 64] >> column % 64 & 1) == 0);
  }
  cursor_.column = column;
  cursor_.wrap = false;
}

void Terminal::MoveTo(unsigned row, unsigned column) {
  unsigned first = cursor_.origin ? top_ : 0;
  unsigned end = cursor_.origin ? end_ : grid_.Rows();
  cursor_.row = std::min(first + row, end - 1);
  cursor_.column = std::min(column, grid_.Columns() - 1);
  cursor_.wrap = false;
}

// The margins stop a cursor that is between them.
void Terminal::MoveVertically(unsigned count, bool down) {
  cursor_.wrap = false;
  if (down) {
    unsigned last = cursor_.row < end_ ? end_ - 1 : grid_.Rows() - 1;
    cursor_.row = std::min(cursor_.row + count, last);
  } else {
    unsigned first = cursor_.row >= top_ ? top_ : 0;
    cursor_.row -= std::min(count, cursor_.row - first);
  }
}

}  // namespace terminal
