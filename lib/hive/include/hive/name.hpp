#pragma once
// Names of keys and values: stored as Latin-1 ("compressed") or UTF-16, compared without regard to case.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace hive {

// A name where it stands in its cell; valid until the hive is changed.
class Name {
 public:
  Name() = default;
  Name(std::span<const std::byte> stored, bool compressed) : stored_(stored), compressed_(compressed) {}

  // Length in UTF-16 units.
  std::size_t Length() const { return compressed_ ? stored_.size() : stored_.size() / 2; }
  std::size_t ByteLength() const { return Length() * 2; }
  char16_t operator[](std::size_t index) const {
    if (compressed_) {
      return static_cast<char16_t>(stored_[index]);
    }
    char16_t unit;
    std::memcpy(&unit, stored_.data() + index * 2, 2);
    return unit;
  }
  // Copies as many whole bytes of the UTF-16 form as fit.
  void CopyTo(std::span<std::byte> to) const;

 private:
  std::span<const std::byte> stored_;
  bool compressed_ = true;
};

// The order of sub-key lists: upper-cased units, then length.
std::strong_ordering Compare(std::u16string_view a, const Name &b);
std::strong_ordering Compare(const Name &a, const Name &b);

// Whether every unit of `name` fits one byte.
bool Compressible(std::u16string_view name);

// The hash in lh lists.
std::uint32_t Hash(const Name &name);

}  // namespace hive
