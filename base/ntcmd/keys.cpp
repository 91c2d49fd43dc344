#include "keys.hpp"

namespace ntcmd {
namespace {

constexpr unsigned char kEscape = 0x1b;

std::optional<KeyPress> Pressed(Key key) { return KeyPress{key}; }

}  // namespace

std::optional<KeyPress> KeyDecoder::Next(char next) {
  const auto byte = static_cast<unsigned char>(next);
  const bool after_return = after_return_;
  after_return_ = false;
  switch (state_) {
    case State::kPlain:
      if (byte == '\n' && after_return) {
        return std::nullopt;
      }
      return Plain(byte);
    case State::kEscape:
      if (byte == '[' || byte == 'O') {
        state_ = byte == '[' ? State::kSequence : State::kSingleShift;
        parameter_ = 0;
        modified_ = false;
        return std::nullopt;
      }
      state_ = State::kPlain;  // a lone escape: the byte counts by itself
      return Plain(byte);
    case State::kSequence:
      return Sequence(byte);
    case State::kSingleShift:
      state_ = State::kPlain;
      return byte >= 0x40 ? Final(byte) : Plain(byte);
  }
  return std::nullopt;
}

std::optional<KeyPress> KeyDecoder::Plain(unsigned char byte) {
  if (byte >= 0x80) {
    return Utf8(byte);
  }
  missing_ = 0;
  switch (byte) {
    case kEscape:
      state_ = State::kEscape;
      return std::nullopt;
    case '\r':
      after_return_ = true;
      return Pressed(Key::kEnter);
    case '\n':
      return Pressed(Key::kEnter);
    case '\t':
      return Pressed(Key::kTab);
    case '\b':
    case 0x7f:
      return Pressed(Key::kBackspace);
    case 0x01:
      return Pressed(Key::kHome);
    case 0x03:
      return Pressed(Key::kInterrupt);
    case 0x05:
      return Pressed(Key::kEnd);
    case 0x0b:
      return Pressed(Key::kEraseToEnd);
    case 0x15:
      return Pressed(Key::kEraseToStart);
    case 0x17:
      return Pressed(Key::kEraseWord);
    default:
      return byte < 0x20 ? std::nullopt : std::optional(KeyPress{Key::kCharacter, byte});
  }
}

std::optional<KeyPress> KeyDecoder::Utf8(unsigned char byte) {
  if (byte < 0xc0) {
    if (missing_ == 0) {
      return std::nullopt;
    }
    partial_ = partial_ << 6 | (byte & 0x3fU);
    if (--missing_ != 0 || partial_ < smallest_ || partial_ > 0x10ffff || (partial_ >= 0xd800 && partial_ <= 0xdfff)) {
      return std::nullopt;
    }
    return KeyPress{Key::kCharacter, partial_};
  }
  missing_ = 0;
  if (byte >= 0xf5) {
    return std::nullopt;
  }
  missing_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
  smallest_ = byte >= 0xf0 ? 0x10000 : byte >= 0xe0 ? 0x800 : 0x80;
  partial_ = byte & (0x3fU >> missing_);
  return std::nullopt;
}

std::optional<KeyPress> KeyDecoder::Sequence(unsigned char byte) {
  if (byte >= '0' && byte <= '9') {
    if (!modified_ && parameter_ < 1000) {
      parameter_ = parameter_ * 10 + (byte - '0');
    }
    return std::nullopt;
  }
  if (byte == ';') {
    modified_ = true;
    return std::nullopt;
  }
  if (byte >= 0x20 && byte < 0x40) {
    return std::nullopt;  // other parameter and intermediate bytes of ECMA-48
  }
  state_ = State::kPlain;
  return byte < 0x20 || byte >= 0x7f ? Plain(byte) : Final(byte);
}

std::optional<KeyPress> KeyDecoder::Final(unsigned char byte) const {
  switch (byte) {
    case 'A':
      return Pressed(Key::kUp);
    case 'B':
      return Pressed(Key::kDown);
    case 'C':
      return Pressed(modified_ ? Key::kWordRight : Key::kRight);
    case 'D':
      return Pressed(modified_ ? Key::kWordLeft : Key::kLeft);
    case 'H':
      return Pressed(Key::kHome);
    case 'F':
      return Pressed(Key::kEnd);
    case '~':
      break;
    default:
      return std::nullopt;
  }
  switch (parameter_) {
    case 1:
    case 7:
      return Pressed(Key::kHome);
    case 4:
    case 8:
      return Pressed(Key::kEnd);
    case 2:
      return Pressed(Key::kInsert);
    case 3:
      return Pressed(Key::kDelete);
    default:
      return std::nullopt;
  }
}

}  // namespace ntcmd
