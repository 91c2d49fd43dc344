// A keyboard layout: which character a key gives.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "keymap/format.hpp"

namespace keymap {

/// A view of a layout table, checked once. The bytes belong to the caller and must outlive it.
class Layout {
 public:
  /// nullopt: not a layout, another version, cut off, or out of order.
  static std::optional<Layout> Parse(std::span<const std::byte> data);

  /// The key's record, if the layout has one.
  std::optional<KeyRecord> Find(uint8_t code, bool extended) const;

  /// The character that accent and base make together; 0 if none.
  char16_t Compose(char16_t accent, char16_t base) const;

  bool HasAltGr() const { return (header_.flags & kHasAltGr) != 0; }

 private:
  Layout(const Header &header, std::span<const std::byte> keys, std::span<const std::byte> compositions)
      : header_(header), keys_(keys), compositions_(compositions) {}

  Header header_;
  std::span<const std::byte> keys_;
  std::span<const std::byte> compositions_;
};

}  // namespace keymap
