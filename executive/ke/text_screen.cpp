#include "text_screen.hpp"

#include <algorithm>
#include <array>

namespace ke {
namespace {

// Characters outside ASCII that code page 437 has and that programs like to show.
struct Glyph {
  char32_t character;
  std::uint8_t code;
};
constexpr Glyph kGlyphs[] = {
    {U'ä', 0x84}, {U'ö', 0x94}, {U'ü', 0x81}, {U'Ä', 0x8e}, {U'Ö', 0x99}, {U'Ü', 0x9a}, {U'ß', 0xe1}, {U'é', 0x82},
    {U'è', 0x8a}, {U'à', 0x85}, {U'ç', 0x87}, {U'ñ', 0xa4}, {U'ê', 0x88}, {U'â', 0x83}, {U'î', 0x8c}, {U'ô', 0x93},
    {U'û', 0x96}, {U'å', 0x86}, {U'─', 0xc4}, {U'│', 0xb3}, {U'┌', 0xda}, {U'┐', 0xbf}, {U'└', 0xc0}, {U'┘', 0xd9},
    {U'├', 0xc3}, {U'┤', 0xb4}, {U'┬', 0xc2}, {U'┴', 0xc1}, {U'┼', 0xc5}, {U'°', 0xf8}, {U'±', 0xf1}, {U'µ', 0xe6},
    {U'·', 0xfa}, {U'█', 0xdb}, {U'£', 0x9c}, {U'¥', 0x9d},
};

std::uint8_t CodeOf(char32_t character) {
  if (character < 0x7f) {
    return static_cast<std::uint8_t>(character);
  }
  for (const Glyph &glyph : kGlyphs) {
    if (glyph.character == character) {
      return glyph.code;
    }
  }
  return '?';
}

// SGR colours count red, green, blue from bit 0 up; VGA counts blue, green, red.
constexpr std::array<std::uint8_t, 8> kColours = {0, 4, 2, 6, 1, 5, 3, 7};

}  // namespace

void TextScreen::Write(std::string_view bytes) {
  for (char byte : bytes) {
    Put(byte);
  }
}

void TextScreen::Clear() {
  Erase(0, kRows * kColumns);
  row_ = 0;
  column_ = 0;
  wrap_ = false;
}

void TextScreen::Erase(unsigned from, unsigned to) {
  for (unsigned i = from; i < to; i += 1) {
    cells_[i] = static_cast<std::uint16_t>(attribute_ << 8 | ' ');
  }
}

void TextScreen::LineFeed() {
  wrap_ = false;
  if (row_ + 1 < kRows) {
    row_ += 1;
    return;
  }
  for (unsigned i = 0; i < (kRows - 1) * kColumns; i += 1) {
    cells_[i] = cells_[i + kColumns];
  }
  Erase((kRows - 1) * kColumns, kRows * kColumns);
}

void TextScreen::PutCharacter(char32_t character) {
  if (wrap_) {
    column_ = 0;
    LineFeed();
  }
  cells_[row_ * kColumns + column_] = static_cast<std::uint16_t>(attribute_ << 8 | CodeOf(character));
  if (column_ + 1 < kColumns) {
    column_ += 1;
  } else {
    wrap_ = true;
  }
}

void TextScreen::Decode(unsigned char byte) {
  if (byte < 0x80) {
    pending_ = 0;
    PutCharacter(byte);
  } else if (byte < 0xc0) {
    partial_ = partial_ << 6 | (byte & 0x3f);
    if (pending_ != 0 && --pending_ == 0) {
      PutCharacter(partial_);
    }
  } else {
    pending_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    partial_ = static_cast<char32_t>(byte & (0x3f >> pending_));
  }
}

void TextScreen::Put(char byte) {
  switch (state_) {
    case State::kEscape:
      state_ = byte == '[' ? State::kSequence : State::kText;
      std::ranges::fill(parameters_, 0);
      parameter_count_ = 0;
      return;
    case State::kSequence:
      if (byte >= '0' && byte <= '9') {
        unsigned &parameter = parameters_[std::min(parameter_count_, kParameters - 1)];
        parameter = std::min(parameter * 10 + static_cast<unsigned>(byte - '0'), 9999u);
      } else if (byte == ';') {
        parameter_count_ += 1;
      } else if (byte >= 0x40) {
        state_ = State::kText;
        Sequence(byte);
      }
      return;
    case State::kText:
      break;
  }
  switch (byte) {
    case '\x1b':
      state_ = State::kEscape;
      return;
    case '\n':
      LineFeed();
      return;
    case '\r':
      column_ = 0;
      wrap_ = false;
      return;
    case '\b':
      column_ -= column_ != 0 ? 1 : 0;
      wrap_ = false;
      return;
    case '\t':
      column_ = std::min((column_ | 7) + 1, kColumns - 1);
      return;
    default:
      if (static_cast<unsigned char>(byte) >= 0x20) {
        Decode(static_cast<unsigned char>(byte));
      }
  }
}

unsigned TextScreen::Parameter(std::size_t index, unsigned fallback) const {
  return parameters_[index] == 0 ? fallback : parameters_[index];
}

void TextScreen::Colours() {
  for (std::size_t i = 0; i <= std::min(parameter_count_, kParameters - 1); i += 1) {
    unsigned value = parameters_[i];
    if (value == 0) {
      attribute_ = 0x07;
    } else if (value == 1) {
      attribute_ |= 0x08;
    } else if (value == 7) {
      attribute_ = static_cast<std::uint8_t>((attribute_ & 0x88) | (attribute_ & 7) << 4 | (attribute_ >> 4 & 7));
    } else if (value >= 30 && value <= 37) {
      attribute_ = static_cast<std::uint8_t>((attribute_ & 0xf8) | kColours[value - 30]);
    } else if (value >= 40 && value <= 47) {
      attribute_ = static_cast<std::uint8_t>((attribute_ & 0x8f) | kColours[value - 40] << 4);
    }
  }
}

void TextScreen::Sequence(char final) {
  unsigned here = row_ * kColumns + column_;
  unsigned line = row_ * kColumns;
  wrap_ = false;
  switch (final) {
    case 'A':
      row_ -= std::min(row_, Parameter(0, 1));
      return;
    case 'B':
      row_ = std::min(row_ + Parameter(0, 1), kRows - 1);
      return;
    case 'C':
      column_ = std::min(column_ + Parameter(0, 1), kColumns - 1);
      return;
    case 'D':
      column_ -= std::min(column_, Parameter(0, 1));
      return;
    case 'G':
      column_ = std::min(Parameter(0, 1), kColumns) - 1;
      return;
    case 'H':
    case 'f':
      row_ = std::min(Parameter(0, 1), kRows) - 1;
      column_ = std::min(Parameter(1, 1), kColumns) - 1;
      return;
    case 'J':
      Erase(parameters_[0] == 0 ? here : 0, parameters_[0] == 1 ? here + 1 : kRows * kColumns);
      return;
    case 'K':
      Erase(parameters_[0] == 0 ? here : line, parameters_[0] == 1 ? here + 1 : line + kColumns);
      return;
    case 'm':
      Colours();
      return;
    default:
      return;
  }
}

}  // namespace ke
