#pragma once
// What the parts of lib/hive share among themselves.

#include <hive/hive.hpp>
#include <rtl/defer.hpp>

#include <algorithm>

namespace hive {

// Bytes that a name takes in its cell: one a unit when every unit fits one.
inline std::size_t StoredLength(std::u16string_view name) { return Compressible(name) ? name.size() : name.size() * 2; }

// Writes a name in its stored form.
inline void StoreName(std::byte *to, std::u16string_view name) {
  if (!Compressible(name)) {
    std::memcpy(to, name.data(), name.size() * 2);
    return;
  }
  for (char16_t unit : name) {
    *to++ = static_cast<std::byte>(unit);
  }
}

// The name that follows a value's head.
inline Name ValueName(const RegfValue &value) {
  return Name({reinterpret_cast<const std::byte *>(&value + 1), value.name_length},
              (value.flags & REGF_VALUE_COMP_NAME) != 0);
}

template <typename T>
void Maximise(T &most, std::size_t value) {
  most = static_cast<T>(std::max<std::size_t>(most, value));
}

}  // namespace hive
