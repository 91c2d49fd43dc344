#pragma once
// The console's font: the table that tools/mkfont makes (its layout is described there).

#include <cstddef>
#include <cstdint>
#include <span>

namespace terminal {

class Font {
 public:
  constexpr Font() = default;
  // A malformed table gives a font without glyphs.
  explicit Font(std::span<const std::byte> table);

  unsigned Width() const { return width_; }
  unsigned Height() const { return height_; }
  bool Empty() const { return glyph_count_ == 0; }

  // The rows of the picture (one byte each, the leftmost pixel in bit 7); of a character that is not there the picture
  // of one that looks alike, or else that of U+FFFD. Never for an empty font.
  std::span<const std::byte> Glyph(char32_t character) const;
  bool Has(char32_t character) const;

 private:
  static constexpr unsigned kNone = ~0u;
  unsigned Find(char32_t character) const;

  std::span<const std::byte> ranges_;
  std::span<const std::byte> glyphs_;
  unsigned width_ = 0;
  unsigned height_ = 0;
  unsigned glyph_count_ = 0;
};

// The font that was linked in.
Font BuiltInFont();

// A character that may stand for one that a font or a code page does not have, or 0: quotes, dashes, arrows ...
char32_t LookAlike(char32_t character);

}  // namespace terminal
