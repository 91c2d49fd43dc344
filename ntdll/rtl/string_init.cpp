// Counted strings over buffers of the caller: make, copy, append.
#include <type_traits>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

// What fits a counted string with its terminator.
constexpr size_t kMaximumNarrow = MAXUSHORT - 1;
constexpr size_t kMaximumWide = UNICODE_STRING_MAX_BYTES - sizeof(WCHAR);

template <typename String, typename Char>
NTSTATUS Init(String *to, const Char *from, size_t maximum, bool cut) {
  to->Length = 0;
  to->MaximumLength = 0;
  to->Buffer = const_cast<Char *>(from);
  if (from == nullptr) {
    return STATUS_SUCCESS;
  }
  size_t size = 0;
  while (from[size] != 0) {
    ++size;
  }
  size *= sizeof(Char);
  if (size > maximum) {
    if (!cut) {
      to->Buffer = nullptr;
      return STATUS_NAME_TOO_LONG;
    }
    size = maximum;
  }
  to->Length = static_cast<USHORT>(size);
  to->MaximumLength = static_cast<USHORT>(size + sizeof(Char));
  return STATUS_SUCCESS;
}

template <typename String>
void Copy(String *to, const String *from) {
  if (from == nullptr) {
    to->Length = 0;
    return;
  }
  const USHORT size = from->Length < to->MaximumLength ? from->Length : to->MaximumLength;
  memmove(to->Buffer, from->Buffer, size);
  to->Length = size;
}

// `terminate`: a wide string gets a terminator where there is room.
template <typename String>
NTSTATUS Append(String *to, const void *from, size_t size, bool terminate) {
  using Char = std::remove_reference_t<decltype(*to->Buffer)>;
  if (size == 0) {
    return STATUS_SUCCESS;
  }
  const size_t total = to->Length + size;
  if (total < size || total > to->MaximumLength) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  memmove(reinterpret_cast<char *>(to->Buffer) + to->Length, from, size);
  to->Length = static_cast<USHORT>(total);
  if (terminate && total + sizeof(Char) <= to->MaximumLength) {
    to->Buffer[total / sizeof(Char)] = 0;
  }
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitString(PSTRING to, PCSZ from) { Init(to, from, kMaximumNarrow, true); }
NTSTATUS NTAPI RtlInitStringEx(PSTRING to, PCSZ from) { return Init(to, from, kMaximumNarrow, false); }
VOID NTAPI RtlInitAnsiString(PANSI_STRING to, PCSZ from) { Init(to, from, kMaximumNarrow, true); }
NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING to, PCSZ from) { return Init(to, from, kMaximumNarrow, false); }
VOID NTAPI RtlInitUTF8String(PUTF8_STRING to, PCSZ from) { Init(to, from, kMaximumNarrow, true); }
NTSTATUS NTAPI RtlInitUTF8StringEx(PUTF8_STRING to, PCSZ from) { return Init(to, from, kMaximumNarrow, false); }
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from) { Init(to, from, kMaximumWide, true); }
NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING to, PCWSTR from) { return Init(to, from, kMaximumWide, false); }

VOID NTAPI RtlCopyString(PSTRING to, const STRING *from) { Copy(to, from); }

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from) {
  Copy(to, from);
  if (to->Length + sizeof(WCHAR) <= to->MaximumLength) {
    to->Buffer[to->Length / sizeof(WCHAR)] = 0;
  }
}

NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING to, PCSZ from) {
  return from == nullptr ? STATUS_SUCCESS : Append(to, from, strlen(from), false);
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING to, const STRING *from) {
  return Append(to, from->Buffer, from->Length, false);
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING to, PCWSTR from) {
  return from == nullptr ? STATUS_SUCCESS : Append(to, from, WideLength(from) * sizeof(WCHAR), true);
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING to, PCUNICODE_STRING from) {
  return Append(to, from->Buffer, from->Length, true);
}

}  // extern "C"
