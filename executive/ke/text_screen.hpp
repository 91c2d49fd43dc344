#pragma once
// A terminal on a grid of VGA text cells: UTF-8 and the VT sequences that programs use (ECMA-48: cursor movement,
// erasing, colours). Pure: it writes cells and remembers the cursor; what shows them is somebody else's.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ke {

class TextScreen {
 public:
  static constexpr unsigned kColumns = 80;
  static constexpr unsigned kRows = 25;

  constexpr TextScreen() = default;
  // `cells`: kRows * kColumns words, character in the low byte, attribute in the high one.
  explicit TextScreen(volatile std::uint16_t *cells) : cells_(cells) {}

  void Write(std::string_view bytes);
  void Clear();
  unsigned Row() const { return row_; }
  unsigned Column() const { return column_; }

 private:
  enum class State : std::uint8_t { kText, kEscape, kSequence };
  static constexpr std::size_t kParameters = 8;

  void Put(char byte);
  void PutCharacter(char32_t character);
  void Decode(unsigned char byte);
  void Sequence(char final);
  void Colours();
  void Erase(unsigned from, unsigned to);
  void LineFeed();
  unsigned Parameter(std::size_t index, unsigned fallback) const;

  volatile std::uint16_t *cells_ = nullptr;
  unsigned row_ = 0;
  unsigned column_ = 0;
  bool wrap_ = false;  // the last column was written: the next character goes to the next line
  std::uint8_t attribute_ = 0x07;
  State state_ = State::kText;
  unsigned parameters_[kParameters] = {};
  std::size_t parameter_count_ = 0;
  char32_t partial_ = 0;  // UTF-8 sequence under way
  unsigned pending_ = 0;
};

}  // namespace ke
