#include <terminal/utf8.hpp>

namespace terminal {

bool Utf8Decoder::Abandon() {
  bool pending = Pending();
  missing_ = 0;
  lowest_ = 0x80;
  highest_ = 0xbf;
  return pending;
}

Utf8Decoder::Step Utf8Decoder::Feed(std::uint8_t byte) {
  Step step;
  auto give = [&](char32_t character) { step.characters[step.count++] = character; };
  if (missing_ != 0) {
    if (byte >= lowest_ && byte <= highest_) {
      partial_ = partial_ << 6 | (byte & 0x3f);
      lowest_ = 0x80;
      highest_ = 0xbf;
      missing_ -= 1;
      if (missing_ == 0) {
        give(partial_);
      }
      return step;
    }
    (void)Abandon();
    give(kReplacement);
  }
  if (byte < 0x80) {
    give(byte);
  } else if (byte < 0xc2 || byte > 0xf4) {
    // A continuation byte without a start, an overlong form, or beyond U+10FFFF.
    give(kReplacement);
  } else {
    missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    partial_ = static_cast<char32_t>(byte & (0x3f >> missing_));
    // Overlong forms, surrogates and what lies beyond U+10FFFF are seen at the second byte.
    lowest_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    highest_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
  }
  return step;
}

}  // namespace terminal
