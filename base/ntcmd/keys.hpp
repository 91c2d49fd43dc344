#pragma once
// Keys from the console's byte stream: UTF-8 characters, control bytes and VT sequences (xterm's and the VT220's).

#include <cstdint>
#include <optional>

namespace ntcmd {

enum class Key : std::uint8_t {
  kCharacter,
  kEnter,
  kTab,
  kInterrupt,  // Ctrl+C
  kBackspace,
  kDelete,
  kLeft,
  kRight,
  kWordLeft,
  kWordRight,
  kUp,
  kDown,
  kHome,
  kEnd,
  kInsert,
  kEraseToEnd,    // Ctrl+K
  kEraseToStart,  // Ctrl+U
  kEraseWord,     // Ctrl+W
};

struct KeyPress {
  Key key;
  char32_t character = 0;  // of kCharacter
};

// Takes the bytes one by one, in whatever pieces they arrive. Malformed UTF-8 and unknown sequences give no key.
class KeyDecoder {
 public:
  std::optional<KeyPress> Next(char byte);

 private:
  enum class State : std::uint8_t { kPlain, kEscape, kSequence, kSingleShift };

  std::optional<KeyPress> Plain(unsigned char byte);
  std::optional<KeyPress> Utf8(unsigned char byte);
  std::optional<KeyPress> Sequence(unsigned char byte);
  std::optional<KeyPress> Final(unsigned char byte) const;

  State state_ = State::kPlain;
  bool after_return_ = false;  // CR LF is one end of line
  bool modified_ = false;      // the sequence had a second parameter: Ctrl, Shift or Alt was down
  unsigned parameter_ = 0;
  char32_t partial_ = 0;
  char32_t smallest_ = 0;
  unsigned missing_ = 0;
};

}  // namespace ntcmd
