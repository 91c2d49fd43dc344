// Counted strings whose buffer is of the process heap.
#include "rtlp.hpp"

using namespace rtlp;

extern "C" {

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING to, PCWSTR from) {
  const size_t size = (WideLength(from) + 1) * sizeof(WCHAR);
  if (size > UNICODE_STRING_MAX_BYTES) {
    return FALSE;
  }
  auto *const buffer = static_cast<WCHAR *>(Allocate(size));
  if (buffer == nullptr) {
    return FALSE;
  }
  memcpy(buffer, from, size);
  *to = {static_cast<USHORT>(size - sizeof(WCHAR)), static_cast<USHORT>(size), buffer};
  return TRUE;
}

BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING to, PCSZ from) {
  ANSI_STRING ansi;
  return NT_SUCCESS(RtlInitAnsiStringEx(&ansi, from)) && NT_SUCCESS(RtlAnsiStringToUnicodeString(to, &ansi, TRUE));
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, PCUNICODE_STRING string) {
  if (flags != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  if (string != nullptr && (string->Length % sizeof(WCHAR) != 0 || string->MaximumLength % sizeof(WCHAR) != 0 ||
                            string->Length > string->MaximumLength ||
                            (string->Buffer == nullptr && (string->Length != 0 || string->MaximumLength != 0)))) {
    return STATUS_INVALID_PARAMETER;
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG flags, PCUNICODE_STRING from, PUNICODE_STRING to) {
  constexpr ULONG kBoth =
      RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE | RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING;
  if ((flags & ~kBoth) != 0 || flags == RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING || to == nullptr ||
      !NT_SUCCESS(RtlValidateUnicodeString(0, from))) {
    return STATUS_INVALID_PARAMETER;
  }
  const USHORT length = from != nullptr ? from->Length : USHORT{0};
  if (length == 0 && flags != kBoth) {
    *to = {};
    return STATUS_SUCCESS;
  }
  const bool terminate = flags != 0;
  const size_t size = length + (terminate ? sizeof(WCHAR) : 0);
  if (size > UNICODE_STRING_MAX_BYTES) {
    return STATUS_NAME_TOO_LONG;
  }
  auto *const buffer = static_cast<WCHAR *>(Allocate(size));
  if (buffer == nullptr) {
    return STATUS_NO_MEMORY;
  }
  if (length != 0) {
    memcpy(buffer, from->Buffer, length);
  }
  if (terminate) {
    buffer[length / sizeof(WCHAR)] = 0;
  }
  *to = {length, static_cast<USHORT>(size), buffer};
  return STATUS_SUCCESS;
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING string) {
  if (string->Buffer != nullptr) {
    Free(string->Buffer);
    *string = {};
  }
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING string) {
  if (string->Buffer != nullptr) {
    Free(string->Buffer);
    *string = {};
  }
}

VOID NTAPI RtlFreeOemString(POEM_STRING string) { RtlFreeAnsiString(string); }
VOID NTAPI RtlFreeUTF8String(PUTF8_STRING string) { RtlFreeAnsiString(string); }

VOID NTAPI RtlEraseUnicodeString(PUNICODE_STRING string) {
  if (string->Buffer != nullptr && string->MaximumLength != 0) {
    memset(string->Buffer, 0, string->MaximumLength);
    string->Length = 0;
  }
}

}  // extern "C"
