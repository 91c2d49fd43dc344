// The wide string functions. Characters are UTF-16 units; _wcsicmp and its like fold ASCII letters only, as the "C"
// locale does.
#include "text.hpp"

using namespace ntcrt;

extern "C" {

Wide RtlUpcaseUnicodeChar(Wide character);
Wide RtlDowncaseUnicodeChar(Wide character);

size_t NTCRT(wcslen)(const Wide *text) { return Length(text); }
size_t NTCRT(wcsnlen)(const Wide *text, size_t limit) { return Length(text, limit); }
int NTCRT(wcscmp)(const Wide *left, const Wide *right) { return Compare(left, right, SIZE_MAX); }
int NTCRT(wcsncmp)(const Wide *left, const Wide *right, size_t limit) { return Compare(left, right, limit); }
int NTCRT(_wcsicmp)(const Wide *left, const Wide *right) { return CompareNoCase(left, right, SIZE_MAX); }
int NTCRT(_wcsnicmp)(const Wide *left, const Wide *right, size_t limit) { return CompareNoCase(left, right, limit); }
Wide *NTCRT(wcscpy)(Wide *to, const Wide *from) { return Copy(to, from); }
Wide *NTCRT(wcsncpy)(Wide *to, const Wide *from, size_t size) { return CopyPadded(to, from, size); }
Wide *NTCRT(wcscat)(Wide *to, const Wide *from) { return Append(to, from, SIZE_MAX); }
Wide *NTCRT(wcsncat)(Wide *to, const Wide *from, size_t limit) { return Append(to, from, limit); }
Wide *NTCRT(wcschr)(const Wide *text, Wide character) { return const_cast<Wide *>(Find(text, character)); }
Wide *NTCRT(wcsrchr)(const Wide *text, Wide character) { return const_cast<Wide *>(FindLast(text, character)); }
Wide *NTCRT(wcsstr)(const Wide *text, const Wide *part) { return const_cast<Wide *>(FindText(text, part)); }
size_t NTCRT(wcsspn)(const Wide *text, const Wide *set) { return Span(text, set, true); }
size_t NTCRT(wcscspn)(const Wide *text, const Wide *set) { return Span(text, set, false); }

Wide *NTCRT(wcspbrk)(const Wide *text, const Wide *set) {
  const Wide *const found = text + Span(text, set, false);
  return *found == 0 ? nullptr : const_cast<Wide *>(found);
}

Wide *NTCRT(wcstok_s)(Wide *text, const Wide *delimiters, Wide **context) { return Token(text, delimiters, context); }

int NTCRT(wcscpy_s)(Wide *to, size_t size, const Wide *from) { return CopyChecked(to, size, from, SIZE_MAX, false); }
int NTCRT(wcscat_s)(Wide *to, size_t size, const Wide *from) { return CopyChecked(to, size, from, SIZE_MAX, true); }
int NTCRT(wcsncpy_s)(Wide *to, size_t size, const Wide *from, size_t limit) {
  return CopyChecked(to, size, from, limit, false);
}
int NTCRT(wcsncat_s)(Wide *to, size_t size, const Wide *from, size_t limit) {
  return CopyChecked(to, size, from, limit, true);
}

Wide NTCRT(towupper)(Wide character) { return RtlUpcaseUnicodeChar(character); }
Wide NTCRT(towlower)(Wide character) { return RtlDowncaseUnicodeChar(character); }

Wide *NTCRT(_wcsupr)(Wide *text) {
  for (Wide *cursor = text; *cursor != 0; ++cursor) {
    *cursor = RtlUpcaseUnicodeChar(*cursor);
  }
  return text;
}

Wide *NTCRT(_wcslwr)(Wide *text) {
  for (Wide *cursor = text; *cursor != 0; ++cursor) {
    *cursor = RtlDowncaseUnicodeChar(*cursor);
  }
  return text;
}

}  // extern "C"
