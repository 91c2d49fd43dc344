// Numbers in strings, both ways.
#include "rtlp.hpp"

using namespace rtlp;

namespace {

bool IsBase(ULONG base) { return base == 2 || base == 8 || base == 10 || base == 16; }

// The digits of `value` at the end of `buffer` (64 characters); returns the first one, or null for a wrong base.
char *Digits(uint64_t value, ULONG base, char *buffer) {
  base = base == 0 ? 10 : base;
  if (!IsBase(base)) {
    return nullptr;
  }
  char *cursor = buffer + 64;
  do {
    *--cursor = "0123456789ABCDEF"[value % base];
    value /= base;
  } while (value != 0);
  return cursor;
}

NTSTATUS PrintWide(uint64_t value, ULONG base, PUNICODE_STRING string) {
  char buffer[64];
  const char *const digits = Digits(value, base, buffer);
  if (digits == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const auto count = static_cast<size_t>(buffer + 64 - digits);
  if (count * sizeof(WCHAR) > string->MaximumLength) {
    return STATUS_BUFFER_OVERFLOW;
  }
  for (size_t i = 0; i < count; ++i) {
    string->Buffer[i] = static_cast<WCHAR>(digits[i]);
  }
  string->Length = static_cast<USHORT>(count * sizeof(WCHAR));
  if (string->Length + sizeof(WCHAR) <= string->MaximumLength) {
    string->Buffer[count] = 0;
  }
  return STATUS_SUCCESS;
}

NTSTATUS PrintNarrow(uint64_t value, ULONG base, LONG size, PCHAR string) {
  char buffer[64];
  const char *const digits = Digits(value, base, buffer);
  if (digits == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const auto count = static_cast<LONG>(buffer + 64 - digits);
  if (size < 0) {  // right justified with leading zeros
    size = -size;
    if (count > size) {
      return STATUS_BUFFER_OVERFLOW;
    }
    memset(string, '0', static_cast<size_t>(size - count));
    memcpy(string + (size - count), digits, static_cast<size_t>(count));
    return STATUS_SUCCESS;
  }
  if (count > size) {
    return STATUS_BUFFER_OVERFLOW;
  }
  memcpy(string, digits, static_cast<size_t>(count));
  if (count < size) {
    string[count] = 0;
  }
  return STATUS_SUCCESS;
}

// `next` yields the characters one by one and 0 at the end. Digits stop at the first that is none; overflow wraps, as
// in NT.
template <typename Next>
NTSTATUS Read(Next next, ULONG base, PULONG value) {
  unsigned unit = next();
  while (unit != 0 && unit <= ' ') {
    unit = next();
  }
  bool negative = false;
  if (unit == '+' || unit == '-') {
    negative = unit == '-';
    unit = next();
  }
  if (base == 0) {
    base = 10;
    if (unit == '0') {
      unit = next();
      const ULONG prefixed = unit == 'x' ? 16 : unit == 'o' ? 8 : unit == 'b' ? 2 : 0;
      if (prefixed != 0) {
        base = prefixed;
        unit = next();
      }
    }
  } else if (!IsBase(base)) {
    return STATUS_INVALID_PARAMETER;
  }
  uint32_t total = 0;
  for (;; unit = next()) {
    const unsigned digit = unit >= '0' && unit <= '9'   ? unit - '0'
                           : unit >= 'A' && unit <= 'F' ? unit - 'A' + 10
                           : unit >= 'a' && unit <= 'f' ? unit - 'a' + 10
                                                        : 99;
    if (digit >= base) {
      break;
    }
    total = total * static_cast<uint32_t>(base) + digit;
  }
  *value = negative ? 0 - total : total;
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG value, ULONG base, PUNICODE_STRING string) {
  return PrintWide(value, base, string);
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG value, ULONG base, PUNICODE_STRING string) {
  return PrintWide(value, base, string);
}

NTSTATUS NTAPI RtlIntegerToChar(ULONG value, ULONG base, LONG size, PCHAR string) {
  return PrintNarrow(value, base, size, string);
}

NTSTATUS NTAPI RtlLargeIntegerToChar(const LARGE_INTEGER *value, ULONG base, LONG size, PCHAR string) {
  return PrintNarrow(static_cast<uint64_t>(value->QuadPart), base, size, string);
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING string, ULONG base, PULONG value) {
  if (value == nullptr) {
    return STATUS_ACCESS_VIOLATION;
  }
  size_t index = 0;
  const size_t count = CharCount(*string);
  const auto next = [&]() -> unsigned { return index < count ? static_cast<uint16_t>(string->Buffer[index++]) : 0; };
  return Read(next, base, value);
}

NTSTATUS NTAPI RtlCharToInteger(PCSZ string, ULONG base, PULONG value) {
  if (value == nullptr) {
    return STATUS_ACCESS_VIOLATION;
  }
  const auto next = [&]() -> unsigned { return *string != 0 ? static_cast<unsigned char>(*string++) : 0; };
  return Read(next, base, value);
}

}  // extern "C"
