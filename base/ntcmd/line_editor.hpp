#pragma once
// The line editor: bytes from the terminal in, bytes to the terminal out; it makes no calls. Lines are broken at
// kColumns cells with a line feed of our own, one short of 80, so that it does not matter whether a terminal wraps at
// its last column at once (VGA), with the next character (VT100), or later because it is wider.

#include <cstdint>

#include "history.hpp"
#include "keys.hpp"

namespace ntcmd {

class LineEditor {
 public:
  static constexpr std::size_t kColumns = 79;
  static constexpr std::size_t kLimit = 98304;  // bytes in a line: any NT path fits; more rings the bell

  enum class Event : std::uint8_t {
    kNone,       // all input taken, the line goes on
    kLine,       // Enter: Text() is the line
    kInterrupt,  // Ctrl+C: the line is given up
    kTab,        // the completion key
  };
  struct Progress {
    std::size_t consumed;
    Event event;
  };

  // Begins an empty line behind `prompt`. Output is appended to `out`.
  void Begin(std::string_view prompt, native::String &out);

  // Takes input up to the next event.
  Progress Feed(std::string_view input, native::String &out);

  std::string_view Text() const { return text_; }
  std::size_t Cursor() const { return cursor_; }  // in bytes

  // Replaces the bytes from `from` up to the cursor (file-name completion); the cursor stands behind the new ones.
  void ReplaceBeforeCursor(std::size_t from, std::string_view replacement, native::String &out);

 private:
  Event Apply(Key key, native::String &out);
  void ApplyCharacter(char32_t character, native::String &out);
  void FlushTyped(native::String &out);
  void Recall(std::optional<std::string_view> line, native::String &out);

  // Replaces `erase` bytes at the cursor and paints what changed; the cursor stands behind `insertion`.
  void Edit(std::size_t erase, std::string_view insertion, native::String &out);
  void EraseBackTo(std::size_t from, native::String &out);
  void MoveCursor(std::size_t offset, native::String &out);

  std::size_t Next(std::size_t offset) const;
  std::size_t Previous(std::size_t offset) const;
  std::size_t WordLeft() const;
  std::size_t WordRight() const;
  std::size_t CellAt(std::size_t offset) const;

  History history_;
  KeyDecoder decoder_;
  native::String text_;
  native::String typed_;  // characters of this Feed that are not yet in the text: they are painted in one go
  std::size_t cursor_ = 0;
  std::size_t prompt_cell_ = 0;  // cells are counted from where the prompt begins
  std::size_t cursor_cell_ = 0;
  std::size_t end_cell_ = 0;
  bool overwrite_ = false;
};

}  // namespace ntcmd
