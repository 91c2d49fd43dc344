#include "pixel_screen.hpp"

#include <terminal/palette.hpp>

#include <algorithm>
#include <cstring>

namespace ke {
namespace {

std::uint32_t InChannel(std::uint8_t value, Channel channel) {
  std::uint32_t wide = value * 0x101u;  // the same share of 16 bits
  return wide >> (16 - channel.size) << channel.position;
}

// One store, wherever it goes.
void Store(std::byte *to, std::uint64_t word) { std::memcpy(to, &word, sizeof(word)); }

}  // namespace

PixelScreen::PixelScreen(const FramebufferInfo &info, std::byte *memory, const terminal::Font &font,
                         std::span<Slot> slots, std::span<std::uint64_t> pictures)
    : memory_(memory),
      pitch_(info.pitch),
      size_(info.Size()),
      bytes_per_pixel_(info.bytes_per_pixel),
      font_(font),
      slots_(slots),
      pictures_(pictures) {
  for (std::size_t i = 0; i < colours_.size(); i += 1) {
    const terminal::Colour &colour = terminal::kPalette[i];
    colours_[i] =
        InChannel(colour.red, info.red) | InChannel(colour.green, info.green) | InChannel(colour.blue, info.blue);
  }
}

void PixelScreen::Clear() {
  std::size_t offset = 0;
  for (; offset + 64 <= size_; offset += 64) {
    for (std::size_t i = 0; i < 64; i += 8) {
      Store(memory_ + offset + i, 0);
    }
  }
  std::fill(memory_ + offset, memory_ + size_, std::byte{0});
}

void PixelScreen::Make(terminal::Cell cell, std::uint64_t *picture) const {
  std::span<const std::byte> rows = font_.Glyph(cell.Half() == terminal::Part::kRight ? U' ' : cell.Character());
  std::uint32_t colours[2] = {colours_[cell.Background()], colours_[cell.Foreground()]};
  unsigned bits = 8 * bytes_per_pixel_;
  std::size_t underline = cell.Underline() ? rows.size() - 2 : rows.size();
  for (std::size_t row = 0; row < rows.size(); row += 1) {
    auto pattern = row == underline ? 0xffu : std::to_integer<unsigned>(rows[row]);
    for (unsigned x = 0; x < 8; x += 1) {
      std::uint64_t pixel = colours[pattern >> (7 - x) & 1];
      unsigned at = x * bits;
      picture[at / 64] = (at % 64 == 0 ? 0 : picture[at / 64]) | pixel << at % 64;
      if (at % 64 + bits > 64) {
        picture[at / 64 + 1] = pixel >> (64 - at % 64);
      }
    }
    picture += bytes_per_pixel_;
  }
}

// The picture of a cell, or nullptr when its slot holds another one that this batch still needs.
const std::uint64_t *PixelScreen::Picture(terminal::Cell cell) {
  std::size_t index = (cell.Character() + cell.Foreground() * 37 + cell.Background() * 89) % kSlots;
  Slot &slot = slots_[index];
  std::uint64_t *picture = &pictures_[index * font_.Height() * bytes_per_pixel_];
  if (!slot.filled || slot.bits != cell.Bits()) {
    if (slot.filled && slot.batch == batch_) {
      return nullptr;
    }
    Make(cell, picture);
    slot.filled = true;
    slot.bits = cell.Bits();
  }
  slot.batch = batch_;
  return picture;
}

template <unsigned kWords>
void PixelScreen::Copy(std::byte *to, std::span<const std::uint64_t *const> pictures) const {
  std::size_t words = std::size_t{font_.Height()} * kWords;
  for (std::size_t line = 0; line < words; line += kWords) {
    std::byte *at = to;
    for (const std::uint64_t *picture : pictures) {
#pragma clang loop unroll(full)
      for (unsigned i = 0; i < kWords; i += 1) {
        Store(at + 8 * i, picture[line + i]);
      }
      at += 8 * kWords;
    }
    to += pitch_;
  }
}

void PixelScreen::Draw(unsigned row, unsigned column, std::span<const terminal::Cell> cells) {
  std::size_t width = std::size_t{8} * bytes_per_pixel_;
  std::byte *to = memory_ + std::size_t{row} * font_.Height() * pitch_ + column * width;
  while (!cells.empty()) {
    std::array<const std::uint64_t *, kBatch> pictures;
    std::size_t count = 0;
    batch_ += 1;
    while (count < std::min(cells.size(), kBatch)) {
      const std::uint64_t *picture = Picture(cells[count]);
      if (picture == nullptr) {
        break;
      }
      pictures[count] = picture;
      count += 1;
    }
    std::span<const std::uint64_t *const> drawn(pictures.data(), count);
    switch (bytes_per_pixel_) {
      case 2:
        Copy<2>(to, drawn);
        break;
      case 3:
        Copy<3>(to, drawn);
        break;
      default:
        Copy<4>(to, drawn);
        break;
    }
    to += count * width;
    cells = cells.subspan(count);
  }
}

}  // namespace ke
