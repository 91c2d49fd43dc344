// String routines that know the size of their buffers. Source: learn.microsoft.com, "Summary of Kernel-Mode Safe String
// Functions". The formatters come from ntoskrnl.exe.
#pragma once

#include <nt/ntrtl_crt.h>
#include <nt/ntstatus.h>
#include <stdarg.h>
#include <wdk/nt_extra.h>

#define NTSTRSAFE_MAX_CCH 2147483647u
#define NTSTRSAFE_MAX_LENGTH (NTSTRSAFE_MAX_CCH - 1)
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH 32767
#define STRSAFE_MAX_CCH NTSTRSAFE_MAX_CCH
#define STRSAFE_IGNORE_NULLS 0x00000100u
#define STRSAFE_FILL_BEHIND_NULL 0x00000200u
#define STRSAFE_FILL_ON_FAILURE 0x00000400u
#define STRSAFE_NULL_ON_FAILURE 0x00000800u
#define STRSAFE_NO_TRUNCATION 0x00001000u
#define STRSAFE_FILL_BEHIND STRSAFE_FILL_BEHIND_NULL
#define STRSAFE_ZERO_LENGTH_ON_FAILURE STRSAFE_NULL_ON_FAILURE
#define STRSAFE_FILL_BYTE(value) ((ULONG)(((value) & 0xFFu) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(value) ((ULONG)(((value) & 0xFFu) | STRSAFE_FILL_ON_FAILURE))
typedef CHAR *NTSTRSAFE_PSTR;
typedef const CHAR *NTSTRSAFE_PCSTR;
typedef WCHAR *NTSTRSAFE_PWSTR;
typedef const WCHAR *NTSTRSAFE_PCWSTR, *NTSTRSAFE_PCUWSTR;

#define STRSAFE_CHAR CHAR
#define STRSAFE_PRINT _vsnprintf
#define STRSAFE_NAME(unit, what, end) RtlString##unit##what##A
#include <wdk/strsafe_core.h>
#undef STRSAFE_CHAR
#undef STRSAFE_PRINT
#undef STRSAFE_NAME
#define STRSAFE_CHAR WCHAR
#define STRSAFE_PRINT _vsnwprintf
#define STRSAFE_NAME(unit, what, end) RtlString##unit##what##W
#include <wdk/strsafe_core.h>
#undef STRSAFE_CHAR
#undef STRSAFE_PRINT
#undef STRSAFE_NAME

// --- The same for UNICODE_STRING: counted, not terminated.
FORCEINLINE NTSTATUS RtlUnicodeStringWorkerAppend(PUNICODE_STRING destination, USHORT used, const WCHAR *source,
                                                  SIZE_T characters) {
  const SIZE_T room = (SIZE_T)(destination->MaximumLength - used) / sizeof(WCHAR);
  const SIZE_T count = characters < room ? characters : room;
  __builtin_memmove((PUCHAR)destination->Buffer + used, source, count * sizeof(WCHAR));
  destination->Length = (USHORT)(used + count * sizeof(WCHAR));
  return count == characters ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}
FORCEINLINE NTSTATUS RtlUnicodeStringInitEx(PUNICODE_STRING destination, const WCHAR *source, ULONG flags) {
  SIZE_T length = 0;
  (void)flags;
  destination->Length = destination->MaximumLength = 0;
  destination->Buffer = NULL;
  if (source == NULL) {
    return STATUS_SUCCESS;
  }
  length = RtlStringWorkerLengthW(source, NTSTRSAFE_UNICODE_STRING_MAX_CCH);
  if (length >= NTSTRSAFE_UNICODE_STRING_MAX_CCH) {
    return STATUS_INVALID_PARAMETER;
  }
  destination->Length = (USHORT)(length * sizeof(WCHAR));
  destination->MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
  destination->Buffer = (PWSTR)(ULONG_PTR)source;
  return STATUS_SUCCESS;
}
FORCEINLINE NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING destination, const WCHAR *source) {
  return RtlUnicodeStringInitEx(destination, source, 0);
}
FORCEINLINE NTSTATUS RtlUnicodeStringValidate(PCUNICODE_STRING string) {
  return string != NULL && string->Length % sizeof(WCHAR) == 0 && string->MaximumLength % sizeof(WCHAR) == 0 &&
                 string->Length <= string->MaximumLength && (string->Buffer != NULL || string->MaximumLength == 0)
             ? STATUS_SUCCESS
             : STATUS_INVALID_PARAMETER;
}
FORCEINLINE NTSTATUS RtlUnicodeStringCchCopyStringN(PUNICODE_STRING destination, const WCHAR *source, SIZE_T count) {
  return RtlUnicodeStringWorkerAppend(destination, 0, source, RtlStringWorkerLengthW(source, count));
}
FORCEINLINE NTSTATUS RtlUnicodeStringCbCopyStringN(PUNICODE_STRING destination, const WCHAR *source, SIZE_T bytes) {
  return RtlUnicodeStringCchCopyStringN(destination, source, bytes / sizeof(WCHAR));
}
FORCEINLINE NTSTATUS RtlUnicodeStringCopyString(PUNICODE_STRING destination, const WCHAR *source) {
  return RtlUnicodeStringCchCopyStringN(destination, source, NTSTRSAFE_MAX_CCH);
}
FORCEINLINE NTSTATUS RtlUnicodeStringCopy(PUNICODE_STRING destination, PCUNICODE_STRING source) {
  return RtlUnicodeStringWorkerAppend(destination, 0, source->Buffer, source->Length / sizeof(WCHAR));
}
FORCEINLINE NTSTATUS RtlUnicodeStringCchCatStringN(PUNICODE_STRING destination, const WCHAR *source, SIZE_T count) {
  return RtlUnicodeStringWorkerAppend(destination, destination->Length, source, RtlStringWorkerLengthW(source, count));
}
FORCEINLINE NTSTATUS RtlUnicodeStringCbCatStringN(PUNICODE_STRING destination, const WCHAR *source, SIZE_T bytes) {
  return RtlUnicodeStringCchCatStringN(destination, source, bytes / sizeof(WCHAR));
}
FORCEINLINE NTSTATUS RtlUnicodeStringCatString(PUNICODE_STRING destination, const WCHAR *source) {
  return RtlUnicodeStringCchCatStringN(destination, source, NTSTRSAFE_MAX_CCH);
}
FORCEINLINE NTSTATUS RtlUnicodeStringCat(PUNICODE_STRING destination, PCUNICODE_STRING source) {
  return RtlUnicodeStringWorkerAppend(destination, destination->Length, source->Buffer, source->Length / sizeof(WCHAR));
}
FORCEINLINE NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING destination, const WCHAR *format, va_list arguments) {
  const SIZE_T room = destination->MaximumLength / sizeof(WCHAR);
  const int written = _vsnwprintf(destination->Buffer, room, format, arguments);
  const BOOLEAN whole = written >= 0 && (SIZE_T)written <= room;
  destination->Length = (USHORT)((whole ? (SIZE_T)written : room) * sizeof(WCHAR));
  return whole ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
}
static inline __attribute__((unused)) NTSTATUS RtlUnicodeStringPrintf(PUNICODE_STRING destination, const WCHAR *format,
                                                                      ...) {
  va_list arguments;
  NTSTATUS status;
  va_start(arguments, format);
  status = RtlUnicodeStringVPrintf(destination, format, arguments);
  va_end(arguments);
  return status;
}
