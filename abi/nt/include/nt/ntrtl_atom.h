// Rtl exports of ntdll.dll: atom tables. Source: the Win32 atom reference and the WDK's headers.
#pragma once

#include <nt/ntdef.h>

NT_EXTERN_C_BEGIN

/// A table of the process heap; one that is already there is kept. STATUS_NO_MEMORY, STATUS_INVALID_PARAMETER.
NTSYSAPI NTSTATUS NTAPI RtlCreateAtomTable(ULONG NumberOfBuckets, PVOID *AtomTableHandle);
NTSYSAPI NTSTATUS NTAPI RtlDestroyAtomTable(PVOID AtomTableHandle);
NTSYSAPI NTSTATUS NTAPI RtlEmptyAtomTable(PVOID AtomTableHandle, BOOLEAN DeletePinned);
/// A name of up to 255 characters, or a number below 0xC000 as "#123" or in the pointer itself.
NTSYSAPI NTSTATUS NTAPI RtlAddAtomToAtomTable(PVOID AtomTableHandle, PCWSTR AtomName, PRTL_ATOM Atom);
/// STATUS_OBJECT_NAME_NOT_FOUND.
NTSYSAPI NTSTATUS NTAPI RtlLookupAtomInAtomTable(PVOID AtomTableHandle, PCWSTR AtomName, PRTL_ATOM Atom);
/// STATUS_INVALID_HANDLE; STATUS_WAS_LOCKED for a pinned one.
NTSYSAPI NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PVOID AtomTableHandle, RTL_ATOM Atom);
NTSYSAPI NTSTATUS NTAPI RtlPinAtomInAtomTable(PVOID AtomTableHandle, RTL_ATOM Atom);
NTSYSAPI NTSTATUS NTAPI RtlQueryAtomInAtomTable(PVOID AtomTableHandle, RTL_ATOM Atom, PULONG AtomUsage,
                                                PULONG AtomFlags, PWSTR AtomName, PULONG AtomNameLength);

NT_EXTERN_C_END
