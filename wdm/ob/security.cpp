// Access checks. There are no tokens yet (executive/se): every process is the system. So checks are made for that one
// identity: LocalSystem, a member of Administrators, Authenticated Users and Everyone, which holds every privilege.

#include <nt/ntrtl.h>
#include <ntifs.h>

#include <wdmp/pool.hpp>

namespace {

constexpr ACCESS_MASK kGeneric = GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL;

struct Sid {
  UCHAR revision;
  UCHAR count;
  UCHAR authority[6];
  ULONG parts[2];
};

constexpr Sid kIdentity[] = {
    {1, 1, {0, 0, 0, 0, 0, 5}, {18, 0}},    // LocalSystem
    {1, 2, {0, 0, 0, 0, 0, 5}, {32, 544}},  // Administrators
    {1, 1, {0, 0, 0, 0, 0, 5}, {11, 0}},    // Authenticated Users
    {1, 1, {0, 0, 0, 0, 0, 1}, {0, 0}},     // Everyone
};

bool IsSubject(PSID sid) {
  for (const Sid &own : kIdentity) {
    if (RtlEqualSid(sid, const_cast<Sid *>(&own))) {
      return true;
    }
  }
  return false;
}

// What the list allows of `wanted`; MAXIMUM_ALLOWED in it: all that it allows. learn.microsoft.com, "How DACLs control
// access to an object": in order, and what has been allowed or denied stays so.
ACCESS_MASK Walk(PACL list, ACCESS_MASK wanted, PGENERIC_MAPPING mapping) {
  ACCESS_MASK allowed = 0;
  ACCESS_MASK denied = 0;
  for (ULONG i = 0; i < list->AceCount; i += 1) {
    PVOID entry = nullptr;
    if (!NT_SUCCESS(RtlGetAce(list, i, &entry))) {
      break;
    }
    auto *ace = static_cast<PACCESS_ALLOWED_ACE>(entry);
    const bool known = ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE || ace->Header.AceType == ACCESS_DENIED_ACE_TYPE;
    if (!known || (ace->Header.AceFlags & INHERIT_ONLY_ACE) != 0 || !IsSubject(&ace->SidStart)) {
      continue;
    }
    ACCESS_MASK mask = ace->Mask;
    RtlMapGenericMask(&mask, mapping);
    (ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE ? allowed : denied) |= mask & ~(allowed | denied);
  }
  return (wanted & MAXIMUM_ALLOWED) != 0 ? allowed : allowed & wanted;
}

ACCESS_MASK AllowedBy(PSECURITY_DESCRIPTOR descriptor, ACCESS_MASK wanted, PGENERIC_MAPPING mapping) {
  PACL list = nullptr;
  BOOLEAN present = FALSE;
  BOOLEAN defaulted = FALSE;
  PSID owner = nullptr;
  if (!NT_SUCCESS(RtlGetDaclSecurityDescriptor(descriptor, &present, &list, &defaulted)) || !present ||
      list == nullptr) {
    return (wanted & MAXIMUM_ALLOWED) != 0 ? mapping->GenericAll : wanted;
  }
  ACCESS_MASK allowed = Walk(list, wanted, mapping);
  if (NT_SUCCESS(RtlGetOwnerSecurityDescriptor(descriptor, &owner, &defaulted)) && owner != nullptr &&
      IsSubject(owner)) {
    allowed |= (wanted & MAXIMUM_ALLOWED) != 0 ? READ_CONTROL | WRITE_DAC : wanted & (READ_CONTROL | WRITE_DAC);
  }
  return allowed;
}

}  // namespace

extern "C" {

// learn.microsoft.com, "SeAccessCheck". STATUS_ACCESS_DENIED, STATUS_PRIVILEGE_NOT_HELD in AccessStatus.
BOOLEAN NTAPI SeAccessCheck(PSECURITY_DESCRIPTOR SecurityDescriptor, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                            BOOLEAN SubjectContextLocked, ACCESS_MASK DesiredAccess,
                            ACCESS_MASK PreviouslyGrantedAccess, PPRIVILEGE_SET *Privileges,
                            PGENERIC_MAPPING GenericMapping, KPROCESSOR_MODE AccessMode, PACCESS_MASK GrantedAccess,
                            PNTSTATUS AccessStatus) {
  (void)SubjectSecurityContext;
  (void)SubjectContextLocked;
  if (Privileges != nullptr) {
    *Privileges = nullptr;  // none was needed
  }
  ACCESS_MASK wanted = DesiredAccess;
  RtlMapGenericMask(&wanted, GenericMapping);
  // The system's SeSecurityPrivilege and SeTakeOwnershipPrivilege.
  constexpr ACCESS_MASK kPrivileged = ACCESS_SYSTEM_SECURITY | WRITE_OWNER;
  const ACCESS_MASK plain = wanted & ~(MAXIMUM_ALLOWED | kGeneric);
  ACCESS_MASK granted = PreviouslyGrantedAccess;
  if (AccessMode == KernelMode) {
    granted |= (wanted & MAXIMUM_ALLOWED) != 0 ? GenericMapping->GenericAll | plain : plain;
  } else if (SecurityDescriptor == nullptr) {
    *AccessStatus = STATUS_ACCESS_DENIED;
    *GrantedAccess = 0;
    return FALSE;
  } else {
    granted |= AllowedBy(SecurityDescriptor, wanted, GenericMapping) | (wanted & kPrivileged);
  }
  const bool good = (plain & ~granted) == 0 && (granted != 0 || wanted == 0);
  *GrantedAccess = good ? granted : 0;
  *AccessStatus = good ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
  return good;
}

BOOLEAN NTAPI SeSinglePrivilegeCheck(LUID PrivilegeValue, KPROCESSOR_MODE PreviousMode) {
  (void)PrivilegeValue;
  (void)PreviousMode;
  return TRUE;
}

BOOLEAN NTAPI SePrivilegeCheck(PPRIVILEGE_SET RequiredPrivileges, PSECURITY_SUBJECT_CONTEXT SubjectSecurityContext,
                               KPROCESSOR_MODE AccessMode) {
  (void)SubjectSecurityContext;
  for (ULONG i = 0; AccessMode != KernelMode && i < RequiredPrivileges->PrivilegeCount; i += 1) {
    RequiredPrivileges->Privilege[i].Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
  }
  return TRUE;
}

VOID NTAPI SeFreePrivileges(PPRIVILEGE_SET Privileges) {
  if (Privileges != nullptr) {
    wdm::PoolFree(Privileges);
  }
}

// A subject has no token to keep or lock.
VOID NTAPI SeCaptureSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) { *SubjectContext = {}; }
VOID NTAPI SeLockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) { (void)SubjectContext; }
VOID NTAPI SeUnlockSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) { (void)SubjectContext; }
VOID NTAPI SeReleaseSubjectContext(PSECURITY_SUBJECT_CONTEXT SubjectContext) { (void)SubjectContext; }

BOOLEAN NTAPI SeValidSecurityDescriptor(ULONG Length, PSECURITY_DESCRIPTOR SecurityDescriptor) {
  return RtlValidRelativeSecurityDescriptor(SecurityDescriptor, Length, 0);
}

}  // extern "C"
