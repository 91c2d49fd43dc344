// Conversion of counted UTF-8 and UTF-16. The ANSI and the OEM code page are UTF-8, so theirs are the same functions
// with the older manners: what does not fit is cut off, what is ill-formed becomes U+FFFD without a word.
#include "case.hpp"
#include "rtlp.hpp"
#include "utf.hpp"

using namespace rtlp;

namespace {

struct Outcome {
  size_t bytes;   // written, or needed when there is no destination
  bool complete;  // everything fitted
  bool mapped;    // nothing was ill-formed
};

Outcome ToUtf16(WCHAR *to, size_t capacity, const char *from, size_t size) {
  Outcome outcome{0, true, true};
  while (size > 0) {
    const Decoded decoded = DecodeUtf8(from, size);
    WCHAR units[2];
    const size_t bytes = EncodeUtf16(decoded.character, units) * sizeof(WCHAR);
    outcome.mapped = outcome.mapped && decoded.valid;
    if (to != nullptr) {
      if (bytes > capacity - outcome.bytes) {
        outcome.complete = false;
        break;
      }
      memcpy(reinterpret_cast<char *>(to) + outcome.bytes, units, bytes);
    }
    outcome.bytes += bytes;
    from += decoded.length;
    size -= decoded.length;
  }
  return outcome;
}

Outcome ToUtf8(char *to, size_t capacity, const WCHAR *from, size_t count, bool upcase) {
  Outcome outcome{0, true, true};
  while (count > 0) {
    const Decoded decoded = DecodeUtf16(from, count);
    uint32_t character = decoded.character;
    if (upcase && character < 0x10000) {
      character = Upcase(static_cast<uint16_t>(character));
    }
    const size_t bytes = Utf8Length(character);
    outcome.mapped = outcome.mapped && decoded.valid;
    if (to != nullptr) {
      if (bytes > capacity - outcome.bytes) {
        outcome.complete = false;
        break;
      }
      EncodeUtf8(character, to + outcome.bytes);
    }
    outcome.bytes += bytes;
    from += decoded.length;
    count -= decoded.length;
  }
  return outcome;
}

NTSTATUS Report(const Outcome &outcome, PULONG actual) {
  if (outcome.bytes > MAXULONG) {
    return STATUS_INVALID_PARAMETER;
  }
  *actual = static_cast<ULONG>(outcome.bytes);
  if (!outcome.complete) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  return outcome.mapped ? STATUS_SUCCESS : STATUS_SOME_NOT_MAPPED;
}

NTSTATUS Narrow(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size, bool upcase) {
  const Outcome outcome = ToUtf8(to, capacity, from, size / sizeof(WCHAR), upcase);
  if (actual != nullptr) {
    *actual = static_cast<ULONG>(outcome.bytes);
  }
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR to, ULONG capacity, PULONG actual, PCSTR from, ULONG size) {
  if (from == nullptr) {
    return STATUS_INVALID_PARAMETER_4;
  }
  if (actual == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  return Report(ToUtf16(to, capacity, from, size), actual);
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size) {
  if (from == nullptr) {
    return STATUS_INVALID_PARAMETER_4;
  }
  if (actual == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (to != nullptr && size % sizeof(WCHAR) != 0) {
    return STATUS_INVALID_PARAMETER_5;
  }
  return Report(ToUtf8(to, capacity, from, size / sizeof(WCHAR), false), actual);
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH to, ULONG capacity, PULONG actual, const CHAR *from, ULONG size) {
  const Outcome outcome = ToUtf16(to, capacity, from, size);
  if (actual != nullptr) {
    *actual = static_cast<ULONG>(outcome.bytes);
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG size, const CHAR *from, ULONG from_size) {
  *size = static_cast<ULONG>(ToUtf16(nullptr, 0, from, from_size).bytes);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size) {
  return Narrow(to, capacity, actual, from, size, false);
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG size, PCWCH from, ULONG from_size) {
  return Narrow(nullptr, 0, size, from, from_size, false);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size) {
  return Narrow(to, capacity, actual, from, size, true);
}

NTSTATUS NTAPI RtlOemToUnicodeN(PWCH to, ULONG capacity, PULONG actual, PCSTR from, ULONG size) {
  return RtlMultiByteToUnicodeN(to, capacity, actual, from, size);
}

NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size) {
  return Narrow(to, capacity, actual, from, size, false);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR to, ULONG capacity, PULONG actual, PCWCH from, ULONG size) {
  return Narrow(to, capacity, actual, from, size, true);
}

WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *cursor) {
  const auto *const text = reinterpret_cast<const char *>(*cursor);
  // Never looks past a terminator: a lead byte counts only with the bytes that really follow.
  size_t size = 1;
  while (size < 4 && text[size - 1] != 0) {
    ++size;
  }
  const Decoded decoded = DecodeUtf8(text, size);
  *cursor += decoded.length;
  return static_cast<WCHAR>(decoded.character < 0x10000 ? decoded.character : kReplacement);
}

}  // extern "C"
