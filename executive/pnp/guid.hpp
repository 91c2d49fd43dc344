#pragma once
// GUIDs as text, the way that registry keys and link names have them.

#include <pnp/array.hpp>

#include <cstring>

namespace pnp {

// `{4d36e96b-e325-11ce-bfc1-08002be10318}`: always 38 characters.
struct GuidText {
  static constexpr std::size_t kLength = 38;
  char16_t units[kLength];
  std::u16string_view View() const { return {units, kLength}; }
};

inline GuidText ToText(const GUID &guid) {
  GuidText text{};
  std::size_t at = 0;
  const auto put = [&](char16_t unit) { text.units[at++] = unit; };
  const auto hex = [&](std::uint32_t value, unsigned digits) {
    for (unsigned i = digits; i-- > 0;) {
      put(u"0123456789abcdef"[value >> (4 * i) & 15]);
    }
  };
  put(u'{');
  hex(guid.Data1, 8);
  put(u'-');
  hex(guid.Data2, 4);
  put(u'-');
  hex(guid.Data3, 4);
  put(u'-');
  hex(guid.Data4[0], 2);
  hex(guid.Data4[1], 2);
  put(u'-');
  for (unsigned i = 2; i < 8; i += 1) {
    hex(guid.Data4[i], 2);
  }
  put(u'}');
  return text;
}

inline bool SameGuid(const GUID &a, const GUID &b) { return std::memcmp(&a, &b, sizeof(GUID)) == 0; }

}  // namespace pnp
