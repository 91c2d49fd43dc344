// The narrow string functions that lib/crt does not have (it has mem*, strlen, strcmp, strncmp, strchr, strrchr,
// strpbrk, strstr).
#include "text.hpp"

using namespace ntcrt;

extern "C" {

char *NTCRT(strcpy)(char *to, const char *from) { return Copy(to, from); }
char *NTCRT(strncpy)(char *to, const char *from, size_t size) { return CopyPadded(to, from, size); }
char *NTCRT(strcat)(char *to, const char *from) { return Append(to, from, SIZE_MAX); }
char *NTCRT(strncat)(char *to, const char *from, size_t limit) { return Append(to, from, limit); }
size_t NTCRT(strnlen)(const char *text, size_t limit) { return Length(text, limit); }
size_t NTCRT(strspn)(const char *text, const char *set) { return Span(text, set, true); }
size_t NTCRT(strcspn)(const char *text, const char *set) { return Span(text, set, false); }
char *NTCRT(strtok_s)(char *text, const char *delimiters, char **context) { return Token(text, delimiters, context); }

int NTCRT(strcpy_s)(char *to, size_t size, const char *from) { return CopyChecked(to, size, from, SIZE_MAX, false); }
int NTCRT(strcat_s)(char *to, size_t size, const char *from) { return CopyChecked(to, size, from, SIZE_MAX, true); }
int NTCRT(strncpy_s)(char *to, size_t size, const char *from, size_t limit) {
  return CopyChecked(to, size, from, limit, false);
}
int NTCRT(strncat_s)(char *to, size_t size, const char *from, size_t limit) {
  return CopyChecked(to, size, from, limit, true);
}

int NTCRT(_stricmp)(const char *left, const char *right) { return CompareNoCase(left, right, SIZE_MAX); }
int NTCRT(_strcmpi)(const char *left, const char *right) { return CompareNoCase(left, right, SIZE_MAX); }
int NTCRT(_strnicmp)(const char *left, const char *right, size_t limit) { return CompareNoCase(left, right, limit); }

int NTCRT(_memicmp)(const void *left, const void *right, size_t size) {
  const auto *a = static_cast<const unsigned char *>(left);
  const auto *b = static_cast<const unsigned char *>(right);
  for (; size > 0; --size, ++a, ++b) {
    const int difference = ToLowerAscii(static_cast<int>(*a)) - ToLowerAscii(static_cast<int>(*b));
    if (difference != 0) {
      return difference;
    }
  }
  return 0;
}

void *NTCRT(_memccpy)(void *to, const void *from, int byte, size_t size) {
  auto *destination = static_cast<unsigned char *>(to);
  const auto *source = static_cast<const unsigned char *>(from);
  for (; size > 0; --size) {
    const unsigned char value = *source++;
    *destination++ = value;
    if (value == static_cast<unsigned char>(byte)) {
      return destination;
    }
  }
  return nullptr;
}

char *NTCRT(_strlwr)(char *text) {
  for (char *cursor = text; *cursor != 0; ++cursor) {
    *cursor = ToLowerAscii(*cursor);
  }
  return text;
}

char *NTCRT(_strupr)(char *text) {
  for (char *cursor = text; *cursor != 0; ++cursor) {
    *cursor = ToUpperAscii(*cursor);
  }
  return text;
}

}  // extern "C"
