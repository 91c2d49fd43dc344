// Character classes of the "C" locale: ASCII for the narrow functions; the wide ones also know the letters of Latin-1.
#include "crtp.hpp"

using namespace ntcrt;

namespace {

constexpr bool IsUpper(int c) { return c >= 'A' && c <= 'Z'; }
constexpr bool IsLower(int c) { return c >= 'a' && c <= 'z'; }
constexpr bool IsDigit(int c) { return c >= '0' && c <= '9'; }
constexpr bool IsAlpha(int c) { return IsUpper(c) || IsLower(c); }
constexpr bool IsHex(int c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
constexpr bool IsGraph(int c) { return c > ' ' && c < 0x7f; }

constexpr bool IsWideLower(int c) { return IsLower(c) || (c >= 0xdf && c <= 0xff && c != 0xf7); }
constexpr bool IsWideUpper(int c) { return IsUpper(c) || (c >= 0xc0 && c <= 0xde && c != 0xd7); }
constexpr bool IsWideAlpha(int c) { return IsWideLower(c) || IsWideUpper(c) || c == 0xaa || c == 0xb5 || c == 0xba; }
constexpr bool IsWideSpace(int c) { return IsSpaceAscii(c) || c == 0xa0; }
constexpr bool IsWideGraph(int c) { return IsGraph(c) || (c > 0xa0 && c <= 0xff); }

// The bits of iswctype's mask (<ctype.h>): _UPPER 1, _LOWER 2, _DIGIT 4, _SPACE 8, _PUNCT 0x10, _CONTROL 0x20, _BLANK
// 0x40, _HEX 0x80, _ALPHA 0x100.
constexpr int WideClass(int c) {
  const bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
  return (IsWideUpper(c) ? 0x01 : 0) | (IsWideLower(c) ? 0x02 : 0) | (IsDigit(c) ? 0x04 : 0) |
         (IsWideSpace(c) ? 0x08 : 0) | (IsWideGraph(c) && !IsDigit(c) && !IsWideAlpha(c) ? 0x10 : 0) |
         (control ? 0x20 : 0) | (c == ' ' || c == '\t' || c == 0xa0 ? 0x40 : 0) | (IsHex(c) ? 0x80 : 0) |
         (IsWideAlpha(c) ? 0x100 : 0);
}

}  // namespace

extern "C" {

int NTCRT(isalnum)(int c) { return IsAlpha(c) || IsDigit(c); }
int NTCRT(isalpha)(int c) { return IsAlpha(c); }
int NTCRT(iscntrl)(int c) { return (c >= 0 && c < 0x20) || c == 0x7f; }
int NTCRT(isdigit)(int c) { return IsDigit(c); }
int NTCRT(isgraph)(int c) { return IsGraph(c); }
int NTCRT(islower)(int c) { return IsLower(c); }
int NTCRT(isprint)(int c) { return c == ' ' || IsGraph(c); }
int NTCRT(ispunct)(int c) { return IsGraph(c) && !IsAlpha(c) && !IsDigit(c); }
int NTCRT(isspace)(int c) { return IsSpaceAscii(c); }
int NTCRT(isupper)(int c) { return IsUpper(c); }
int NTCRT(isxdigit)(int c) { return IsHex(c); }
int NTCRT(tolower)(int c) { return ToLowerAscii(c); }
int NTCRT(toupper)(int c) { return ToUpperAscii(c); }
int NTCRT(_tolower)(int c) { return c + ('a' - 'A'); }
int NTCRT(_toupper)(int c) { return c - ('a' - 'A'); }
int NTCRT(__isascii)(int c) { return c >= 0 && c < 0x80; }
int NTCRT(__toascii)(int c) { return c & 0x7f; }
int NTCRT(__iscsymf)(int c) { return IsAlpha(c) || c == '_'; }
int NTCRT(__iscsym)(int c) { return IsAlpha(c) || IsDigit(c) || c == '_'; }

int NTCRT(iswalnum)(Wide c) { return IsWideAlpha(c) || IsDigit(c); }
int NTCRT(iswalpha)(Wide c) { return IsWideAlpha(c); }
int NTCRT(iswascii)(Wide c) { return c < 0x80; }
int NTCRT(iswctype)(Wide c, unsigned short mask) { return WideClass(c) & mask; }
int NTCRT(iswdigit)(Wide c) { return IsDigit(c); }
int NTCRT(iswgraph)(Wide c) { return IsWideGraph(c); }
int NTCRT(iswlower)(Wide c) { return IsWideLower(c); }
int NTCRT(iswprint)(Wide c) { return c == ' ' || IsWideGraph(c); }
int NTCRT(iswspace)(Wide c) { return IsWideSpace(c); }
int NTCRT(iswupper)(Wide c) { return IsWideUpper(c); }
int NTCRT(iswxdigit)(Wide c) { return IsHex(c); }

}  // extern "C"
