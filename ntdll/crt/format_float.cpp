// %e %f %g %a, exact: the double is turned into its full decimal expansion (at most 767 digits), then rounded once,
// half to even.
#include <bit>

#include "format.hpp"

namespace ntcrt {

namespace {

constexpr uint32_t kBase = 1'000'000'000;
constexpr size_t kLimbs = 90;  // 5^1074 * 2^53 has 767 digits

/// value = 0.d0 d1 d2 ... * 10^point
struct Decimal {
  char digits[kLimbs * 9 + 1];
  int count = 0;
  int point = 0;

  int At(int index) const { return index >= 0 && index < count ? digits[index] - '0' : 0; }
};

struct Bignum {
  uint32_t limbs[kLimbs];  // little endian, base 10^9
  size_t count;

  void Multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (size_t i = 0; i < count; ++i) {
      carry += uint64_t{limbs[i]} * factor;
      limbs[i] = static_cast<uint32_t>(carry % kBase);
      carry /= kBase;
    }
    if (carry != 0) {
      limbs[count++] = static_cast<uint32_t>(carry);
    }
  }
};

struct Binary {
  uint64_t mantissa;
  int exponent;  // value = mantissa * 2^exponent
};

Binary Split(double value) {
  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const auto biased = static_cast<int>(bits >> 52 & 0x7ff);
  const uint64_t fraction = bits & 0xf'ffff'ffff'ffff;
  return biased == 0 ? Binary{fraction, -1074} : Binary{fraction | uint64_t{1} << 52, biased - 1075};
}

void Expand(double value, Decimal &out) {
  const Binary binary = Split(value);
  if (binary.mantissa == 0) {
    return;
  }
  Bignum number{};
  for (uint64_t rest = binary.mantissa; rest != 0; rest /= kBase) {
    number.limbs[number.count++] = static_cast<uint32_t>(rest % kBase);
  }
  // mantissa / 2^k = mantissa * 5^k / 10^k; factors stay below the base, so that one limb takes the carry
  constexpr uint32_t kFive12 = 244'140'625;
  int up = binary.exponent;
  for (; up >= 29; up -= 29) {
    number.Multiply(uint32_t{1} << 29);
  }
  if (up > 0) {
    number.Multiply(uint32_t{1} << up);
  }
  int down = binary.exponent < 0 ? -binary.exponent : 0;
  const int scale = down;
  for (; down >= 12; down -= 12) {
    number.Multiply(kFive12);
  }
  for (; down > 0; --down) {
    number.Multiply(5);
  }
  for (size_t limb = number.count; limb-- > 0;) {
    for (uint32_t divisor = kBase / 10; divisor != 0; divisor /= 10) {
      const uint32_t digit = number.limbs[limb] / divisor % 10;
      if (digit != 0 || out.count != 0) {
        out.digits[out.count++] = static_cast<char>('0' + digit);
      }
    }
  }
  out.point = out.count - scale;
}

// Keeps the first `kept` digits (may be negative or more than there are).
void Round(Decimal &number, int64_t kept) {
  if (kept >= number.count) {
    return;
  }
  if (kept < 0) {
    number.count = 0;
    return;
  }
  const int cut = static_cast<int>(kept);
  const int next = number.At(cut);
  bool up = next > 5;
  if (next == 5) {
    bool beyond = false;
    for (int i = cut + 1; i < number.count && !beyond; ++i) {
      beyond = number.digits[i] != '0';
    }
    up = beyond || (cut > 0 && (number.At(cut - 1) & 1) != 0);
  }
  number.count = cut;
  if (!up) {
    return;
  }
  int i = cut;
  while (i > 0 && number.digits[i - 1] == '9') {
    number.digits[--i] = '0';
  }
  if (i > 0) {
    ++number.digits[i - 1];
    return;
  }
  // 9.99 became 10.0: one digit more in front, the last one is zero.
  number.digits[0] = '1';
  for (int j = 1; j < cut; ++j) {
    number.digits[j] = '0';
  }
  number.count = cut > 0 ? cut : 1;
  ++number.point;
}

struct Writer {
  char *buffer;
  size_t length = 0;
  void Put(int character) { buffer[length++] = static_cast<char>(character); }
};

void WriteExponent(Writer &out, int exponent, int letter, int least_digits) {
  out.Put(letter);
  out.Put(exponent < 0 ? '-' : '+');
  unsigned magnitude = exponent < 0 ? static_cast<unsigned>(-exponent) : static_cast<unsigned>(exponent);
  char digits[8];
  int count = 0;
  for (; magnitude != 0 || count < least_digits; magnitude /= 10) {
    digits[count++] = static_cast<char>('0' + magnitude % 10);
  }
  while (count > 0) {
    out.Put(digits[--count]);
  }
}

// Writes `precision` digits from index `first`; those beyond the number's own are only counted.
uint64_t WriteFraction(Writer &out, const Decimal &number, int first, uint64_t precision) {
  uint64_t written = 0;
  for (int i = first; written < precision && i < number.count; ++i, ++written) {
    out.Put('0' + number.At(i));
  }
  return precision - written;
}

struct Layout {
  uint64_t precision;
  bool alternate;
  bool strip;  // %g: no trailing zeros
};

uint64_t Strip(Decimal &number, int first, const Layout &layout) {
  if (!layout.strip) {
    return layout.precision;
  }
  while (number.count > 0 && number.digits[number.count - 1] == '0') {
    --number.count;
  }
  const int64_t left = int64_t{number.count} - first;
  const uint64_t useful = left > 0 ? static_cast<uint64_t>(left) : 0;
  return useful < layout.precision ? useful : layout.precision;
}

size_t WriteFixed(Writer &out, Decimal &number, const Layout &layout, uint64_t *zeros) {
  for (int i = 0; i < number.point; ++i) {
    out.Put('0' + number.At(i));
  }
  if (number.point <= 0) {
    out.Put('0');
  }
  const uint64_t precision = Strip(number, number.point, layout);
  if (precision != 0 || layout.alternate) {
    out.Put('.');
  }
  *zeros = WriteFraction(out, number, number.point, precision);
  return out.length;
}

size_t WriteScientific(Writer &out, Decimal &number, const Layout &layout, int letter, uint64_t *zeros) {
  const int exponent = number.count == 0 ? 0 : number.point - 1;
  out.Put('0' + number.At(0));
  const uint64_t precision = Strip(number, 1, layout);
  if (precision != 0 || layout.alternate) {
    out.Put('.');
  }
  *zeros = WriteFraction(out, number, 1, precision);
  const size_t split = out.length;
  WriteExponent(out, exponent, letter, 2);
  return split;
}

size_t WriteHex(Writer &out, double value, const Spec &spec, bool upper, uint64_t *zeros) {
  Binary binary = Split(value);
  int exponent = binary.mantissa == 0 ? 0 : binary.exponent + 52;
  const int precision = spec.precision < 0 ? 13 : spec.precision;
  if (precision < 13) {
    const int dropped = 4 * (13 - precision);
    const uint64_t half = uint64_t{1} << (dropped - 1);
    const uint64_t rest = binary.mantissa & (2 * half - 1);
    binary.mantissa >>= dropped;
    if (rest > half || (rest == half && (binary.mantissa & 1) != 0)) {
      ++binary.mantissa;
    }
    binary.mantissa <<= dropped;
  }
  const char *const alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  out.Put(alphabet[binary.mantissa >> 52 & 0xf]);
  if (precision > 0 || spec.alternate) {
    out.Put('.');
  }
  for (int i = 0; i < precision && i < 13; ++i) {
    out.Put(alphabet[binary.mantissa >> (48 - 4 * i) & 0xf]);
  }
  *zeros = precision > 13 ? static_cast<uint64_t>(precision - 13) : 0;
  const size_t split = out.length;
  WriteExponent(out, exponent, upper ? 'P' : 'p', 1);
  return split;
}

}  // namespace

size_t FormatFloat(double value, char conversion, const Spec &spec, char *buffer, size_t *count,
                   uint64_t *trailing_zeros) {
  Writer out{buffer};
  *trailing_zeros = 0;
  const bool upper = conversion >= 'A' && conversion <= 'Z';
  size_t split = 0;
  if (!__builtin_isfinite(value)) {
    const char *const text = __builtin_isnan(value) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf");
    for (int i = 0; i < 3; ++i) {
      out.Put(text[i]);
    }
    *count = out.length;
    return out.length;
  }
  const char letter = ToLowerAscii(conversion);
  if (letter == 'a') {
    split = WriteHex(out, value, spec, upper, trailing_zeros);
    *count = out.length;
    return split;
  }
  const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  Decimal number;
  Expand(value, number);
  Layout layout{static_cast<uint64_t>(precision), spec.alternate, false};
  if (letter == 'f') {
    Round(number, number.point + precision);
    split = WriteFixed(out, number, layout, trailing_zeros);
  } else if (letter == 'e') {
    Round(number, precision + 1);
    split = WriteScientific(out, number, layout, upper ? 'E' : 'e', trailing_zeros);
  } else {
    const int64_t significant = precision == 0 ? 1 : precision;
    Round(number, significant);
    const int exponent = number.count == 0 ? 0 : number.point - 1;
    layout.strip = !spec.alternate;
    if (exponent >= -4 && exponent < significant) {
      layout.precision = static_cast<uint64_t>(significant - 1 - exponent);
      split = WriteFixed(out, number, layout, trailing_zeros);
    } else {
      layout.precision = static_cast<uint64_t>(significant - 1);
      split = WriteScientific(out, number, layout, upper ? 'E' : 'e', trailing_zeros);
    }
  }
  *count = out.length;
  return split;
}

}  // namespace ntcrt

#if defined(_WIN32)
// The compiler refers to it from every object that uses floating point.
extern "C" int _fltused = 0x9875;
#endif
