// Rtl exports of ntdll.dll. Here: lists, exceptions and unwinding, images, threads and processes, debugging;
// the rest by topic in the ntrtl_*.h files.
#pragma once

#include <nt/ntcontext.h>
#include <nt/ntdef.h>
#include <nt/ntimage.h>
#include <nt/ntpsapi.h>
#include <nt/ntrtl_atom.h>
#include <nt/ntrtl_basic.h>
#include <nt/ntrtl_crt.h>
#include <nt/ntrtl_pool.h>
#include <nt/ntrtl_security.h>
#include <nt/ntrtl_string.h>
#if __has_include(<nt/ntrtl_heap.h>)
#include <nt/ntrtl_heap.h>
#endif
#if __has_include(<nt/ntrtl_sync.h>)
#include <nt/ntrtl_sync.h>
#endif
#if __has_include(<nt/ntrtl_process.h>)
#include <nt/ntrtl_process.h>
#endif
#if __has_include(<nt/ntrtl_path.h>)
#include <nt/ntrtl_path.h>
#endif

FORCEINLINE VOID InitializeListHead(PLIST_ENTRY ListHead) { ListHead->Flink = ListHead->Blink = ListHead; }
FORCEINLINE BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead) { return (BOOLEAN)(ListHead->Flink == ListHead); }
FORCEINLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry) {
  PLIST_ENTRY next = Entry->Flink;
  PLIST_ENTRY previous = Entry->Blink;
  previous->Flink = next;
  next->Blink = previous;
  return (BOOLEAN)(next == previous);
}
FORCEINLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead) {
  PLIST_ENTRY entry = ListHead->Flink;
  RemoveEntryList(entry);
  return entry;
}
FORCEINLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead) {
  PLIST_ENTRY entry = ListHead->Blink;
  RemoveEntryList(entry);
  return entry;
}
FORCEINLINE VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry) {
  PLIST_ENTRY previous = ListHead->Blink;
  Entry->Flink = ListHead;
  Entry->Blink = previous;
  previous->Flink = Entry;
  ListHead->Blink = Entry;
}
FORCEINLINE VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry) {
  PLIST_ENTRY next = ListHead->Flink;
  Entry->Flink = next;
  Entry->Blink = ListHead;
  next->Blink = Entry;
  ListHead->Flink = Entry;
}

NT_EXTERN_C_BEGIN

// Exceptions and unwinding.
// NtContinue runs in user mode: it is no service. STATUS_INVALID_PARAMETER: no control registers, or not aligned.
NTSYSAPI NTSTATUS NTAPI NtContinue(PCONTEXT ContextRecord, BOOLEAN TestAlert);
NTSYSAPI NTSTATUS NTAPI ZwContinue(PCONTEXT ContextRecord, BOOLEAN TestAlert);
NTSYSAPI VOID NTAPI RtlCaptureContext(PCONTEXT ContextRecord);
DECLSPEC_NORETURN NTSYSAPI VOID NTAPI RtlRestoreContext(PCONTEXT ContextRecord, PEXCEPTION_RECORD ExceptionRecord);
NTSYSAPI NTSTATUS NTAPI RtlCopyContext(PCONTEXT Destination, ULONG ContextFlags, PCONTEXT Source);
NTSYSAPI ULONG64 NTAPI RtlGetEnabledExtendedFeatures(ULONG64 FeatureMask);
NTSYSAPI NTSTATUS NTAPI RtlGetExtendedContextLength(ULONG ContextFlags, PULONG ContextLength);
NTSYSAPI NTSTATUS NTAPI RtlGetExtendedContextLength2(ULONG ContextFlags, PULONG ContextLength,
                                                     ULONG64 XStateCompactionMask);
NTSYSAPI NTSTATUS NTAPI RtlInitializeExtendedContext(PVOID Context, ULONG ContextFlags, PCONTEXT_EX *ContextEx);
NTSYSAPI NTSTATUS NTAPI RtlInitializeExtendedContext2(PVOID Context, ULONG ContextFlags, PCONTEXT_EX *ContextEx,
                                                      ULONG64 XStateCompactionMask);
NTSYSAPI PCONTEXT NTAPI RtlLocateLegacyContext(PCONTEXT_EX ContextEx, PULONG Length);
NTSYSAPI PVOID NTAPI RtlLocateExtendedFeature(PCONTEXT_EX ContextEx, ULONG FeatureId, PULONG Length);
NTSYSAPI ULONG64 NTAPI RtlGetExtendedFeaturesMask(PCONTEXT_EX ContextEx);
NTSYSAPI VOID NTAPI RtlSetExtendedFeaturesMask(PCONTEXT_EX ContextEx, ULONG64 FeatureMask);
NTSYSAPI VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord);
NTSYSAPI VOID NTAPI RtlRaiseStatus(NTSTATUS Status);
NTSYSAPI BOOLEAN NTAPI RtlDispatchException(PEXCEPTION_RECORD ExceptionRecord, PCONTEXT ContextRecord);
NTSYSAPI PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID Handle);
NTSYSAPI PVOID NTAPI RtlAddVectoredContinueHandler(ULONG First, PVECTORED_EXCEPTION_HANDLER Handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID Handle);
NTSYSAPI VOID NTAPI RtlSetUnhandledExceptionFilter(PRTLP_UNHANDLED_EXCEPTION_FILTER UnhandledExceptionFilter);
NTSYSAPI LONG NTAPI RtlUnhandledExceptionFilter(PEXCEPTION_POINTERS ExceptionInfo);
NTSYSAPI PRUNTIME_FUNCTION NTAPI RtlLookupFunctionEntry(ULONG_PTR ControlPc, ULONG_PTR *ImageBase,
                                                        PUNWIND_HISTORY_TABLE HistoryTable);
NTSYSAPI PEXCEPTION_ROUTINE NTAPI RtlVirtualUnwind(ULONG HandlerType, ULONG_PTR ImageBase, ULONG_PTR ControlPc,
                                                   PRUNTIME_FUNCTION FunctionEntry, PCONTEXT ContextRecord,
                                                   PVOID *HandlerData, ULONG_PTR *EstablisherFrame,
                                                   PKNONVOLATILE_CONTEXT_POINTERS ContextPointers);
NTSYSAPI VOID NTAPI RtlUnwind(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue);
NTSYSAPI VOID NTAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp, PEXCEPTION_RECORD ExceptionRecord, PVOID ReturnValue,
                                PCONTEXT ContextRecord, PUNWIND_HISTORY_TABLE HistoryTable);
NTSYSAPI BOOLEAN NTAPI RtlAddFunctionTable(PRUNTIME_FUNCTION FunctionTable, ULONG EntryCount, ULONG_PTR BaseAddress);
NTSYSAPI BOOLEAN NTAPI RtlDeleteFunctionTable(PRUNTIME_FUNCTION FunctionTable);
NTSYSAPI BOOLEAN NTAPI RtlInstallFunctionTableCallback(ULONG_PTR TableIdentifier, ULONG_PTR BaseAddress, ULONG Length,
                                                       PGET_RUNTIME_FUNCTION_CALLBACK Callback, PVOID Context,
                                                       PCWSTR OutOfProcessCallbackDll);
NTSYSAPI USHORT NTAPI RtlCaptureStackBackTrace(ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace,
                                               PULONG BackTraceHash);
NTSYSAPI ULONG NTAPI RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags);
NTSYSAPI EXCEPTION_DISPOSITION NTAPI __C_specific_handler(PEXCEPTION_RECORD ExceptionRecord, PVOID EstablisherFrame,
                                                          PCONTEXT ContextRecord,
                                                          PDISPATCHER_CONTEXT DispatcherContext);

// Images.
NTSYSAPI PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID BaseOfImage);
NTSYSAPI NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG Flags, PVOID BaseOfImage, ULONGLONG Size,
                                           PIMAGE_NT_HEADERS *OutHeaders);
NTSYSAPI PVOID NTAPI RtlImageDirectoryEntryToData(PVOID BaseOfImage, BOOLEAN MappedAsImage, USHORT DirectoryEntry,
                                                  PULONG Size);
NTSYSAPI PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS NtHeaders, PVOID BaseOfImage, ULONG Rva);
NTSYSAPI PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS NtHeaders, PVOID BaseOfImage, ULONG Rva,
                                     PIMAGE_SECTION_HEADER *LastRvaSection);
NTSYSAPI PVOID NTAPI RtlPcToFileHeader(PVOID PcValue, PVOID *BaseOfImage);

// Threads and processes.
DECLSPEC_NORETURN NTSYSAPI VOID NTAPI RtlExitUserThread(NTSTATUS ExitStatus);
DECLSPEC_NORETURN NTSYSAPI VOID NTAPI RtlExitUserProcess(NTSTATUS ExitStatus);
NTSYSAPI VOID NTAPI RtlUserThreadStart(PUSER_THREAD_START_ROUTINE Function, PVOID Parameter);
NTSYSAPI NTSTATUS NTAPI RtlCreateUserThread(HANDLE ProcessHandle, PSECURITY_DESCRIPTOR ThreadSecurityDescriptor,
                                            BOOLEAN CreateSuspended, ULONG ZeroBits, SIZE_T MaximumStackSize,
                                            SIZE_T CommittedStackSize, PUSER_THREAD_START_ROUTINE StartAddress,
                                            PVOID Parameter, PHANDLE ThreadHandle, PCLIENT_ID ClientId);
NTSYSAPI PPEB NTAPI RtlGetCurrentPeb(VOID);
NTSYSAPI NTSTATUS NTAPI RtlFlsAlloc(PVOID FlsCallback, PULONG Index);
NTSYSAPI NTSTATUS NTAPI RtlFlsFree(ULONG Index);
NTSYSAPI NTSTATUS NTAPI RtlFlsGetValue(ULONG Index, PVOID *Value);
NTSYSAPI NTSTATUS NTAPI RtlFlsSetValue(ULONG Index, PVOID Value);
NTSYSAPI VOID NTAPI RtlProcessFlsData(PVOID FlsData, ULONG Flags);

// Debugging.
NTSYSAPI ULONG DbgPrint(PCSTR Format, ...);
NTSYSAPI ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...);
NTSYSAPI VOID NTAPI DbgBreakPoint(VOID);
NTSYSAPI VOID NTAPI DbgUserBreakPoint(VOID);
NTSYSAPI VOID NTAPI RtlAssert(PVOID FailedAssertion, PVOID FileName, ULONG LineNumber, PCHAR Message);

NT_EXTERN_C_END

#if defined(_WIN32)
/// The caller's TEB.
FORCEINLINE PTEB NtCurrentTeb(VOID) {
  PTEB teb;
#if NT_64BIT
  __asm__("movq %%gs:0x30, %0" : "=r"(teb));
#else
  __asm__("movl %%fs:0x18, %0" : "=r"(teb));
#endif
  return teb;
}
#define NtCurrentPeb() (NtCurrentTeb()->ProcessEnvironmentBlock)
#endif
