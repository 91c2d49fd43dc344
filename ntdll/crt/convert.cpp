// Text to number and number to text.
#include <type_traits>

#include "text.hpp"

using namespace ntcrt;

namespace {

struct Parsed {
  uint64_t magnitude;
  bool negative;
  bool overflow;
};

template <typename Char>
constexpr unsigned DigitOf(Char character) {
  const unsigned unit = ToLowerAscii(Unit(character));
  if (unit >= '0' && unit <= '9') {
    return unit - '0';
  }
  return unit >= 'a' && unit <= 'z' ? unit - 'a' + 10 : 99;
}

// The common part of strtol and its family. `*end` becomes `text` when there is no digit.
template <typename Char>
Parsed Parse(const Char *text, Char **end, int base) {
  Parsed result{};
  const Char *cursor = text;
  if (end != nullptr) {
    *end = const_cast<Char *>(text);
  }
  if (base < 0 || base == 1 || base > 36) {
    return result;
  }
  while (IsSpaceAscii(*cursor)) {
    ++cursor;
  }
  if (*cursor == '+' || *cursor == '-') {
    result.negative = *cursor++ == '-';
  }
  const bool hex = cursor[0] == '0' && ToLowerAscii(cursor[1]) == 'x' && DigitOf(cursor[2]) < 16;
  if (hex && (base == 0 || base == 16)) {
    base = 16;
    cursor += 2;
  } else if (base == 0) {
    base = cursor[0] == '0' ? 8 : 10;
  }
  const auto radix = static_cast<unsigned>(base);
  for (unsigned digit = 0; (digit = DigitOf(*cursor)) < radix; ++cursor) {
    if (__builtin_mul_overflow(result.magnitude, uint64_t{radix}, &result.magnitude) ||
        __builtin_add_overflow(result.magnitude, uint64_t{digit}, &result.magnitude)) {
      result.overflow = true;
    }
    if (end != nullptr) {
      *end = const_cast<Char *>(cursor + 1);
    }
  }
  return result;
}

template <typename Signed, typename Char>
Signed ParseSigned(const Char *text, Char **end, int base) {
  using Unsigned = std::conditional_t<sizeof(Signed) == 8, uint64_t, uint32_t>;
  const Parsed parsed = Parse(text, end, base);
  const uint64_t limit = (uint64_t{1} << (sizeof(Signed) * 8 - 1)) - (parsed.negative ? 0 : 1);
  const uint64_t magnitude = parsed.overflow || parsed.magnitude > limit ? limit : parsed.magnitude;
  return static_cast<Signed>(static_cast<Unsigned>(parsed.negative ? 0 - magnitude : magnitude));
}

template <typename Unsigned, typename Char>
Unsigned ParseUnsigned(const Char *text, Char **end, int base) {
  const Parsed parsed = Parse(text, end, base);
  const uint64_t limit = static_cast<Unsigned>(~Unsigned{0});
  if (parsed.overflow || parsed.magnitude > limit) {
    return static_cast<Unsigned>(limit);
  }
  return static_cast<Unsigned>(parsed.negative ? 0 - parsed.magnitude : parsed.magnitude);
}

template <typename Char>
Char *Print(uint64_t value, bool negative, Char *buffer, int radix) {
  Char *cursor = buffer;
  if (radix < 2 || radix > 36) {
    *cursor = 0;
    return buffer;
  }
  char digits[64];
  size_t count = 0;
  do {
    const auto digit = static_cast<unsigned>(value % static_cast<unsigned>(radix));
    digits[count++] = static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= static_cast<unsigned>(radix);
  } while (value != 0);
  if (negative) {
    *cursor++ = '-';
  }
  while (count > 0) {
    *cursor++ = static_cast<Char>(digits[--count]);
  }
  *cursor = 0;
  return buffer;
}

// Only decimal output is signed.
template <typename Unsigned, typename Signed, typename Char>
Char *PrintSigned(Signed value, Char *buffer, int radix) {
  const bool negative = radix == 10 && value < 0;
  const auto bits = static_cast<Unsigned>(value);
  return Print(uint64_t{negative ? static_cast<Unsigned>(0 - bits) : bits}, negative, buffer, radix);
}

}  // namespace

extern "C" {

Long NTCRT(strtol)(const char *text, char **end, int base) { return ParseSigned<Long>(text, end, base); }
UnsignedLong NTCRT(strtoul)(const char *text, char **end, int base) { return ParseUnsigned<uint32_t>(text, end, base); }
int64_t NTCRT(_strtoi64)(const char *text, char **end, int base) { return ParseSigned<int64_t>(text, end, base); }
uint64_t NTCRT(_strtoui64)(const char *text, char **end, int base) { return ParseUnsigned<uint64_t>(text, end, base); }
Long NTCRT(wcstol)(const Wide *text, Wide **end, int base) { return ParseSigned<Long>(text, end, base); }
UnsignedLong NTCRT(wcstoul)(const Wide *text, Wide **end, int base) { return ParseUnsigned<uint32_t>(text, end, base); }
int64_t NTCRT(_wcstoi64)(const Wide *text, Wide **end, int base) { return ParseSigned<int64_t>(text, end, base); }
uint64_t NTCRT(_wcstoui64)(const Wide *text, Wide **end, int base) { return ParseUnsigned<uint64_t>(text, end, base); }

int NTCRT(atoi)(const char *text) { return ParseSigned<Long>(text, static_cast<char **>(nullptr), 10); }
Long NTCRT(atol)(const char *text) { return ParseSigned<Long>(text, static_cast<char **>(nullptr), 10); }
int64_t NTCRT(_atoi64)(const char *text) { return ParseSigned<int64_t>(text, static_cast<char **>(nullptr), 10); }
int NTCRT(_wtoi)(const Wide *text) { return ParseSigned<Long>(text, static_cast<Wide **>(nullptr), 10); }
Long NTCRT(_wtol)(const Wide *text) { return ParseSigned<Long>(text, static_cast<Wide **>(nullptr), 10); }
int64_t NTCRT(_wtoi64)(const Wide *text) { return ParseSigned<int64_t>(text, static_cast<Wide **>(nullptr), 10); }

char *NTCRT(_itoa)(int value, char *buffer, int radix) { return PrintSigned<uint32_t>(value, buffer, radix); }
char *NTCRT(_ltoa)(Long value, char *buffer, int radix) { return PrintSigned<uint32_t>(value, buffer, radix); }
char *NTCRT(_ultoa)(UnsignedLong value, char *buffer, int radix) { return Print(value, false, buffer, radix); }
char *NTCRT(_i64toa)(int64_t value, char *buffer, int radix) { return PrintSigned<uint64_t>(value, buffer, radix); }
char *NTCRT(_ui64toa)(uint64_t value, char *buffer, int radix) { return Print(value, false, buffer, radix); }
Wide *NTCRT(_itow)(int value, Wide *buffer, int radix) { return PrintSigned<uint32_t>(value, buffer, radix); }
Wide *NTCRT(_ltow)(Long value, Wide *buffer, int radix) { return PrintSigned<uint32_t>(value, buffer, radix); }
Wide *NTCRT(_ultow)(UnsignedLong value, Wide *buffer, int radix) { return Print(value, false, buffer, radix); }
Wide *NTCRT(_i64tow)(int64_t value, Wide *buffer, int radix) { return PrintSigned<uint64_t>(value, buffer, radix); }
Wide *NTCRT(_ui64tow)(uint64_t value, Wide *buffer, int radix) { return Print(value, false, buffer, radix); }

int NTCRT(abs)(int value) { return value < 0 ? -value : value; }
Long NTCRT(labs)(Long value) { return value < 0 ? -value : value; }

}  // extern "C"
