// What escape and control sequences mean (xterm's ctlseqs names are in the comments).

#include <terminal/terminal.hpp>

#include <algorithm>

namespace terminal {

void Terminal::Erase(unsigned row, unsigned first, unsigned end) {
  SplitWide(row, first, end);
  grid_.Fill(row, first, end, Blank());
}

void Terminal::EraseDisplay(unsigned what) {
  unsigned rows = grid_.Rows();
  switch (what) {
    case 0:
      EraseLine(0);
      grid_.FillRows(cursor_.row + 1, rows, Blank());
      return;
    case 1:
      EraseLine(1);
      grid_.FillRows(0, cursor_.row, Blank());
      return;
    case 2:
      grid_.FillRows(0, rows, Blank());
      return;
    default:
      return;  // 3 is the lines that scrolled out: nobody keeps them
  }
}

void Terminal::EraseLine(unsigned what) {
  unsigned columns = grid_.Columns();
  if (what <= 2) {
    Erase(cursor_.row, what == 0 ? cursor_.column : 0, what == 1 ? cursor_.column + 1 : columns);
  }
}

void Terminal::Repeat(unsigned count) {
  if (last_ == 0) {
    return;
  }
  // last_ went through the character set already.
  auto graphics = cursor_.graphics;
  cursor_.graphics = {};
  for (char32_t character = last_; count != 0; count -= 1) {
    Put(character);
  }
  cursor_.graphics = graphics;
}

void Terminal::SetMargins() {
  unsigned rows = grid_.Rows();
  unsigned top = parser_.Parameter(0, 1);
  unsigned end = std::min(parser_.Parameter(1, rows), rows);
  if (top < end) {
    top_ = top - 1;
    end_ = end;
    MoveTo(0, 0);
  }
}

void Terminal::Escape() {
  char final = parser_.Final();
  switch (parser_.Intermediate()) {
    case 0:
      break;
    case '(':
    case ')':
      cursor_.graphics[parser_.Intermediate() == '(' ? 0 : 1] = final == '0';
      return;
    case '#':
      if (final == '8') {  // DECALN
        grid_.FillRows(0, grid_.Rows(), Cell(U'E', Style{}));
      }
      return;
    default:
      return;
  }
  switch (final) {
    case '7':  // DECSC
      saved_ = cursor_;
      return;
    case '8':  // DECRC
      cursor_ = saved_;
      SetStyle(cursor_.style);
      return;
    case 'E':  // NEL
      cursor_.column = 0;
      [[fallthrough]];
    case 'D':  // IND
      LineFeed();
      return;
    case 'H':  // HTS
      tabs_[cursor_.column / 64] |= std::uint64_t{1} << cursor_.column % 64;
      return;
    case 'M':  // RI
      ReverseLineFeed();
      return;
    case 'c':  // RIS
      Reset();
      return;
    default:
      return;
  }
}

void Terminal::Mode(bool on) {
  for (std::size_t i = 0; i < std::max<std::size_t>(parser_.Count(), 1); i += 1) {
    unsigned mode = parser_.Parameter(i, 0);
    if (parser_.Prefix() == 0) {
      insert_ = mode == 4 ? on : insert_;  // IRM
    } else if (parser_.Prefix() == '?') {
      switch (mode) {
        case 6:  // DECOM
          cursor_.origin = on;
          MoveTo(0, 0);
          break;
        case 7:  // DECAWM
          auto_wrap_ = on;
          break;
        case 25:  // DECTCEM
          cursor_visible_ = on;
          break;
        default:
          break;
      }
    }
  }
}

void Terminal::Sequence() {
  char final = parser_.Final();
  if (final == 'h' || final == 'l') {
    Mode(final == 'h');
    return;
  }
  if (parser_.Intermediate() == '!' && parser_.Prefix() == 0 && final == 'p') {  // DECSTR
    SoftReset();
    return;
  }
  if (parser_.Intermediate() != 0 || parser_.Prefix() != 0) {
    return;
  }
  unsigned row = cursor_.row;
  unsigned column = cursor_.column;
  // Addresses count from the top margin in origin mode.
  unsigned line = row - (cursor_.origin ? std::min(row, top_) : 0);
  switch (final) {
    case '@':  // ICH
      grid_.Insert(row, column, Count(), Blank());
      break;
    case 'A':  // CUU
      MoveVertically(Count(), false);
      return;
    case 'B':  // CUD, VPR
    case 'e':
      MoveVertically(Count(), true);
      return;
    case 'C':  // CUF, HPR
    case 'a':
      cursor_.column = std::min(column + Count(), grid_.Columns() - 1);
      break;
    case 'D':  // CUB
      cursor_.column -= std::min(column, Count());
      break;
    case 'E':  // CNL
      MoveVertically(Count(), true);
      cursor_.column = 0;
      return;
    case 'F':  // CPL
      MoveVertically(Count(), false);
      cursor_.column = 0;
      return;
    case 'G':  // CHA, HPA
    case '`':
      MoveTo(line, Count() - 1);
      return;
    case 'H':  // CUP, HVP
    case 'f':
      MoveTo(Count() - 1, parser_.Parameter(1, 1) - 1);
      return;
    case 'I':  // CHT
      Tabulate(Count(), false);
      return;
    case 'J':  // ED
      EraseDisplay(parser_.Parameter(0, 0));
      break;
    case 'K':  // EL
      EraseLine(parser_.Parameter(0, 0));
      break;
    case 'L':  // IL
    case 'M':  // DL
      if (row < top_ || row >= end_) {
        return;
      }
      if (final == 'L') {
        grid_.ScrollDown(row, end_, Count(), Blank());
      } else {
        grid_.ScrollUp(row, end_, Count(), Blank());
      }
      cursor_.column = 0;
      break;
    case 'P':  // DCH
      grid_.Delete(row, column, Count(), Blank());
      break;
    case 'S':  // SU
      grid_.ScrollUp(top_, end_, Count(), Blank());
      return;
    case 'T':  // SD
      grid_.ScrollDown(top_, end_, Count(), Blank());
      return;
    case 'X':  // ECH
      Erase(row, column, std::min(column + Count(), grid_.Columns()));
      break;
    case 'Z':  // CBT
      Tabulate(Count(), true);
      return;
    case 'b':  // REP
      Repeat(Count());
      return;
    case 'd':  // VPA
      MoveTo(Count() - 1, column);
      return;
    case 'g':  // TBC
      if (parser_.Parameter(0, 0) == 3) {
        tabs_.fill(0);
      } else if (parser_.Parameter(0, 0) == 0) {
        tabs_[column / 64] &= ~(std::uint64_t{1} << column % 64);
      }
      return;
    case 'm':  // SGR
      SelectStyle();
      return;
    case 'r':  // DECSTBM
      SetMargins();
      return;
    case 's':  // SCOSC
      saved_ = cursor_;
      return;
    case 'u':  // SCORC
      cursor_ = saved_;
      SetStyle(cursor_.style);
      return;
    default:
      return;
  }
  cursor_.wrap = false;
}

}  // namespace terminal
