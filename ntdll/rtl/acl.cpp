// Access control lists. An ACL's own size field bounds every walk; ACEs that reach beyond it make the list invalid.
#include <nt/ntrtl_security.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

char *Start(PACL acl) { return reinterpret_cast<char *>(acl) + sizeof(ACL); }
char *End(PACL acl) { return reinterpret_cast<char *>(acl) + acl->AclSize; }

/// The ACE at `index` or the place behind the last one; null when the list is not sound up to there.
char *Walk(PACL acl, ULONG index) {
  char *at = Start(acl);
  for (ULONG i = 0; i < index; ++i) {
    if (static_cast<size_t>(End(acl) - at) < sizeof(ACE_HEADER)) {
      return nullptr;
    }
    const USHORT size = reinterpret_cast<ACE_HEADER *>(at)->AceSize;
    if (size < sizeof(ACE_HEADER) || size > End(acl) - at) {
      return nullptr;
    }
    at += size;
  }
  return at;
}

bool KnownRevision(ULONG revision) { return revision >= MIN_ACL_REVISION && revision <= MAX_ACL_REVISION; }

struct NewAce {
  UCHAR type;
  ULONG flags;
  ULONG allowed_flags;
  ACCESS_MASK mask;
  PSID sid;
  const GUID *object_type = nullptr;
  const GUID *inherited_type = nullptr;
  bool object = false;
};

char *PutBytes(char *to, const void *from, size_t size) {
  memcpy(to, from, size);
  return to + size;
}

NTSTATUS Add(PACL acl, ULONG revision, const NewAce &ace) {
  if (!RtlValidSid(ace.sid)) {
    return STATUS_INVALID_SID;
  }
  if (acl->AclRevision > MAX_ACL_REVISION || !KnownRevision(revision)) {
    return STATUS_REVISION_MISMATCH;
  }
  if ((ace.flags & ~ace.allowed_flags) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  char *at = acl->AclSize < sizeof(ACL) ? nullptr : Walk(acl, acl->AceCount);
  if (at == nullptr) {
    return STATUS_INVALID_ACL;
  }
  const ULONG sid_size = RtlLengthSid(ace.sid);
  const size_t size = sizeof(ACE_HEADER) + sizeof(ACCESS_MASK) + (ace.object ? sizeof(ULONG) : 0) +
                      (ace.object_type != nullptr ? sizeof(GUID) : 0) +
                      (ace.inherited_type != nullptr ? sizeof(GUID) : 0) + sid_size;
  if (size > static_cast<size_t>(End(acl) - at)) {
    return STATUS_ALLOTTED_SPACE_EXCEEDED;
  }
  const ACE_HEADER header{ace.type, static_cast<UCHAR>(ace.flags), static_cast<USHORT>(size)};
  at = PutBytes(at, &header, sizeof(header));
  at = PutBytes(at, &ace.mask, sizeof(ace.mask));
  if (ace.object) {
    const ULONG present = (ace.object_type != nullptr ? ACE_OBJECT_TYPE_PRESENT : 0) |
                          (ace.inherited_type != nullptr ? ACE_INHERITED_OBJECT_TYPE_PRESENT : 0);
    at = PutBytes(at, &present, sizeof(present));
  }
  if (ace.object_type != nullptr) {
    at = PutBytes(at, ace.object_type, sizeof(GUID));
  }
  if (ace.inherited_type != nullptr) {
    at = PutBytes(at, ace.inherited_type, sizeof(GUID));
  }
  PutBytes(at, ace.sid, sid_size);
  ++acl->AceCount;
  if (revision > acl->AclRevision) {
    acl->AclRevision = static_cast<UCHAR>(revision);
  }
  return STATUS_SUCCESS;
}

// Without GUIDs an object ACE is an ordinary one.
NTSTATUS AddObject(PACL acl, ULONG revision, NewAce ace, UCHAR object_type) {
  if (ace.object_type != nullptr || ace.inherited_type != nullptr) {
    if (revision < ACL_REVISION_DS) {
      return STATUS_REVISION_MISMATCH;
    }
    ace.type = object_type;
    ace.object = true;
  }
  return Add(acl, revision, ace);
}

ULONG AuditFlags(BOOLEAN success, BOOLEAN failure) {
  return (success != 0 ? SUCCESSFUL_ACCESS_ACE_FLAG : 0) | (failure != 0 ? FAILED_ACCESS_ACE_FLAG : 0);
}

constexpr ULONG kAuditFlags = VALID_INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG;

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG size, ULONG revision) {
  if (size < sizeof(ACL)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  if (!KnownRevision(revision) || size > MAXUSHORT) {
    return STATUS_INVALID_PARAMETER;
  }
  *acl = {static_cast<UCHAR>(revision), 0, static_cast<USHORT>(size & ~3u), 0, 0};
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidAcl(PACL acl) {
  if (acl == nullptr || !KnownRevision(acl->AclRevision) || acl->AclSize < sizeof(ACL) || acl->AclSize % 4 != 0 ||
      Walk(acl, acl->AceCount) == nullptr) {
    return FALSE;
  }
  for (ULONG i = 0; i < acl->AceCount; ++i) {
    const auto *const ace = reinterpret_cast<ACCESS_ALLOWED_ACE *>(Walk(acl, i));
    if (ace->Header.AceSize % 4 != 0) {
      return FALSE;
    }
    if (ace->Header.AceType > SYSTEM_AUDIT_ACE_TYPE && ace->Header.AceType != SYSTEM_MANDATORY_LABEL_ACE_TYPE) {
      continue;  // the layout of other kinds is their user's affair
    }
    const size_t room = ace->Header.AceSize;
    const auto sid = const_cast<ULONG *>(&ace->SidStart);
    constexpr size_t kSidAt = offsetof(ACCESS_ALLOWED_ACE, SidStart);
    if (room < kSidAt + offsetof(SID, SubAuthority) || !RtlValidSid(sid) || RtlLengthSid(sid) > room - kSidAt) {
      return FALSE;
    }
  }
  return TRUE;
}

BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *first_free) {
  char *const at = acl->AclSize < sizeof(ACL) ? nullptr : Walk(acl, acl->AceCount);
  *first_free = at != nullptr && at < End(acl) ? at : nullptr;
  return at != nullptr;
}

NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG index, PVOID aces, ULONG size) {
  if (!RtlValidAcl(acl) || !KnownRevision(revision)) {
    return STATUS_INVALID_PARAMETER;
  }
  ULONG count = 0;
  for (ULONG at = 0; at < size; ++count) {
    const auto *const header = reinterpret_cast<ACE_HEADER *>(static_cast<char *>(aces) + at);
    if (size - at < sizeof(ACE_HEADER) || header->AceSize < sizeof(ACE_HEADER) || header->AceSize > size - at) {
      return STATUS_INVALID_PARAMETER;
    }
    at += header->AceSize;
  }
  char *const end = Walk(acl, acl->AceCount);
  if (size > static_cast<size_t>(End(acl) - end)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  char *const place = index < acl->AceCount ? Walk(acl, index) : end;
  memmove(place + size, place, static_cast<size_t>(end - place));
  memcpy(place, aces, size);
  acl->AceCount = static_cast<USHORT>(acl->AceCount + count);
  if (revision > acl->AclRevision) {
    acl->AclRevision = static_cast<UCHAR>(revision);
  }
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG index) {
  if (!RtlValidAcl(acl) || index >= acl->AceCount) {
    return STATUS_INVALID_PARAMETER;
  }
  char *const ace = Walk(acl, index);
  char *const end = Walk(acl, acl->AceCount);
  const USHORT size = reinterpret_cast<ACE_HEADER *>(ace)->AceSize;
  memmove(ace, ace + size, static_cast<size_t>(end - ace) - size);
  memset(end - size, 0, size);
  --acl->AceCount;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG index, PVOID *ace) {
  if (!KnownRevision(acl->AclRevision) || acl->AclSize < sizeof(ACL) || index >= acl->AceCount) {
    return STATUS_INVALID_PARAMETER;
  }
  char *const found = Walk(acl, index);
  if (found == nullptr || Walk(acl, index + 1) == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  *ace = found;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID information, ULONG size, ACL_INFORMATION_CLASS what) {
  if (acl->AclSize < sizeof(ACL)) {
    return STATUS_INVALID_ACL;
  }
  if (what == AclRevisionInformation) {
    if (size < sizeof(ACL_REVISION_INFORMATION)) {
      return STATUS_BUFFER_TOO_SMALL;
    }
    static_cast<PACL_REVISION_INFORMATION>(information)->AclRevision = acl->AclRevision;
    return STATUS_SUCCESS;
  }
  if (what != AclSizeInformation) {
    return STATUS_INVALID_INFO_CLASS;
  }
  if (size < sizeof(ACL_SIZE_INFORMATION)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  const char *const end = Walk(acl, acl->AceCount);
  if (end == nullptr) {
    return STATUS_INVALID_ACL;
  }
  auto &result = *static_cast<PACL_SIZE_INFORMATION>(information);
  result.AceCount = acl->AceCount;
  result.AclBytesInUse = static_cast<ULONG>(end - reinterpret_cast<char *>(acl));
  result.AclBytesFree = acl->AclSize - result.AclBytesInUse;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID information, ULONG size, ACL_INFORMATION_CLASS what) {
  if (what != AclRevisionInformation) {
    return STATUS_INVALID_INFO_CLASS;
  }
  if (size < sizeof(ACL_REVISION_INFORMATION)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  const ULONG revision = static_cast<PACL_REVISION_INFORMATION>(information)->AclRevision;
  if (!KnownRevision(revision) || revision < acl->AclRevision) {
    return STATUS_INVALID_PARAMETER;
  }
  acl->AclRevision = static_cast<UCHAR>(revision);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid) {
  return Add(acl, revision, {ACCESS_ALLOWED_ACE_TYPE, flags, VALID_INHERIT_FLAGS, mask, sid});
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid) {
  return RtlAddAccessAllowedAceEx(acl, revision, 0, mask, sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid) {
  return Add(acl, revision, {ACCESS_DENIED_ACE_TYPE, flags, VALID_INHERIT_FLAGS, mask, sid});
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid) {
  return RtlAddAccessDeniedAceEx(acl, revision, 0, mask, sid);
}

NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, PSID sid,
                                      BOOLEAN success, BOOLEAN failure) {
  return Add(acl, revision, {SYSTEM_AUDIT_ACE_TYPE, flags | AuditFlags(success, failure), kAuditFlags, mask, sid});
}

NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid, BOOLEAN success,
                                    BOOLEAN failure) {
  return RtlAddAuditAccessAceEx(acl, revision, 0, mask, sid, success, failure);
}

NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                            GUID *inherited, PSID sid) {
  return AddObject(acl, revision, {ACCESS_ALLOWED_ACE_TYPE, flags, VALID_INHERIT_FLAGS, mask, sid, type, inherited},
                   ACCESS_ALLOWED_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                           GUID *inherited, PSID sid) {
  return AddObject(acl, revision, {ACCESS_DENIED_ACE_TYPE, flags, VALID_INHERIT_FLAGS, mask, sid, type, inherited},
                   ACCESS_DENIED_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddAuditAccessObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask, GUID *type,
                                          GUID *inherited, PSID sid, BOOLEAN success, BOOLEAN failure) {
  return AddObject(
      acl, revision,
      {SYSTEM_AUDIT_ACE_TYPE, flags | AuditFlags(success, failure), kAuditFlags, mask, sid, type, inherited},
      SYSTEM_AUDIT_OBJECT_ACE_TYPE);
}

NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision, ULONG flags, PSID sid, UCHAR type, ACCESS_MASK mask) {
  if (type != SYSTEM_MANDATORY_LABEL_ACE_TYPE) {
    return STATUS_INVALID_PARAMETER;
  }
  return Add(acl, revision, {type, flags, VALID_INHERIT_FLAGS, mask, sid});
}

VOID NTAPI RtlMapGenericMask(PACCESS_MASK mask, const GENERIC_MAPPING *mapping) {
  const ACCESS_MASK asked = *mask;
  *mask = (asked & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL)) |
          ((asked & GENERIC_READ) != 0 ? mapping->GenericRead : 0) |
          ((asked & GENERIC_WRITE) != 0 ? mapping->GenericWrite : 0) |
          ((asked & GENERIC_EXECUTE) != 0 ? mapping->GenericExecute : 0) |
          ((asked & GENERIC_ALL) != 0 ? mapping->GenericAll : 0);
}

BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired) { return (desired & ~granted) == 0; }
BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired) { return (granted & desired) != 0; }

}  // extern "C"
