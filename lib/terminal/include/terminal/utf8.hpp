#pragma once
// UTF-8 byte by byte. Malformed input gives U+FFFD once for each maximal subpart (Unicode 15, section 3.9).

#include <cstdint>

namespace terminal {

class Utf8Decoder {
 public:
  static constexpr char32_t kReplacement = 0xfffd;

  struct Step {
    // Code points that this byte completed: none, the replacement for what stood before it, the byte's own, or both.
    char32_t characters[2] = {};
    unsigned count = 0;
  };
  Step Feed(std::uint8_t byte);
  // Whether a sequence has begun and not ended.
  bool Pending() const { return missing_ != 0; }
  // Forgets a sequence that has begun. True when there was one.
  bool Abandon();

 private:
  char32_t partial_ = 0;
  unsigned missing_ = 0;        // continuation bytes
  std::uint8_t lowest_ = 0x80;  // what the next byte may be
  std::uint8_t highest_ = 0xbf;
};

}  // namespace terminal
