// Conversion of counted strings between UTF-16 and the ANSI, OEM and UTF-8 code pages, which are one.
#include "rtlp.hpp"

using namespace rtlp;

namespace {

NTSTATUS Widen(PUNICODE_STRING to, const STRING *from, bool allocate, bool terminate) {
  ULONG size = 0;
  RtlMultiByteToUnicodeSize(&size, from->Buffer, from->Length);
  const ULONG total = size + static_cast<ULONG>(terminate ? sizeof(WCHAR) : 0);
  if (total > UNICODE_STRING_MAX_BYTES) {
    return STATUS_INVALID_PARAMETER_2;
  }
  if (allocate) {
    auto *const buffer = static_cast<WCHAR *>(Allocate(total));
    if (buffer == nullptr) {
      return STATUS_NO_MEMORY;
    }
    to->Buffer = buffer;
    to->MaximumLength = static_cast<USHORT>(total);
  } else if (total > to->MaximumLength) {
    return STATUS_BUFFER_OVERFLOW;
  }
  RtlMultiByteToUnicodeN(to->Buffer, size, nullptr, from->Buffer, from->Length);
  to->Length = static_cast<USHORT>(size);
  if (terminate) {
    to->Buffer[size / sizeof(WCHAR)] = 0;
  }
  return STATUS_SUCCESS;
}

struct NarrowOptions {
  bool allocate;
  bool terminate;
  bool upcase;
};

NTSTATUS Narrow(PSTRING to, PCUNICODE_STRING from, const NarrowOptions &options) {
  const auto convert = options.upcase ? RtlUpcaseUnicodeToMultiByteN : RtlUnicodeToMultiByteN;
  const ULONG terminator = options.terminate ? 1 : 0;
  ULONG size = 0;
  convert(nullptr, 0, &size, from->Buffer, from->Length);
  const ULONG total = size + terminator;
  if (total > MAXUSHORT) {
    return STATUS_INVALID_PARAMETER_2;
  }
  if (options.allocate) {
    auto *const buffer = static_cast<char *>(Allocate(total));
    if (buffer == nullptr) {
      return STATUS_NO_MEMORY;
    }
    to->Buffer = buffer;
    to->MaximumLength = static_cast<USHORT>(total);
  }
  NTSTATUS status = STATUS_SUCCESS;
  if (total > to->MaximumLength) {
    if (to->MaximumLength < terminator || to->MaximumLength == 0) {
      return STATUS_BUFFER_OVERFLOW;
    }
    status = STATUS_BUFFER_OVERFLOW;  // what fits is still delivered
    size = to->MaximumLength - terminator;
  }
  ULONG written = 0;
  convert(to->Buffer, size, &written, from->Buffer, from->Length);
  to->Length = static_cast<USHORT>(written);
  if (options.terminate) {
    to->Buffer[written] = 0;
  }
  return status;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING to, PCANSI_STRING from, BOOLEAN allocate) {
  return Widen(to, from, allocate != 0, true);
}
NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING to, PCOEM_STRING from, BOOLEAN allocate) {
  return Widen(to, from, allocate != 0, true);
}
NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING to, PCUTF8_STRING from, BOOLEAN allocate) {
  return Widen(to, from, allocate != 0, true);
}
NTSTATUS NTAPI RtlOemStringToCountedUnicodeString(PUNICODE_STRING to, PCOEM_STRING from, BOOLEAN allocate) {
  return Widen(to, from, allocate != 0, false);
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, true, false});
}
NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, true, true});
}
NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, true, false});
}
NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, true, true});
}
NTSTATUS NTAPI RtlUnicodeStringToCountedOemString(POEM_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, false, false});
}
NTSTATUS NTAPI RtlUpcaseUnicodeStringToCountedOemString(POEM_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, false, true});
}
NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PUTF8_STRING to, PCUNICODE_STRING from, BOOLEAN allocate) {
  return Narrow(to, from, {allocate != 0, true, false});
}

ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING string) {
  ULONG size = 0;
  RtlMultiByteToUnicodeSize(&size, string->Buffer, string->Length);
  return size + static_cast<ULONG>(sizeof(WCHAR));
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING string) {
  ULONG size = 0;
  RtlUnicodeToMultiByteSize(&size, string->Buffer, string->Length);
  return size + 1;
}

ULONG NTAPI RtlxOemStringToUnicodeSize(PCOEM_STRING string) { return RtlxAnsiStringToUnicodeSize(string); }
ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING string) { return RtlxUnicodeStringToAnsiSize(string); }
ULONG NTAPI RtlAnsiStringToUnicodeSize(PCANSI_STRING string) { return RtlxAnsiStringToUnicodeSize(string); }
ULONG NTAPI RtlOemStringToUnicodeSize(PCOEM_STRING string) { return RtlxAnsiStringToUnicodeSize(string); }
ULONG NTAPI RtlUnicodeStringToAnsiSize(PCUNICODE_STRING string) { return RtlxUnicodeStringToAnsiSize(string); }
ULONG NTAPI RtlUnicodeStringToOemSize(PCUNICODE_STRING string) { return RtlxUnicodeStringToAnsiSize(string); }

}  // extern "C"
