#pragma once
// The security of keys that the system itself makes.

#include <array>
#include <cstddef>
#include <span>

namespace hive {
namespace detail {
// clang-format off
inline constexpr std::array<unsigned char, 124> kDefaultSecurity = {
    1, 0, 0x04, 0x80,                                        // revision 1; DACL present, self-relative
    20, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0,       // offsets of owner, group, no SACL, DACL
    1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0,      // S-1-5-32-544
    1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,                     // S-1-5-18
    2, 0, 76, 0, 3, 0, 0, 0,                                 // ACL, three entries, each allowed and inherited by sub-keys
    0, 2, 20, 0, 0x3F, 0, 0x0F, 0, 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0,                  // S-1-5-18: all
    0, 2, 24, 0, 0x3F, 0, 0x0F, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0,   // S-1-5-32-544: all
    0, 2, 24, 0, 0x19, 0, 0x02, 0, 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0,   // S-1-5-32-545: read
};
// clang-format on
}  // namespace detail

// A self-relative SECURITY_DESCRIPTOR as the roots of NT's hives have it: owner Administrators, group SYSTEM; full
// control for both, read for Users.
inline std::span<const std::byte> DefaultSecurity() { return std::as_bytes(std::span(detail::kDefaultSecurity)); }

}  // namespace hive
