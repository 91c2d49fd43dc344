#pragma once
// Names of objects: UTF-16 text, compared exactly or by upcased characters.

#include <rtl/result.hpp>

#include <compare>
#include <cstddef>
#include <string_view>

namespace ob {

using NameView = std::u16string_view;

// Bytes in a UNICODE_STRING: no name is longer than this many characters.
inline constexpr std::size_t kMaximumNameLength = UNICODE_STRING_MAX_CHARS;

// The character that stands for `c` in comparisons without case: one code unit, no locale. It is Unicode's simple
// upper case where that maps back to `c` (so that dotless i, long s and micro stay themselves, as in NT's table).
char16_t Upcase(char16_t c);

// Orders by upcased characters.
std::strong_ordering CompareInsensitive(NameView a, NameView b);
bool EqualInsensitive(NameView a, NameView b);
// Equal in the way that OBJ_CASE_INSENSITIVE (or its absence) asks for.
inline bool Equal(NameView a, NameView b, bool insensitive) { return insensitive ? EqualInsensitive(a, b) : a == b; }

// Owned text; empty by default. Its characters do not move when the Name does.
class Name {
 public:
  Name() = default;
  Name(Name &&other) noexcept;
  Name &operator=(Name &&other) noexcept;
  ~Name();

  // A copy of `text`. STATUS_INSUFFICIENT_RESOURCES, STATUS_OBJECT_NAME_INVALID when it is too long.
  static Result<Name> Create(NameView text) { return Join(text, {}); }
  // The two texts, one after the other.
  static Result<Name> Join(NameView first, NameView second);

  NameView View() const { return {text_, length_}; }
  bool Empty() const { return length_ == 0; }

 private:
  char16_t *text_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace ob
