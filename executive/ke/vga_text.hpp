#pragma once
// Cells on the text mode of a VGA: code page 437, sixteen colours in front, eight behind, a cursor of its own.

#include <ke/ports.hpp>

#include <terminal/painter.hpp>

namespace ke {

class VgaText final : public terminal::Display {
 public:
  static constexpr unsigned kColumns = 80;
  static constexpr unsigned kRows = 25;
  static constexpr std::uint64_t kMemory = 0xb'8000;

  constexpr VgaText() = default;
  // `cells`: the text memory.
  explicit VgaText(volatile std::uint16_t *cells) : cells_(cells) {}
  // Takes the registers of the cursor. Without them it stays where it is.
  void ClaimCursor();

  void Draw(unsigned row, unsigned column, std::span<const terminal::Cell> cells) override;
  bool PlaceCursor(unsigned row, unsigned column, bool visible) override;

 private:
  volatile std::uint16_t *cells_ = nullptr;
  Ports registers_;
  bool hidden_ = false;
};

}  // namespace ke
