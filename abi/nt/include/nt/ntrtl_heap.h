// Rtl exports of ntdll.dll: heaps. Source: the Win32 heap reference and the WDK's RtlCreateHeap and RtlAllocateHeap
// pages.
#pragma once

#include <nt/ntdef.h>

#define HEAP_NO_SERIALIZE 0x00000001u
#define HEAP_GROWABLE 0x00000002u
#define HEAP_GENERATE_EXCEPTIONS 0x00000004u
#define HEAP_ZERO_MEMORY 0x00000008u
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010u
#define HEAP_TAIL_CHECKING_ENABLED 0x00000020u
#define HEAP_FREE_CHECKING_ENABLED 0x00000040u
#define HEAP_DISABLE_COALESCE_ON_FREE 0x00000080u
#define HEAP_SETTABLE_USER_VALUE 0x00000100u
#define HEAP_SETTABLE_USER_FLAG1 0x00000200u
#define HEAP_SETTABLE_USER_FLAG2 0x00000400u
#define HEAP_SETTABLE_USER_FLAG3 0x00000800u
#define HEAP_SETTABLE_USER_FLAGS 0x00000E00u
#define HEAP_CLASS_0 0x00000000u
#define HEAP_CLASS_1 0x00001000u
#define HEAP_CLASS_MASK 0x0000F000u
#define HEAP_CREATE_ALIGN_16 0x00010000u
#define HEAP_CREATE_ENABLE_TRACING 0x00020000u
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000u

typedef NTSTATUS(NTAPI *PRTL_HEAP_COMMIT_ROUTINE)(PVOID Base, PVOID *CommitAddress, PSIZE_T CommitSize);

typedef struct _RTL_HEAP_PARAMETERS {
  ULONG Length;
  SIZE_T SegmentReserve;
  SIZE_T SegmentCommit;
  SIZE_T DeCommitFreeBlockThreshold;
  SIZE_T DeCommitTotalFreeThreshold;
  SIZE_T MaximumAllocationSize;
  SIZE_T VirtualMemoryThreshold;
  SIZE_T InitialCommit;
  SIZE_T InitialReserve;
  PRTL_HEAP_COMMIT_ROUTINE CommitRoutine;
  SIZE_T Reserved[2];
} RTL_HEAP_PARAMETERS, *PRTL_HEAP_PARAMETERS;

#define RTL_HEAP_BUSY 0x0001
#define RTL_HEAP_SEGMENT 0x0002
#define RTL_HEAP_SETTABLE_VALUE 0x0010
#define RTL_HEAP_SETTABLE_FLAG1 0x0020
#define RTL_HEAP_SETTABLE_FLAG2 0x0040
#define RTL_HEAP_SETTABLE_FLAG3 0x0080
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100
#define RTL_HEAP_PROTECTED_ENTRY 0x0200

typedef struct _RTL_HEAP_WALK_ENTRY {
  PVOID DataAddress;  // null before the first call
  SIZE_T DataSize;
  UCHAR OverheadBytes;
  UCHAR SegmentIndex;
  USHORT Flags;
  union {
    struct {
      SIZE_T Settable;
      USHORT TagIndex;
      USHORT AllocatorBackTraceIndex;
      ULONG Reserved[2];
    } Block;
    struct {
      ULONG CommittedSize;
      ULONG UnCommittedSize;
      PVOID FirstEntry;
      PVOID LastEntry;
    } Segment;
  };
} RTL_HEAP_WALK_ENTRY, *PRTL_HEAP_WALK_ENTRY;

typedef enum _HEAP_INFORMATION_CLASS NT_ENUM {
  HeapCompatibilityInformation = 0,
  HeapEnableTerminationOnCorruption = 1,
  HeapExtendedInformation = 2,
  HeapOptimizeResources = 3
} HEAP_INFORMATION_CLASS;

typedef NTSTATUS(NTAPI *PRTL_ENUM_HEAPS_ROUTINE)(PVOID HeapHandle, PVOID Parameter);

NT_EXTERN_C_BEGIN

NTSYSAPI PVOID NTAPI RtlCreateHeap(ULONG Flags, PVOID HeapBase, SIZE_T ReserveSize, SIZE_T CommitSize, PVOID Lock,
                                   PRTL_HEAP_PARAMETERS Parameters);
NTSYSAPI PVOID NTAPI RtlDestroyHeap(PVOID HeapHandle);
NTSYSAPI PVOID NTAPI RtlAllocateHeap(PVOID HeapHandle, ULONG Flags, SIZE_T Size);
NTSYSAPI BOOLEAN NTAPI RtlFreeHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI PVOID NTAPI RtlReAllocateHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, SIZE_T Size);
NTSYSAPI SIZE_T NTAPI RtlSizeHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI BOOLEAN NTAPI RtlValidateHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress);
NTSYSAPI BOOLEAN NTAPI RtlValidateProcessHeaps(VOID);
NTSYSAPI BOOLEAN NTAPI RtlLockHeap(PVOID HeapHandle);
NTSYSAPI BOOLEAN NTAPI RtlUnlockHeap(PVOID HeapHandle);
NTSYSAPI ULONG NTAPI RtlGetProcessHeaps(ULONG NumberOfHeaps, PVOID *ProcessHeaps);
NTSYSAPI NTSTATUS NTAPI RtlEnumProcessHeaps(PRTL_ENUM_HEAPS_ROUTINE EnumRoutine, PVOID Parameter);
NTSYSAPI NTSTATUS NTAPI RtlWalkHeap(PVOID HeapHandle, PRTL_HEAP_WALK_ENTRY Entry);
NTSYSAPI SIZE_T NTAPI RtlCompactHeap(PVOID HeapHandle, ULONG Flags);
NTSYSAPI NTSTATUS NTAPI RtlSetHeapInformation(PVOID HeapHandle, HEAP_INFORMATION_CLASS HeapInformationClass,
                                              PVOID HeapInformation, SIZE_T HeapInformationLength);
NTSYSAPI NTSTATUS NTAPI RtlQueryHeapInformation(PVOID HeapHandle, HEAP_INFORMATION_CLASS HeapInformationClass,
                                                PVOID HeapInformation, SIZE_T HeapInformationLength,
                                                PSIZE_T ReturnLength);
NTSYSAPI BOOLEAN NTAPI RtlSetUserValueHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, PVOID UserValue);
NTSYSAPI BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, ULONG UserFlagsReset,
                                           ULONG UserFlagsSet);
NTSYSAPI BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID HeapHandle, ULONG Flags, PVOID BaseAddress, PVOID *UserValue,
                                          PULONG UserFlags);
NTSYSAPI ULONG NTAPI RtlMultipleAllocateHeap(PVOID HeapHandle, ULONG Flags, SIZE_T Size, ULONG Count, PVOID *Array);
NTSYSAPI ULONG NTAPI RtlMultipleFreeHeap(PVOID HeapHandle, ULONG Flags, ULONG Count, PVOID *Array);

NT_EXTERN_C_END

#if defined(_WIN32)
/// The heap that every process has.
#define RtlProcessHeap() (NtCurrentPeb()->ProcessHeap)
#endif
