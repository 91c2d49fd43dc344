// Ldr exports of ntdll.dll: the loader.
#pragma once

#include <nt/ntdef.h>
#include <nt/ntimage.h>
#include <nt/ntpebteb.h>

#define LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT 0x00000001u
#define LDR_GET_DLL_HANDLE_EX_PIN 0x00000002u
#define LDR_ADDREF_DLL_PIN 0x00000001u
#define LDR_LOCK_LOADER_LOCK_FLAG_RAISE_ON_ERRORS 0x00000001u
#define LDR_LOCK_LOADER_LOCK_FLAG_TRY_ONLY 0x00000002u
#define LDR_LOCK_LOADER_LOCK_DISPOSITION_INVALID 0u
#define LDR_LOCK_LOADER_LOCK_DISPOSITION_LOCK_ACQUIRED 1u
#define LDR_LOCK_LOADER_LOCK_DISPOSITION_LOCK_NOT_ACQUIRED 2u

#define RESOURCE_TYPE_LEVEL 0u
#define RESOURCE_NAME_LEVEL 1u
#define RESOURCE_LANGUAGE_LEVEL 2u
#define RESOURCE_DATA_LEVEL 3u

typedef struct _LDR_RESOURCE_INFO {
  ULONG_PTR Type;
  ULONG_PTR Name;
  ULONG_PTR Language;
} LDR_RESOURCE_INFO, *PLDR_RESOURCE_INFO;

typedef VOID(NTAPI *PLDR_ENUM_CALLBACK)(PLDR_DATA_TABLE_ENTRY ModuleInformation, PVOID Parameter, BOOLEAN *Stop);

typedef struct _DELAYLOAD_PROC_DESCRIPTOR {
  ULONG ImportDescribedByName;
  union {
    PCSTR Name;
    ULONG Ordinal;
  } Description;
} DELAYLOAD_PROC_DESCRIPTOR, *PDELAYLOAD_PROC_DESCRIPTOR;
typedef struct _DELAYLOAD_INFO {
  ULONG Size;
  PCIMAGE_DELAYLOAD_DESCRIPTOR DelayloadDescriptor;
  PIMAGE_THUNK_DATA ThunkAddress;
  PCSTR TargetDllName;
  DELAYLOAD_PROC_DESCRIPTOR TargetApiDescriptor;
  PVOID TargetModuleBase;
  PVOID Unused;
  ULONG LastError;
} DELAYLOAD_INFO, *PDELAYLOAD_INFO;
typedef PVOID(NTAPI *PDELAYLOAD_FAILURE_DLL_CALLBACK)(ULONG NotificationReason, PDELAYLOAD_INFO DelayloadInfo);
typedef PVOID(NTAPI *PDELAYLOAD_FAILURE_SYSTEM_ROUTINE)(PCSTR DllName, PCSTR ProcName);

NT_EXTERN_C_BEGIN

NTSYSAPI NTSTATUS NTAPI LdrLoadDll(PCWSTR DllPath, PULONG DllCharacteristics, PCUNICODE_STRING DllName,
                                   PVOID *DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrUnloadDll(PVOID DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandle(PCWSTR DllPath, PULONG DllCharacteristics, PCUNICODE_STRING DllName,
                                        PVOID *DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllHandleEx(ULONG Flags, PCWSTR DllPath, PULONG DllCharacteristics,
                                          PCUNICODE_STRING DllName, PVOID *DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrGetDllFullName(PVOID DllHandle, PUNICODE_STRING FullDllName);
NTSYSAPI NTSTATUS NTAPI LdrAddRefDll(ULONG Flags, PVOID DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID DllHandle);
NTSYSAPI NTSTATUS NTAPI LdrGetProcedureAddress(PVOID DllHandle, const ANSI_STRING *ProcedureName, ULONG ProcedureNumber,
                                               PVOID *ProcedureAddress);
NTSYSAPI NTSTATUS NTAPI LdrFindEntryForAddress(PVOID Address, PLDR_DATA_TABLE_ENTRY *Entry);
NTSYSAPI NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG Flags, PLDR_ENUM_CALLBACK Callback, PVOID Parameter);
NTSYSAPI NTSTATUS NTAPI LdrLockLoaderLock(ULONG Flags, ULONG *Disposition, PVOID *Cookie);
NTSYSAPI NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG Flags, PVOID Cookie);
NTSYSAPI NTSTATUS NTAPI LdrFindResource_U(PVOID DllHandle, const LDR_RESOURCE_INFO *ResourceInfo, ULONG Level,
                                          PIMAGE_RESOURCE_DATA_ENTRY *ResourceDataEntry);
NTSYSAPI NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID DllHandle, const LDR_RESOURCE_INFO *ResourceInfo, ULONG Level,
                                                   PIMAGE_RESOURCE_DIRECTORY *ResourceDirectory);
NTSYSAPI NTSTATUS NTAPI LdrAccessResource(PVOID DllHandle, const IMAGE_RESOURCE_DATA_ENTRY *ResourceDataEntry,
                                          PVOID *ResourceBuffer, ULONG *ResourceLength);
NTSYSAPI NTSTATUS NTAPI LdrSetDllDirectory(PCUNICODE_STRING Path);
NTSYSAPI NTSTATUS NTAPI LdrGetDllDirectory(PUNICODE_STRING Path);
NTSYSAPI NTSTATUS NTAPI LdrAddDllDirectory(PCUNICODE_STRING NewDirectory, PVOID *Cookie);
NTSYSAPI NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID Cookie);
NTSYSAPI NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG Flags);
NTSYSAPI NTSTATUS NTAPI LdrGetDllPath(PCWSTR Module, ULONG Flags, PWSTR *Path, PWSTR *SearchPaths);
NTSYSAPI VOID NTAPI RtlReleasePath(PWSTR Path);
NTSYSAPI PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID ParentModuleBase, PCIMAGE_DELAYLOAD_DESCRIPTOR DelayloadDescriptor,
                                              PDELAYLOAD_FAILURE_DLL_CALLBACK FailureDllHook,
                                              PDELAYLOAD_FAILURE_SYSTEM_ROUTINE FailureSystemHook,
                                              PIMAGE_THUNK_DATA ThunkAddress, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI LdrShutdownProcess(VOID);
NTSYSAPI NTSTATUS NTAPI LdrShutdownThread(VOID);
NTSYSAPI VOID NTAPI LdrInitializeThunk(PVOID ContextRecord, PVOID NtdllBase, PVOID Parameter);

NT_EXTERN_C_END
