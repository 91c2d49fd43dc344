#pragma once
// UTF-8 <-> UTF-16, code points and their width on a terminal. Lone surrogates pass through as three-byte sequences.

#include <nt/ntdef.h>

#include <native/string.hpp>
#include <optional>

namespace native {

inline constexpr char32_t kReplacement = 0xfffd;

// The code point at `position`, which moves behind it. A malformed byte counts as one U+FFFD.
char32_t DecodeUtf8(std::string_view text, std::size_t &position);

// Where the code point that ends before `position` begins.
std::size_t PreviousUtf8(std::string_view text, std::size_t position);

void AppendUtf8(String &text, char32_t code_point);
void AppendUtf8(String &text, const WCHAR *wide, std::size_t length);
String ToUtf8(const WCHAR *wide, std::size_t length);

// UTF-16 text that ends in a NUL which is not part of it.
class WideString {
 public:
  WideString() : units_(1, WCHAR{0}) {}
  explicit WideString(std::string_view utf8);
  const WCHAR *Data() const { return units_.data(); }
  WCHAR *Data() { return units_.data(); }
  std::size_t Size() const { return units_.size() - 1; }  // in UTF-16 units

  // The text as a UNICODE_STRING that points into this object; nothing when it has more than 32,766 units (with its
  // NUL 65,534 bytes, the most a UNICODE_STRING can hold).
  std::optional<UNICODE_STRING> Unicode();

 private:
  Vector<WCHAR> units_;
};

// Cells that a code point takes on a terminal: 0 (combining), 1 or 2 (East Asian wide, emoji).
unsigned DisplayWidth(char32_t code_point);
unsigned DisplayWidth(std::string_view text);

}  // namespace native
