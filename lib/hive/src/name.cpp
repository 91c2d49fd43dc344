#include <hive/name.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>

namespace hive {
namespace {

template <typename A>
std::strong_ordering CompareUnits(const A &a, std::size_t a_length, const Name &b) {
  const std::size_t b_length = b.Length();
  const std::size_t common = std::min(a_length, b_length);
  for (std::size_t i = 0; i < common; i++) {
    const char16_t x = a[i];
    const char16_t y = b[i];
    if (x != y) {
      const auto order = rtl::Upcase(x) <=> rtl::Upcase(y);
      if (order != 0) {
        return order;
      }
    }
  }
  return a_length <=> b_length;
}

}  // namespace

void Name::CopyTo(std::span<std::byte> to) const {
  if (!compressed_) {
    std::memcpy(to.data(), stored_.data(), std::min(to.size(), stored_.size()));
    return;
  }
  const std::size_t count = std::min(to.size(), ByteLength());
  for (std::size_t i = 0; i < count; i++) {
    to[i] = i % 2 == 0 ? stored_[i / 2] : std::byte{0};
  }
}

std::strong_ordering Compare(std::u16string_view a, const Name &b) { return CompareUnits(a, a.size(), b); }
std::strong_ordering Compare(const Name &a, const Name &b) { return CompareUnits(a, a.Length(), b); }

bool Compressible(std::u16string_view name) {
  return std::all_of(name.begin(), name.end(), [](char16_t unit) { return unit < 0x100; });
}

std::uint32_t Hash(const Name &name) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < name.Length(); i++) {
    hash = hash * 37 + rtl::Upcase(name[i]);
  }
  return hash;
}

}  // namespace hive
