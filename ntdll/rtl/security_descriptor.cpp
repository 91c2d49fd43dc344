// Security descriptors, absolute and self-relative.
#include <nt/ntrtl_security.h>

#include "rtlp.hpp"

using namespace rtlp;

namespace {

using Absolute = SECURITY_DESCRIPTOR;
using Relative = SECURITY_DESCRIPTOR_RELATIVE;

Absolute *Of(PSECURITY_DESCRIPTOR descriptor) { return static_cast<Absolute *>(descriptor); }
bool IsRelative(PSECURITY_DESCRIPTOR descriptor) { return (Of(descriptor)->Control & SE_SELF_RELATIVE) != 0; }
bool Has(PSECURITY_DESCRIPTOR descriptor, ULONG bit) { return (Of(descriptor)->Control & bit) != 0; }

/// The four parts as pointers, whatever the form; absent ones are null.
struct Parts {
  PSID owner;
  PSID group;
  PACL sacl;
  PACL dacl;
};

Parts PartsOf(PSECURITY_DESCRIPTOR descriptor) {
  Parts parts{};
  if (IsRelative(descriptor)) {
    const auto *const relative = static_cast<Relative *>(descriptor);
    const auto at = [=](ULONG offset) -> PVOID {
      return offset == 0 ? nullptr : static_cast<char *>(descriptor) + offset;
    };
    parts = {at(relative->Owner), at(relative->Group), static_cast<PACL>(at(relative->Sacl)),
             static_cast<PACL>(at(relative->Dacl))};
  } else {
    const Absolute *const absolute = Of(descriptor);
    parts = {absolute->Owner, absolute->Group, absolute->Sacl, absolute->Dacl};
  }
  parts.sacl = Has(descriptor, SE_SACL_PRESENT) ? parts.sacl : nullptr;
  parts.dacl = Has(descriptor, SE_DACL_PRESENT) ? parts.dacl : nullptr;
  return parts;
}

constexpr ULONG Align(ULONG size) { return (size + 3) & ~3u; }
ULONG SidSize(PSID sid) { return sid != nullptr ? Align(RtlLengthSid(sid)) : 0; }
ULONG AclSize(PACL acl) { return acl != nullptr ? Align(acl->AclSize) : 0; }

/// Copies into the caller's buffer for one part; false when its size is not enough (then it is told).
bool Take(const void *from, ULONG size, PVOID to, PULONG capacity) {
  const bool fits = *capacity >= size;
  *capacity = size;
  if (fits && size != 0 && to != nullptr) {
    memcpy(to, from, size);
  }
  return fits && (size == 0 || to != nullptr);
}

NTSTATUS GetAcl(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present, PACL *acl, PBOOLEAN defaulted, ULONG present_bit,
                ULONG defaulted_bit) {
  if (Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  *present = Has(descriptor, present_bit);
  if (*present) {
    const Parts parts = PartsOf(descriptor);
    *acl = present_bit == SE_DACL_PRESENT ? parts.dacl : parts.sacl;
    *defaulted = Has(descriptor, defaulted_bit);
  }
  return STATUS_SUCCESS;
}

NTSTATUS CheckWritable(PSECURITY_DESCRIPTOR descriptor) {
  if (Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  return IsRelative(descriptor) ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

void SetBits(PSECURITY_DESCRIPTOR descriptor, ULONG bits, bool set) {
  Of(descriptor)->Control = static_cast<USHORT>(set ? Of(descriptor)->Control | bits : Of(descriptor)->Control & ~bits);
}

NTSTATUS SetAcl(PSECURITY_DESCRIPTOR descriptor, BOOLEAN present, PACL acl, BOOLEAN defaulted, ULONG present_bit,
                ULONG defaulted_bit, PACL Absolute::*field) {
  const NTSTATUS status = CheckWritable(descriptor);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  SetBits(descriptor, present_bit, present != 0);
  SetBits(descriptor, defaulted_bit, present != 0 && defaulted != 0);
  Of(descriptor)->*field = present != 0 ? acl : nullptr;
  return STATUS_SUCCESS;
}

NTSTATUS SetSid(PSECURITY_DESCRIPTOR descriptor, PSID sid, BOOLEAN defaulted, ULONG defaulted_bit,
                PSID Absolute::*field) {
  const NTSTATUS status = CheckWritable(descriptor);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  SetBits(descriptor, defaulted_bit, defaulted != 0);
  Of(descriptor)->*field = sid;
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, ULONG revision) {
  if (revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  *Of(descriptor) = {};
  Of(descriptor)->Revision = SECURITY_DESCRIPTOR_REVISION;
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor) {
  if (descriptor == nullptr || Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) {
    return FALSE;
  }
  const Parts parts = PartsOf(descriptor);
  return (parts.owner == nullptr || RtlValidSid(parts.owner)) && (parts.group == nullptr || RtlValidSid(parts.group)) &&
         (parts.dacl == nullptr || RtlValidAcl(parts.dacl)) && (parts.sacl == nullptr || RtlValidAcl(parts.sacl));
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, ULONG size,
                                                 SECURITY_INFORMATION required) {
  if (size < sizeof(Relative) || Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION || !IsRelative(descriptor)) {
    return FALSE;
  }
  const auto *const relative = static_cast<Relative *>(descriptor);
  const auto sid_fits = [=](ULONG offset, bool needed) {
    if (offset == 0) {
      return !needed;
    }
    constexpr ULONG kHead = offsetof(SID, SubAuthority);
    if (offset % 4 != 0 || offset < sizeof(Relative) || offset > size || size - offset < kHead) {
      return false;
    }
    PSID const sid = static_cast<char *>(descriptor) + offset;
    return RtlValidSid(sid) && RtlLengthSid(sid) <= size - offset;
  };
  const auto acl_fits = [=](ULONG offset, bool present, bool needed) {
    if (!present || offset == 0) {
      return !needed || present;
    }
    if (offset % 4 != 0 || offset < sizeof(Relative) || offset > size || size - offset < sizeof(ACL)) {
      return false;
    }
    PACL const acl = reinterpret_cast<PACL>(static_cast<char *>(descriptor) + offset);
    return acl->AclSize <= size - offset && RtlValidAcl(acl);
  };
  return sid_fits(relative->Owner, (required & OWNER_SECURITY_INFORMATION) != 0) &&
         sid_fits(relative->Group, (required & GROUP_SECURITY_INFORMATION) != 0) &&
         acl_fits(relative->Dacl, Has(descriptor, SE_DACL_PRESENT), (required & DACL_SECURITY_INFORMATION) != 0) &&
         acl_fits(relative->Sacl, Has(descriptor, SE_SACL_PRESENT), (required & SACL_SECURITY_INFORMATION) != 0);
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor) {
  const Parts parts = PartsOf(descriptor);
  const ULONG head = static_cast<ULONG>(IsRelative(descriptor) ? sizeof(Relative) : sizeof(Absolute));
  return head + SidSize(parts.owner) + SidSize(parts.group) + AclSize(parts.sacl) + AclSize(parts.dacl);
}

NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSECURITY_DESCRIPTOR_CONTROL control,
                                               PULONG revision) {
  *revision = Of(descriptor)->Revision;
  if (*revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  *control = Of(descriptor)->Control;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, SECURITY_DESCRIPTOR_CONTROL interest,
                                               SECURITY_DESCRIPTOR_CONTROL bits) {
  constexpr ULONG kSettable = SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED |
                              SE_SACL_AUTO_INHERITED | SE_DACL_PROTECTED | SE_SACL_PROTECTED;
  if ((interest & ~kSettable) != 0 || (bits & ~interest) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  Of(descriptor)->Control = static_cast<USHORT>((Of(descriptor)->Control & ~interest) | bits);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present, PACL *dacl,
                                            PBOOLEAN defaulted) {
  return GetAcl(descriptor, present, dacl, defaulted, SE_DACL_PRESENT, SE_DACL_DEFAULTED);
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PBOOLEAN present, PACL *sacl,
                                            PBOOLEAN defaulted) {
  return GetAcl(descriptor, present, sacl, defaulted, SE_SACL_PRESENT, SE_SACL_DEFAULTED);
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID *owner, PBOOLEAN defaulted) {
  if (Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  *owner = PartsOf(descriptor).owner;
  *defaulted = Has(descriptor, SE_OWNER_DEFAULTED);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID *group, PBOOLEAN defaulted) {
  if (Of(descriptor)->Revision != SECURITY_DESCRIPTOR_REVISION) {
    return STATUS_UNKNOWN_REVISION;
  }
  *group = PartsOf(descriptor).group;
  *defaulted = Has(descriptor, SE_GROUP_DEFAULTED);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, BOOLEAN present, PACL dacl,
                                            BOOLEAN defaulted) {
  return SetAcl(descriptor, present, dacl, defaulted, SE_DACL_PRESENT, SE_DACL_DEFAULTED, &Absolute::Dacl);
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, BOOLEAN present, PACL sacl,
                                            BOOLEAN defaulted) {
  return SetAcl(descriptor, present, sacl, defaulted, SE_SACL_PRESENT, SE_SACL_DEFAULTED, &Absolute::Sacl);
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOLEAN defaulted) {
  return SetSid(descriptor, owner, defaulted, SE_OWNER_DEFAULTED, &Absolute::Owner);
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOLEAN defaulted) {
  return SetSid(descriptor, group, defaulted, SE_GROUP_DEFAULTED, &Absolute::Group);
}

NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, PULONG capacity) {
  const Parts parts = PartsOf(from);
  const ULONG size = static_cast<ULONG>(sizeof(Relative)) + SidSize(parts.owner) + SidSize(parts.group) +
                     AclSize(parts.sacl) + AclSize(parts.dacl);
  if (*capacity < size) {
    *capacity = size;
    return STATUS_BUFFER_TOO_SMALL;
  }
  memset(to, 0, size);
  auto *const relative = static_cast<Relative *>(to);
  relative->Revision = SECURITY_DESCRIPTOR_REVISION;
  relative->Sbz1 = Of(from)->Sbz1;
  relative->Control = static_cast<USHORT>(Of(from)->Control | SE_SELF_RELATIVE);
  ULONG at = sizeof(Relative);
  const auto put = [&](const void *part, ULONG bytes, ULONG aligned) -> ULONG {
    if (part == nullptr) {
      return 0;
    }
    memcpy(static_cast<char *>(to) + at, part, bytes);
    const ULONG offset = at;
    at += aligned;
    return offset;
  };
  relative->Sacl = put(parts.sacl, parts.sacl != nullptr ? parts.sacl->AclSize : 0, AclSize(parts.sacl));
  relative->Dacl = put(parts.dacl, parts.dacl != nullptr ? parts.dacl->AclSize : 0, AclSize(parts.dacl));
  relative->Owner = put(parts.owner, SidSize(parts.owner), SidSize(parts.owner));
  relative->Group = put(parts.group, SidSize(parts.group), SidSize(parts.group));
  *capacity = size;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, PULONG capacity) {
  return IsRelative(from) ? STATUS_BAD_DESCRIPTOR_FORMAT : RtlMakeSelfRelativeSD(from, to, capacity);
}

NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR from, PSECURITY_DESCRIPTOR to, PULONG size, PACL dacl,
                                           PULONG dacl_size, PACL sacl, PULONG sacl_size, PSID owner, PULONG owner_size,
                                           PSID group, PULONG group_size) {
  if (!IsRelative(from)) {
    return STATUS_BAD_DESCRIPTOR_FORMAT;
  }
  const Parts parts = PartsOf(from);
  const auto sid_bytes = [](PSID sid) { return sid != nullptr ? RtlLengthSid(sid) : 0; };
  const auto acl_bytes = [](PACL acl) { return acl != nullptr ? ULONG{acl->AclSize} : 0; };
  bool fits = Take(parts.dacl, acl_bytes(parts.dacl), dacl, dacl_size);
  fits = Take(parts.sacl, acl_bytes(parts.sacl), sacl, sacl_size) && fits;
  fits = Take(parts.owner, sid_bytes(parts.owner), owner, owner_size) && fits;
  fits = Take(parts.group, sid_bytes(parts.group), group, group_size) && fits;
  const bool room = *size >= sizeof(Absolute) && to != nullptr;
  *size = sizeof(Absolute);
  if (!fits || !room) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  Absolute &absolute = *Of(to);
  absolute = {};
  absolute.Revision = SECURITY_DESCRIPTOR_REVISION;
  absolute.Sbz1 = Of(from)->Sbz1;
  absolute.Control = static_cast<USHORT>(Of(from)->Control & ~SE_SELF_RELATIVE);
  absolute.Owner = parts.owner != nullptr ? owner : nullptr;
  absolute.Group = parts.group != nullptr ? group : nullptr;
  absolute.Sacl = parts.sacl != nullptr ? sacl : nullptr;
  absolute.Dacl = parts.dacl != nullptr ? dacl : nullptr;
  return STATUS_SUCCESS;
}

}  // extern "C"
