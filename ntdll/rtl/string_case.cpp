// Case mapping of characters and strings.
#include "case.hpp"
#include "rtlp.hpp"

using namespace rtlp;

namespace {

template <uint16_t (*Map)(uint16_t)>
NTSTATUS MapString(PUNICODE_STRING to, PCUNICODE_STRING from, bool allocate) {
  if (allocate) {
    auto *const buffer = static_cast<WCHAR *>(Allocate(from->Length));
    if (buffer == nullptr) {
      return STATUS_NO_MEMORY;
    }
    to->Buffer = buffer;
    to->MaximumLength = from->Length;
  } else if (from->Length > to->MaximumLength) {
    return STATUS_BUFFER_OVERFLOW;
  }
  for (size_t i = 0; i < CharCount(*from); ++i) {
    to->Buffer[i] = static_cast<WCHAR>(Map(static_cast<uint16_t>(from->Buffer[i])));
  }
  to->Length = from->Length;
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR character) {
  return static_cast<WCHAR>(Upcase(static_cast<uint16_t>(character)));
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR character) {
  return static_cast<WCHAR>(Downcase(static_cast<uint16_t>(character)));
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return MapString<Upcase>(to, from, allocate != 0);
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return MapString<Downcase>(to, from, allocate != 0);
}

CHAR NTAPI RtlUpperChar(CHAR character) {
  return character >= 'a' && character <= 'z' ? static_cast<CHAR>(character - ('a' - 'A')) : character;
}

VOID NTAPI RtlUpperString(PSTRING to, const STRING *from) {
  const USHORT size = from->Length < to->MaximumLength ? from->Length : to->MaximumLength;
  for (USHORT i = 0; i < size; ++i) {
    to->Buffer[i] = RtlUpperChar(from->Buffer[i]);
  }
  to->Length = size;
}

}  // extern "C"
