#include "line_editor.hpp"

#include <native/format.hpp>
#include <native/utf.hpp>

namespace ntcmd {
namespace {

constexpr std::size_t kColumns = LineEditor::kColumns;
constexpr std::string_view kClearToEnd = "\x1b[J";
constexpr std::string_view kBell = "\a";

// The cell behind a character of `width` cells that is put at `cell`; a wide one does not straddle two rows.
std::size_t Advance(std::size_t cell, unsigned width) {
  if (cell % kColumns + width > kColumns) {
    cell += kColumns - cell % kColumns;
  }
  return cell + width;
}

// Writes text whose first character stands at `cell`, which becomes the cell behind its last one.
void Paint(std::string_view text, std::size_t &cell, native::String &out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const unsigned width = native::DisplayWidth(native::DecodeUtf8(text, at));
    const std::size_t next = Advance(cell, width);
    if (next - width != cell) {
      out.append("\x1b[K\n");
    }
    out.append(text.substr(begin, at - begin));
    cell = next;
    if (width != 0 && cell % kColumns == 0) {
      out.push_back('\n');
    }
  }
}

void MoveTerminal(std::size_t from, std::size_t to, native::String &out) {
  const std::size_t from_row = from / kColumns;
  const std::size_t to_row = to / kColumns;
  std::size_t column = from % kColumns;
  const std::size_t to_column = to % kColumns;
  if (from_row != to_row) {
    const bool up = to_row < from_row;
    native::Append(out, "\x1b[{}{}", up ? from_row - to_row : to_row - from_row, up ? 'A' : 'B');
  }
  if (to_column < column) {
    if (column - to_column <= 4) {
      out.append(column - to_column, '\b');
      return;
    }
    out.push_back('\r');
    column = 0;
  }
  if (to_column > column) {
    native::Append(out, "\x1b[{}C", to_column - column);
  }
}

}  // namespace

void LineEditor::Begin(std::string_view prompt, native::String &out) {
  text_.clear();
  typed_.clear();
  cursor_ = 0;
  std::size_t cell = 0;
  Paint(prompt, cell, out);
  prompt_cell_ = cursor_cell_ = end_cell_ = cell;
  history_.Rewind();
}

LineEditor::Progress LineEditor::Feed(std::string_view input, native::String &out) {
  for (std::size_t at = 0; at < input.size(); ++at) {
    const std::optional<KeyPress> press = decoder_.Next(input[at]);
    if (!press) {
      continue;
    }
    if (press->key == Key::kCharacter) {
      ApplyCharacter(press->character, out);
      continue;
    }
    FlushTyped(out);
    if (const Event event = Apply(press->key, out); event != Event::kNone) {
      return {at + 1, event};
    }
  }
  FlushTyped(out);
  return {input.size(), Event::kNone};
}

void LineEditor::ApplyCharacter(char32_t character, native::String &out) {
  if (text_.size() + typed_.size() + 4 > kLimit) {
    out.append(kBell);
    return;
  }
  native::AppendUtf8(typed_, character);
  if (overwrite_) {
    const native::String one = std::move(typed_);
    typed_.clear();
    Edit(cursor_ < text_.size() ? Next(cursor_) - cursor_ : 0, one, out);
  }
}

void LineEditor::FlushTyped(native::String &out) {
  if (!typed_.empty()) {
    const native::String typed = std::move(typed_);
    typed_.clear();
    Edit(0, typed, out);
  }
}

LineEditor::Event LineEditor::Apply(Key key, native::String &out) {
  switch (key) {
    case Key::kCharacter:
      break;
    case Key::kEnter:
    case Key::kInterrupt: {
      MoveCursor(text_.size(), out);
      if (key == Key::kInterrupt) {
        Edit(0, "^C", out);
      }
      // At the start of a row the line feed is out already.
      if (end_cell_ == 0 || end_cell_ % kColumns != 0) {
        out.push_back('\n');
      }
      if (key == Key::kInterrupt) {
        text_.clear();
        return Event::kInterrupt;
      }
      history_.Add(text_);
      return Event::kLine;
    }
    case Key::kTab:
      return Event::kTab;
    case Key::kBackspace:
      EraseBackTo(Previous(cursor_), out);
      break;
    case Key::kDelete:
      Edit(Next(cursor_) - cursor_, {}, out);
      break;
    case Key::kLeft:
      MoveCursor(Previous(cursor_), out);
      break;
    case Key::kRight:
      MoveCursor(Next(cursor_), out);
      break;
    case Key::kWordLeft:
      MoveCursor(WordLeft(), out);
      break;
    case Key::kWordRight:
      MoveCursor(WordRight(), out);
      break;
    case Key::kUp:
      Recall(history_.Older(text_), out);
      break;
    case Key::kDown:
      Recall(history_.Newer(), out);
      break;
    case Key::kHome:
      MoveCursor(0, out);
      break;
    case Key::kEnd:
      MoveCursor(text_.size(), out);
      break;
    case Key::kInsert:
      overwrite_ = !overwrite_;
      break;
    case Key::kEraseToEnd:
      Edit(text_.size() - cursor_, {}, out);
      break;
    case Key::kEraseToStart:
      EraseBackTo(0, out);
      break;
    case Key::kEraseWord:
      EraseBackTo(WordLeft(), out);
      break;
  }
  return Event::kNone;
}

void LineEditor::Recall(std::optional<std::string_view> line, native::String &out) {
  if (!line) {
    return;
  }
  const native::String copy(*line);
  MoveCursor(0, out);
  Edit(text_.size(), copy, out);
}

void LineEditor::ReplaceBeforeCursor(std::size_t from, std::string_view replacement, native::String &out) {
  const std::size_t erase = cursor_ - from;
  MoveCursor(from, out);
  Edit(erase, replacement, out);
}

void LineEditor::EraseBackTo(std::size_t from, native::String &out) { ReplaceBeforeCursor(from, {}, out); }

void LineEditor::Edit(std::size_t erase, std::string_view insertion, native::String &out) {
  if (erase == 0 && insertion.empty()) {
    return;
  }
  const std::size_t old_end = end_cell_;
  text_.replace(cursor_, erase, insertion.data(), insertion.size());
  cursor_ += insertion.size();
  std::size_t cell = cursor_cell_;
  Paint(insertion, cell, out);
  cursor_cell_ = cell;
  Paint(std::string_view(text_).substr(cursor_), cell, out);
  end_cell_ = cell;
  if (end_cell_ < old_end) {
    out.append(kClearToEnd);
  }
  MoveTerminal(end_cell_, cursor_cell_, out);
}

void LineEditor::MoveCursor(std::size_t offset, native::String &out) {
  if (offset != cursor_) {
    const std::size_t cell = CellAt(offset);
    MoveTerminal(cursor_cell_, cell, out);
    cursor_ = offset;
    cursor_cell_ = cell;
  }
}

std::size_t LineEditor::Next(std::size_t offset) const {
  if (offset < text_.size()) {
    native::DecodeUtf8(text_, offset);
  }
  return offset;
}

std::size_t LineEditor::Previous(std::size_t offset) const { return native::PreviousUtf8(text_, offset); }

std::size_t LineEditor::WordLeft() const {
  std::size_t offset = cursor_;
  while (offset > 0 && text_[offset - 1] == ' ') {
    --offset;
  }
  while (offset > 0 && text_[offset - 1] != ' ') {
    --offset;
  }
  return offset;
}

std::size_t LineEditor::WordRight() const {
  std::size_t offset = cursor_;
  while (offset < text_.size() && text_[offset] != ' ') {
    ++offset;
  }
  while (offset < text_.size() && text_[offset] == ' ') {
    ++offset;
  }
  return offset;
}

std::size_t LineEditor::CellAt(std::size_t offset) const {
  // Forwards from the nearest known place: the cursor, or the start of the line.
  const bool ahead = offset >= cursor_;
  std::size_t at = ahead ? cursor_ : 0;
  std::size_t cell = ahead ? cursor_cell_ : prompt_cell_;
  while (at < offset) {
    cell = Advance(cell, native::DisplayWidth(native::DecodeUtf8(text_, at)));
  }
  return cell;
}

}  // namespace ntcmd
