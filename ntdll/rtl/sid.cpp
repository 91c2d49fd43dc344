// Security identifiers.
#include <nt/ntrtl_security.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

SID *Of(PSID sid) { return static_cast<SID *>(sid); }

constexpr ULONG SizeFor(ULONG count) { return static_cast<ULONG>(offsetof(SID, SubAuthority) + count * sizeof(ULONG)); }

/// Text of a number at the end of a growing buffer.
struct Text {
  char buffer[200];
  size_t length = 0;

  void Put(const char *text) {
    while (*text != 0) {
      buffer[length++] = *text++;
    }
  }
  void Put(uint64_t value, unsigned base) {
    char digits[24];
    size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count > 0) {
      buffer[length++] = digits[--count];
    }
  }
};

}  // namespace

extern "C" {

BOOLEAN NTAPI RtlValidSid(PSID sid) {
  return sid != nullptr && Of(sid)->Revision == SID_REVISION && Of(sid)->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG count) { return SizeFor(count); }
ULONG NTAPI RtlLengthSid(PSID sid) { return SizeFor(Of(sid)->SubAuthorityCount); }

BOOLEAN NTAPI RtlEqualSid(PSID left, PSID right) {
  return RtlValidSid(left) && RtlValidSid(right) && Of(left)->SubAuthorityCount == Of(right)->SubAuthorityCount &&
         memcmp(left, right, RtlLengthSid(left)) == 0;
}

BOOLEAN NTAPI RtlEqualPrefixSid(PSID left, PSID right) {
  if (!RtlValidSid(left) || !RtlValidSid(right) || Of(left)->SubAuthorityCount != Of(right)->SubAuthorityCount) {
    return FALSE;
  }
  const ULONG count = Of(left)->SubAuthorityCount;
  return memcmp(left, right, SizeFor(count == 0 ? 0 : count - 1)) == 0;
}

NTSTATUS NTAPI RtlCopySid(ULONG size, PSID to, PSID from) {
  const ULONG needed = RtlLengthSid(from);
  if (size < needed) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  memmove(to, from, needed);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, UCHAR count) {
  if (count > SID_MAX_SUB_AUTHORITIES) {
    return STATUS_INVALID_PARAMETER;
  }
  Of(sid)->Revision = SID_REVISION;
  Of(sid)->SubAuthorityCount = count;
  Of(sid)->IdentifierAuthority = *authority;
  return STATUS_SUCCESS;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid) { return &Of(sid)->IdentifierAuthority; }

PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG index) {
  return reinterpret_cast<PULONG>(static_cast<char *>(sid) + SizeFor(index));
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid) { return &Of(sid)->SubAuthorityCount; }

NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, UCHAR count, ULONG s0, ULONG s1,
                                           ULONG s2, ULONG s3, ULONG s4, ULONG s5, ULONG s6, ULONG s7, PSID *result) {
  const ULONG parts[] = {s0, s1, s2, s3, s4, s5, s6, s7};
  if (count > RTL_NUMBER_OF(parts)) {
    return STATUS_INVALID_SID;
  }
  PSID const sid = Allocate(SizeFor(count));
  if (sid == nullptr) {
    return STATUS_NO_MEMORY;
  }
  RtlInitializeSid(sid, authority, count);
  for (ULONG i = 0; i < count; ++i) {
    *RtlSubAuthoritySid(sid, i) = parts[i];
  }
  *result = sid;
  return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID sid) {
  Free(sid);
  return nullptr;
}

NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING to, PSID sid, BOOLEAN allocate) {
  if (!RtlValidSid(sid)) {
    return STATUS_INVALID_SID;
  }
  uint64_t authority = 0;
  for (const UCHAR byte : Of(sid)->IdentifierAuthority.Value) {
    authority = authority << 8 | byte;
  }
  Text text;
  text.Put("S-1-");
  if (authority > MAXULONG) {
    text.Put("0x");
    for (int digit = 11; digit >= 0; --digit) {
      text.Put(authority >> (digit * 4) & 0xf, 16);
    }
  } else {
    text.Put(authority, 10);
  }
  for (ULONG i = 0; i < Of(sid)->SubAuthorityCount; ++i) {
    text.Put("-");
    text.Put(*RtlSubAuthoritySid(sid, i), 10);
  }
  const auto size = static_cast<USHORT>(text.length * sizeof(WCHAR));
  if (allocate != 0) {
    to->Buffer = static_cast<WCHAR *>(Allocate(size + sizeof(WCHAR)));
    if (to->Buffer == nullptr) {
      return STATUS_NO_MEMORY;
    }
    to->MaximumLength = static_cast<USHORT>(size + sizeof(WCHAR));
  } else if (size + sizeof(WCHAR) > to->MaximumLength) {
    return STATUS_BUFFER_OVERFLOW;
  }
  for (size_t i = 0; i < text.length; ++i) {
    to->Buffer[i] = static_cast<WCHAR>(text.buffer[i]);
  }
  to->Buffer[text.length] = 0;
  to->Length = size;
  return STATUS_SUCCESS;
}

}  // extern "C"
