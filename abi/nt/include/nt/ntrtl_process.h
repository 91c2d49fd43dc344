// Rtl exports of ntdll.dll: environment, process parameters, new processes. Source: the WDK's headers and the Win32
// process reference.
#pragma once

#include <nt/ntdef.h>
#include <nt/ntpsapi.h>

#ifndef NT_PROCESSOR_NUMBER_DEFINED_
#define NT_PROCESSOR_NUMBER_DEFINED_
typedef struct _PROCESSOR_NUMBER {
  USHORT Group;
  UCHAR Number;
  UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;
#endif

NT_EXTERN_C_BEGIN

// Environment blocks: NAME=VALUE, sorted, each ended by 0, the block by another. A null Environment means the process's
// own.
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN CloneCurrentEnvironment, PVOID *Environment);
NTSYSAPI NTSTATUS NTAPI RtlDestroyEnvironment(PVOID Environment);
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentEnvironment(PVOID Environment, PVOID *PreviousEnvironment);
/// Counts are in characters. A null Value deletes. STATUS_INVALID_PARAMETER, STATUS_VARIABLE_NOT_FOUND,
/// STATUS_NO_MEMORY.
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVar(PVOID *Environment, PCWSTR Name, SIZE_T NameLength, PCWSTR Value,
                                             SIZE_T ValueLength);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVariable(PVOID *Environment, PCUNICODE_STRING Name, PCUNICODE_STRING Value);
/// STATUS_VARIABLE_NOT_FOUND; STATUS_BUFFER_TOO_SMALL with Value->Length = the size that is needed.
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PVOID Environment, PCUNICODE_STRING Name, PUNICODE_STRING Value);
/// Counts are in characters; *ReturnLength has the terminator only when the buffer was too small.
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable(PVOID Environment, PCWSTR Name, SIZE_T NameLength, PWSTR Value,
                                                    SIZE_T ValueLength, PSIZE_T ReturnLength);
/// Replaces %NAME% where the variable exists. *ReturnedLength in bytes with terminator. STATUS_BUFFER_TOO_SMALL.
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PVOID Environment, PCUNICODE_STRING Source,
                                                      PUNICODE_STRING Destination, PULONG ReturnedLength);
/// The same, counted in characters.
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings(PVOID Environment, PCWSTR Source, SIZE_T SourceLength,
                                                    PWSTR Destination, SIZE_T DestinationLength, PSIZE_T ReturnLength);

/// One block of the process heap with all strings and a copy of the environment. Null strings take the caller's or are
/// empty. STATUS_NO_MEMORY, STATUS_INVALID_PARAMETER.
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParametersEx(PRTL_USER_PROCESS_PARAMETERS *ProcessParameters,
                                                     PCUNICODE_STRING ImagePathName, PCUNICODE_STRING DllPath,
                                                     PCUNICODE_STRING CurrentDirectory, PCUNICODE_STRING CommandLine,
                                                     PVOID Environment, PCUNICODE_STRING WindowTitle,
                                                     PCUNICODE_STRING DesktopInfo, PCUNICODE_STRING ShellInfo,
                                                     PCUNICODE_STRING RuntimeData, ULONG Flags);
/// The same without flags: strings as offsets.
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParameters(PRTL_USER_PROCESS_PARAMETERS *ProcessParameters,
                                                   PCUNICODE_STRING ImagePathName, PCUNICODE_STRING DllPath,
                                                   PCUNICODE_STRING CurrentDirectory, PCUNICODE_STRING CommandLine,
                                                   PVOID Environment, PCUNICODE_STRING WindowTitle,
                                                   PCUNICODE_STRING DesktopInfo, PCUNICODE_STRING ShellInfo,
                                                   PCUNICODE_STRING RuntimeData);
NTSYSAPI NTSTATUS NTAPI RtlDestroyProcessParameters(PRTL_USER_PROCESS_PARAMETERS ProcessParameters);
/// Strings from offsets to pointers, and back.
NTSYSAPI PRTL_USER_PROCESS_PARAMETERS NTAPI RtlNormalizeProcessParams(PRTL_USER_PROCESS_PARAMETERS ProcessParameters);
NTSYSAPI PRTL_USER_PROCESS_PARAMETERS NTAPI RtlDeNormalizeProcessParams(PRTL_USER_PROCESS_PARAMETERS ProcessParameters);
/// A process whose first thread is suspended. Statuses of NtCreateUserProcess.
NTSYSAPI NTSTATUS NTAPI RtlCreateUserProcess(PCUNICODE_STRING NtImagePathName, ULONG Attributes,
                                             PRTL_USER_PROCESS_PARAMETERS ProcessParameters,
                                             PSECURITY_DESCRIPTOR ProcessSecurityDescriptor,
                                             PSECURITY_DESCRIPTOR ThreadSecurityDescriptor, HANDLE ParentProcess,
                                             BOOLEAN InheritHandles, HANDLE DebugPort, HANDLE TokenHandle,
                                             PRTL_USER_PROCESS_INFORMATION ProcessInformation);

/// A stack with guard page; zero sizes are the image's. STATUS_INVALID_PARAMETER, statuses of NtAllocateVirtualMemory.
NTSYSAPI NTSTATUS NTAPI RtlCreateUserStack(SIZE_T CommittedStackSize, SIZE_T MaximumStackSize, ULONG_PTR ZeroBits,
                                           SIZE_T PageSize, ULONG_PTR ReserveAlignment, PINITIAL_TEB InitialTeb);
NTSYSAPI VOID NTAPI RtlFreeUserStack(PVOID AllocationBase);
NTSYSAPI VOID NTAPI RtlGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcessorNumber);

NT_EXTERN_C_END
