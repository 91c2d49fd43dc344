// Symbolic links.

#include "iop.hpp"

#include <nt/nt_services.h>

extern "C" {

// WDK: IoCreateSymbolicLink: a permanent link. STATUS_OBJECT_NAME_COLLISION and the like. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, SymbolicLinkName, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT, nullptr, nullptr);
  HANDLE handle;
  NTSTATUS status = NtCreateSymbolicLinkObject(&handle, SYMBOLIC_LINK_ALL_ACCESS, &attributes, DeviceName);
  if (NT_SUCCESS(status)) {
    NtClose(handle);
  }
  return status;
}

// WDK: IoCreateUnprotectedSymbolicLink: as above; protection is the directory's.
NTSTATUS NTAPI IoCreateUnprotectedSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName) {
  return IoCreateSymbolicLink(SymbolicLinkName, DeviceName);
}

// WDK: IoDeleteSymbolicLink. STATUS_OBJECT_NAME_NOT_FOUND. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, SymbolicLinkName, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  HANDLE handle;
  NTSTATUS status = NtOpenSymbolicLinkObject(&handle, DELETE, &attributes);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  status = NtMakeTemporaryObject(handle);
  NtClose(handle);
  return status;
}

}  // extern "C"
