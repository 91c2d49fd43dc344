// Comparison, prefixes, search and hash of counted strings. Wide strings compare by upper-case UTF-16 unit, narrow ones
// by byte with ASCII case (the ANSI code page is UTF-8).
#include "case.hpp"
#include "rtlp.hpp"

using namespace rtlp;

namespace {

LONG CompareWide(const WCHAR *left, size_t left_count, const WCHAR *right, size_t right_count, bool fold) {
  const size_t count = left_count < right_count ? left_count : right_count;
  for (size_t i = 0; i < count; ++i) {
    uint16_t a = static_cast<uint16_t>(left[i]);
    uint16_t b = static_cast<uint16_t>(right[i]);
    if (a != b) {
      if (fold) {
        a = Upcase(a);
        b = Upcase(b);
      }
      if (a != b) {
        return LONG{a} - LONG{b};
      }
    }
  }
  return left_count == right_count ? 0 : left_count < right_count ? -1 : 1;
}

LONG CompareNarrow(const char *left, size_t left_count, const char *right, size_t right_count, bool fold) {
  const size_t count = left_count < right_count ? left_count : right_count;
  for (size_t i = 0; i < count; ++i) {
    const auto a = static_cast<unsigned char>(fold ? RtlUpperChar(left[i]) : left[i]);
    const auto b = static_cast<unsigned char>(fold ? RtlUpperChar(right[i]) : right[i]);
    if (a != b) {
      return LONG{a} - LONG{b};
    }
  }
  return left_count == right_count ? 0 : left_count < right_count ? -1 : 1;
}

bool Contains(PCUNICODE_STRING set, uint16_t unit, bool fold) {
  for (size_t i = 0; i < CharCount(*set); ++i) {
    const auto member = static_cast<uint16_t>(set->Buffer[i]);
    if (member == unit || (fold && Upcase(member) == Upcase(unit))) {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" {

LONG NTAPI RtlCompareUnicodeStrings(PCWCH left, SIZE_T left_count, PCWCH right, SIZE_T right_count, BOOLEAN fold) {
  return CompareWide(left, left_count, right, right_count, fold != 0);
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING left, PCUNICODE_STRING right, BOOLEAN fold) {
  return CompareWide(left->Buffer, CharCount(*left), right->Buffer, CharCount(*right), fold != 0);
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING left, PCUNICODE_STRING right, BOOLEAN fold) {
  return left->Length == right->Length && RtlCompareUnicodeString(left, right, fold) == 0;
}

BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix, PCUNICODE_STRING string, BOOLEAN fold) {
  return prefix->Length <= string->Length &&
         CompareWide(prefix->Buffer, CharCount(*prefix), string->Buffer, CharCount(*prefix), fold != 0) == 0;
}

BOOLEAN NTAPI RtlSuffixUnicodeString(PCUNICODE_STRING suffix, PCUNICODE_STRING string, BOOLEAN fold) {
  const size_t count = CharCount(*suffix);
  return suffix->Length <= string->Length &&
         CompareWide(suffix->Buffer, count, string->Buffer + (CharCount(*string) - count), count, fold != 0) == 0;
}

LONG NTAPI RtlCompareString(const STRING *left, const STRING *right, BOOLEAN fold) {
  return CompareNarrow(left->Buffer, left->Length, right->Buffer, right->Length, fold != 0);
}

BOOLEAN NTAPI RtlEqualString(const STRING *left, const STRING *right, BOOLEAN fold) {
  return left->Length == right->Length && RtlCompareString(left, right, fold) == 0;
}

BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *string, BOOLEAN fold) {
  return prefix->Length <= string->Length &&
         CompareNarrow(prefix->Buffer, prefix->Length, string->Buffer, prefix->Length, fold != 0) == 0;
}

NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, PCUNICODE_STRING string, PCUNICODE_STRING set,
                                          PUSHORT position) {
  *position = 0;
  if ((flags & ~(RTL_FIND_CHAR_IN_UNICODE_STRING_START_AT_END | RTL_FIND_CHAR_IN_UNICODE_STRING_COMPLEMENT_CHAR_SET |
                 RTL_FIND_CHAR_IN_UNICODE_STRING_CASE_INSENSITIVE)) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  const bool backwards = (flags & RTL_FIND_CHAR_IN_UNICODE_STRING_START_AT_END) != 0;
  const bool wanted = (flags & RTL_FIND_CHAR_IN_UNICODE_STRING_COMPLEMENT_CHAR_SET) == 0;
  const bool fold = (flags & RTL_FIND_CHAR_IN_UNICODE_STRING_CASE_INSENSITIVE) != 0;
  const size_t count = CharCount(*string);
  for (size_t i = 0; i < count; ++i) {
    const size_t index = backwards ? count - 1 - i : i;
    if (Contains(set, static_cast<uint16_t>(string->Buffer[index]), fold) == wanted) {
      // Forwards the prefix includes the character found, backwards it ends before it.
      *position = static_cast<USHORT>((index + (backwards ? 0 : 1)) * sizeof(WCHAR));
      return STATUS_SUCCESS;
    }
  }
  return STATUS_NOT_FOUND;
}

NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING string, BOOLEAN fold, ULONG algorithm, PULONG hash) {
  if (string == nullptr || hash == nullptr ||
      (algorithm != HASH_STRING_ALGORITHM_DEFAULT && algorithm != HASH_STRING_ALGORITHM_X65599)) {
    return STATUS_INVALID_PARAMETER;
  }
  uint32_t value = 0;
  for (size_t i = 0; i < CharCount(*string); ++i) {
    const auto unit = static_cast<uint16_t>(string->Buffer[i]);
    value = value * 65599u + (fold != 0 ? Upcase(unit) : unit);
  }
  *hash = value;
  return STATUS_SUCCESS;
}

}  // extern "C"
