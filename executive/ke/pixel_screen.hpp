#pragma once
// Cells on a linear framebuffer. Pictures of characters are made once in the framebuffer's own format and kept in a
// cache; drawing copies them, one line of pixels over a whole run of cells after the other, so that a write-combining
// memory gets full lines. Pure: it writes to memory it was given.

#include "framebuffer_info.hpp"

#include <terminal/font.hpp>
#include <terminal/painter.hpp>

#include <array>

namespace ke {

class PixelScreen final : public terminal::Display {
 public:
  // Characters whose pictures are kept. Of one colour those of ASCII do not drive each other out.
  static constexpr std::size_t kSlots = 128;
  struct Slot {
    std::uint32_t bits = 0;
    std::uint32_t batch = 0;  // the last one it was used in
    bool filled = false;
  };

  constexpr PixelScreen() = default;
  // `memory`: the framebuffer. `pictures`: CacheWords() words, `slots`: kSlots, all for the life of this.
  PixelScreen(const FramebufferInfo &info, std::byte *memory, const terminal::Font &font, std::span<Slot> slots,
              std::span<std::uint64_t> pictures);

  static std::size_t CacheWords(const FramebufferInfo &info, const terminal::Font &font) {
    return kSlots * font.Height() * info.bytes_per_pixel;
  }

  // Black, everywhere.
  void Clear();

  void Draw(unsigned row, unsigned column, std::span<const terminal::Cell> cells) override;
  bool PlaceCursor(unsigned, unsigned, bool) override { return false; }

 private:
  // A picture's line is eight pixels: as many words as a pixel has bytes.
  static_assert(sizeof(std::uint64_t) == 8);
  static constexpr std::size_t kBatch = 64;

  const std::uint64_t *Picture(terminal::Cell cell);
  void Make(terminal::Cell cell, std::uint64_t *picture) const;
  template <unsigned kWords>
  void Copy(std::byte *to, std::span<const std::uint64_t *const> pictures) const;

  std::byte *memory_ = nullptr;
  std::size_t pitch_ = 0;
  std::size_t size_ = 0;
  unsigned bytes_per_pixel_ = 0;
  std::array<std::uint32_t, 16> colours_ = {};
  terminal::Font font_;
  std::span<Slot> slots_;
  std::span<std::uint64_t> pictures_;
  std::uint32_t batch_ = 0;
};

}  // namespace ke
