// printf's conversions as Windows' C library knows them: also I32, I64, C, S and Z. Texts of the other width are
// converted as UTF-8. %n is refused.
#include "format.hpp"

#include <string.h>

namespace ntcrt {

namespace {

struct NarrowCounted {  // ANSI_STRING
  uint16_t length;
  uint16_t maximum_length;
  const char *buffer;
};

struct WideCounted {  // UNICODE_STRING
  uint16_t length;
  uint16_t maximum_length;
  const Wide *buffer;
};

template <typename Char>
class Formatter {
 public:
  Formatter(Sink<Char> &sink, va_list arguments) : sink_(sink) { va_copy(arguments_, arguments); }
  ~Formatter() { va_end(arguments_); }
  Formatter(const Formatter &) = delete;
  Formatter &operator=(const Formatter &) = delete;

  bool Run(const Char *format) {
    while (*format != 0) {
      if (*format != '%') {
        sink_.Put(*format++);
        continue;
      }
      ++format;
      if (*format == '%') {
        sink_.Put(*format++);
        continue;
      }
      Spec spec;
      format = ReadFlags(format, spec);
      format = ReadSize(format, spec);
      if (*format == 0) {
        return true;
      }
      if (!Convert(static_cast<char>(*format < 0x80 ? *format : 0), *format, spec)) {
        return false;
      }
      ++format;
    }
    return true;
  }

 private:
  const Char *ReadNumber(const Char *format, int &value) {
    if (*format == '*') {
      value = va_arg(arguments_, int);
      return format + 1;
    }
    value = 0;
    for (; *format >= '0' && *format <= '9'; ++format) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, static_cast<int>(*format - '0'), &value)) {
        value = INT32_MAX;
      }
    }
    return format;
  }

  const Char *ReadFlags(const Char *format, Spec &spec) {
    for (;; ++format) {
      switch (*format) {
        case '-':
          spec.left = true;
          continue;
        case '+':
          spec.plus = true;
          continue;
        case ' ':
          spec.blank = true;
          continue;
        case '#':
          spec.alternate = true;
          continue;
        case '0':
          spec.zero = true;
          continue;
        default:
          break;
      }
      break;
    }
    int width = 0;
    format = ReadNumber(format, width);
    spec.left = spec.left || width < 0;
    spec.width = width < 0 ? 0 - static_cast<unsigned>(width) : static_cast<unsigned>(width);
    if (*format == '.') {
      format = ReadNumber(format + 1, spec.precision);
      spec.precision = spec.precision < 0 ? -1 : spec.precision;
    }
    return format;
  }

  const Char *ReadSize(const Char *format, Spec &spec) {
    switch (*format) {
      case 'h':
        spec.size = format[1] == 'h' ? Size::kChar : Size::kShort;
        return format + (format[1] == 'h' ? 2 : 1);
      case 'l':
        spec.size = format[1] == 'l' ? Size::kLongLong : Size::kLong;
        return format + (format[1] == 'l' ? 2 : 1);
      case 'I':
        if (format[1] == '6' && format[2] == '4') {
          spec.size = Size::kLongLong;
          return format + 3;
        }
        if (format[1] == '3' && format[2] == '2') {
          return format + 3;
        }
        spec.size = Size::kPointer;
        return format + 1;
      case 'z':
      case 't':
        spec.size = Size::kPointer;
        return format + 1;
      case 'j':
        spec.size = Size::kLongLong;
        return format + 1;
      case 'w':
        spec.size = Size::kWide;
        return format + 1;
      case 'L':
        return format + 1;  // long double is double
      default:
        return format;
    }
  }

  bool Convert(char letter, Char original, const Spec &spec) {
    switch (letter) {
      case 'd':
      case 'i':
        PutSigned(spec);
        return true;
      case 'u':
        PutUnsigned(10, false, spec);
        return true;
      case 'o':
        PutUnsigned(8, false, spec);
        return true;
      case 'x':
        PutUnsigned(16, false, spec);
        return true;
      case 'X':
        PutUnsigned(16, true, spec);
        return true;
      case 'p':
        PutPointer(spec);
        return true;
      case 'c':
        PutCharacter(IsWideText(spec, false), spec);
        return true;
      case 'C':
        PutCharacter(IsWideText(spec, true), spec);
        return true;
      case 's':
        PutString(IsWideText(spec, false), spec);
        return true;
      case 'S':
        PutString(IsWideText(spec, true), spec);
        return true;
      case 'Z':
        PutCounted(spec.size == Size::kWide || spec.size == Size::kLong, spec);
        return true;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
      case 'a':
      case 'A':
        PutFloat(letter, spec);
        return true;
      case 'n':
        return false;
      default:
        sink_.Put(original);
        return true;
    }
  }

  // %s has the width of the function, %S the other one; h, l and w say it outright.
  static bool IsWideText(const Spec &spec, bool other) {
    if (spec.size == Size::kShort) {
      return false;
    }
    if (spec.size == Size::kLong || spec.size == Size::kWide) {
      return true;
    }
    return (sizeof(Char) == sizeof(Wide)) != other;
  }

  uint64_t ReadUnsigned(Size size) {
    switch (size) {
      case Size::kLongLong:
        return va_arg(arguments_, uint64_t);
      case Size::kPointer:
        return va_arg(arguments_, uintptr_t);
      case Size::kShort:
        return static_cast<uint16_t>(va_arg(arguments_, unsigned));
      case Size::kChar:
        return static_cast<uint8_t>(va_arg(arguments_, unsigned));
      case Size::kInt:
      case Size::kLong:
      case Size::kWide:
        return va_arg(arguments_, unsigned);
    }
    return 0;
  }

  static int64_t SignExtend(uint64_t value, Size size) {
    switch (size) {
      case Size::kLongLong:
        return static_cast<int64_t>(value);
      case Size::kPointer:
        return static_cast<intptr_t>(value);
      case Size::kShort:
        return static_cast<int16_t>(value);
      case Size::kChar:
        return static_cast<int8_t>(value);
      case Size::kInt:
      case Size::kLong:
      case Size::kWide:
        return static_cast<int32_t>(value);
    }
    return 0;
  }

  static char Sign(bool negative, const Spec &spec) {
    return negative ? '-' : spec.plus ? '+' : spec.blank ? ' ' : '\0';
  }

  void PutSigned(const Spec &spec) {
    const int64_t value = SignExtend(ReadUnsigned(spec.size), spec.size);
    const uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    Number number{};
    if (const char sign = Sign(value < 0, spec); sign != 0) {
      number.prefix[number.prefix_length++] = sign;
    }
    PutDigits(magnitude, 10, false, number, spec);
  }

  void PutUnsigned(unsigned radix, bool upper, const Spec &spec) {
    const uint64_t value = ReadUnsigned(spec.size);
    Number number{};
    if (radix == 16 && spec.alternate && value != 0) {
      number.prefix[number.prefix_length++] = '0';
      number.prefix[number.prefix_length++] = upper ? 'X' : 'x';
    }
    PutDigits(value, radix, upper, number, spec);
  }

  void PutPointer(const Spec &spec) {
    Spec full = spec;
    full.precision = 2 * sizeof(void *);
    Number number{};
    if (spec.alternate) {
      number.prefix[number.prefix_length++] = '0';
      number.prefix[number.prefix_length++] = 'X';
    }
    PutDigits(va_arg(arguments_, uintptr_t), 16, true, number, full);
  }

  void PutDigits(uint64_t value, unsigned radix, bool upper, Number &number, const Spec &spec) {
    char digits[24];
    char *cursor = digits + sizeof(digits);
    const char *const alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    for (; value != 0; value /= radix) {
      *--cursor = alphabet[value % radix];
    }
    number.digits = cursor;
    number.count = static_cast<size_t>(digits + sizeof(digits) - cursor);
    const uint64_t least = spec.precision >= 0 ? static_cast<unsigned>(spec.precision) : 1;
    number.zeros = least > number.count ? least - number.count : 0;
    if (radix == 8 && spec.alternate && number.zeros == 0) {
      number.zeros = 1;
    }
    PutNumber(number, spec, spec.precision < 0, number.count, 0);
  }

  // `split` digits, then `inner` zeros, then the remaining digits (an exponent).
  void PutNumber(Number &number, const Spec &spec, bool may_zero_pad, size_t split, uint64_t inner) {
    const uint64_t body = number.prefix_length + number.zeros + number.count + inner;
    uint64_t padding = spec.width > body ? spec.width - body : 0;
    if (spec.zero && !spec.left && may_zero_pad) {
      number.zeros += padding;
      padding = 0;
    }
    if (!spec.left) {
      sink_.Fill(' ', padding);
    }
    sink_.PutAscii(number.prefix, number.prefix_length);
    sink_.Fill('0', number.zeros);
    sink_.PutAscii(number.digits, split);
    sink_.Fill('0', inner);
    sink_.PutAscii(number.digits + split, number.count - split);
    if (spec.left) {
      sink_.Fill(' ', padding);
    }
  }

  void PutFloat(char letter, const Spec &spec) {
    const double value = va_arg(arguments_, double);
    char buffer[kFloatBuffer];
    Number number{};
    if (const char sign = Sign(__builtin_signbit(value) != 0, spec); sign != 0) {
      number.prefix[number.prefix_length++] = sign;
    }
    uint64_t inner = 0;
    const size_t split = FormatFloat(value, letter, spec, buffer, &number.count, &inner);
    number.digits = buffer;
    if ((letter == 'a' || letter == 'A') && __builtin_isfinite(value)) {
      number.prefix[number.prefix_length++] = '0';
      number.prefix[number.prefix_length++] = letter == 'a' ? 'x' : 'X';
    }
    PutNumber(number, spec, __builtin_isfinite(value), split, inner);
  }

  void PutCharacter(bool wide, const Spec &spec) {
    const int character = va_arg(arguments_, int);
    if (wide) {
      const Wide unit = static_cast<Wide>(character);
      PutText(&unit, 1, spec, false);
    } else {
      const char byte = static_cast<char>(character);
      PutText(&byte, 1, spec, false);
    }
  }

  void PutString(bool wide, const Spec &spec) {
    // A precision also bounds what may be read.
    const size_t limit = spec.precision >= 0 ? static_cast<size_t>(spec.precision) : SIZE_MAX;
    if (wide) {
      const Wide *text = va_arg(arguments_, const Wide *);
      static constexpr Wide kNull[] = {'(', 'n', 'u', 'l', 'l', ')', 0};
      text = text != nullptr ? text : kNull;
      PutText(text, Length(text, limit), spec, true);
    } else {
      const char *text = va_arg(arguments_, const char *);
      text = text != nullptr ? text : "(null)";
      PutText(text, Length(text, limit), spec, true);
    }
  }

  void PutCounted(bool wide, const Spec &spec) {
    if (wide) {
      const auto *text = va_arg(arguments_, const WideCounted *);
      if (text != nullptr && text->buffer != nullptr) {
        PutText(text->buffer, text->length / sizeof(Wide), spec, true);
        return;
      }
    } else {
      const auto *text = va_arg(arguments_, const NarrowCounted *);
      if (text != nullptr && text->buffer != nullptr) {
        PutText(text->buffer, text->length, spec, true);
        return;
      }
    }
    PutText("(null)", 6, spec, true);
  }

  // Output of one text, converted when its width is not the sink's; the precision counts characters of the sink.
  template <typename From>
  void PutText(const From *text, size_t size, const Spec &spec, bool bounded) {
    const uint64_t limit = bounded && spec.precision >= 0 ? static_cast<unsigned>(spec.precision) : UINT64_MAX;
    Sink<Char> counter{nullptr, 0};
    Transcode(text, size, counter, limit);
    const uint64_t padding = spec.width > counter.length ? spec.width - counter.length : 0;
    if (!spec.left) {
      sink_.Fill(spec.zero ? '0' : ' ', padding);
    }
    Transcode(text, size, sink_, limit);
    if (spec.left) {
      sink_.Fill(' ', padding);
    }
  }

  template <typename From>
  static void Transcode(const From *text, size_t size, Sink<Char> &sink, uint64_t limit) {
    if constexpr (sizeof(From) == sizeof(Char)) {
      for (size_t i = 0; i < size && i < limit; ++i) {
        sink.Put(static_cast<Char>(text[i]));
      }
    } else {
      while (size > 0) {
        rtlp::Decoded decoded;
        unsigned length;
        Char units[4];
        if constexpr (sizeof(From) == 1) {
          decoded = rtlp::DecodeUtf8(text, size);
          length = rtlp::EncodeUtf16(decoded.character, units);
        } else {
          decoded = rtlp::DecodeUtf16(text, size);
          length = rtlp::Utf8Length(decoded.character);
          rtlp::EncodeUtf8(decoded.character, units);
        }
        if (length > limit) {  // never half a character
          return;
        }
        for (unsigned i = 0; i < length; ++i) {
          sink.Put(units[i]);
        }
        limit -= length;
        text += decoded.length;
        size -= decoded.length;
      }
    }
  }

  Sink<Char> &sink_;
  va_list arguments_;
};

}  // namespace

template <typename Char>
bool Format(Sink<Char> &sink, const Char *format, va_list arguments) {
  return Formatter<Char>(sink, arguments).Run(format);
}

template bool Format<char>(Sink<char> &, const char *, va_list);
template bool Format<Wide>(Sink<Wide> &, const Wide *, va_list);

}  // namespace ntcrt
