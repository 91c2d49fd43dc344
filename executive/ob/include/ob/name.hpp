#pragma once
// Names of objects: UTF-16 text, compared exactly or without regard to case (rtl::EqualNoCase).

#include <rtl/result.hpp>
#include <rtl/upcase.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace ob {

using NameView = std::u16string_view;

// Bytes in a UNICODE_STRING: no name is longer than this many characters.
inline constexpr std::size_t kMaximumNameLength = UNICODE_STRING_MAX_CHARS;

// Equal in the way that OBJ_CASE_INSENSITIVE (or its absence) asks for.
constexpr bool Equal(NameView a, NameView b, bool insensitive) { return insensitive ? rtl::EqualNoCase(a, b) : a == b; }

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
  // `length` characters for the caller to fill in by Text().
  static Result<Name> Allocate(std::size_t length);

  NameView View() const { return {text_, length_}; }
  std::span<char16_t> Text() { return {text_, length_}; }
  bool Empty() const { return length_ == 0; }

 private:
  char16_t *text_ = nullptr;
  std::size_t length_ = 0;
};

}  // namespace ob
