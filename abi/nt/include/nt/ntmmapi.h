// Memory: virtual memory and sections.
#pragma once

#include <nt/ntdef.h>

#define PAGE_NOACCESS 0x01u
#define PAGE_READONLY 0x02u
#define PAGE_READWRITE 0x04u
#define PAGE_WRITECOPY 0x08u
#define PAGE_EXECUTE 0x10u
#define PAGE_EXECUTE_READ 0x20u
#define PAGE_EXECUTE_READWRITE 0x40u
#define PAGE_EXECUTE_WRITECOPY 0x80u
#define PAGE_GUARD 0x100u
#define PAGE_NOCACHE 0x200u
#define PAGE_WRITECOMBINE 0x400u
#define PAGE_TARGETS_INVALID 0x40000000u

#define MEM_COMMIT 0x00001000u
#define MEM_RESERVE 0x00002000u
#define MEM_DECOMMIT 0x00004000u
#define MEM_RELEASE 0x00008000u
#define MEM_FREE 0x00010000u
#define MEM_PRIVATE 0x00020000u
#define MEM_MAPPED 0x00040000u
#define MEM_RESET 0x00080000u
#define MEM_DIFFERENT_IMAGE_BASE_OK 0x00800000u
#define MEM_TOP_DOWN 0x00100000u
#define MEM_WRITE_WATCH 0x00200000u
#define MEM_PHYSICAL 0x00400000u
#define MEM_ROTATE 0x00800000u
#define MEM_IMAGE 0x01000000u
#define MEM_RESET_UNDO 0x01000000u
#define MEM_LARGE_PAGES 0x20000000u
#define MEM_4MB_PAGES 0x80000000u

#define SEC_BASED 0x00200000u
#define SEC_NO_CHANGE 0x00400000u
#define SEC_FILE 0x00800000u
#define SEC_IMAGE 0x01000000u
#define SEC_PROTECTED_IMAGE 0x02000000u
#define SEC_RESERVE 0x04000000u
#define SEC_COMMIT 0x08000000u
#define SEC_NOCACHE 0x10000000u
#define SEC_WRITECOMBINE 0x40000000u
#define SEC_LARGE_PAGES 0x80000000u
#define SEC_IMAGE_NO_EXECUTE (SEC_IMAGE | SEC_NOCACHE)

#define SECTION_QUERY 0x0001u
#define SECTION_MAP_WRITE 0x0002u
#define SECTION_MAP_READ 0x0004u
#define SECTION_MAP_EXECUTE 0x0008u
#define SECTION_EXTEND_SIZE 0x0010u
#define SECTION_MAP_EXECUTE_EXPLICIT 0x0020u
#define SECTION_ALL_ACCESS (STANDARD_RIGHTS_REQUIRED | 0x1Fu)

typedef enum _MEMORY_INFORMATION_CLASS NT_ENUM {
  MemoryBasicInformation,
  MemoryWorkingSetInformation,
  MemoryMappedFilenameInformation,
  MemoryRegionInformation,
  MemoryWorkingSetExInformation,
  MemorySharedCommitInformation,
  MemoryImageInformation,
  MemoryRegionInformationEx
} MEMORY_INFORMATION_CLASS;

typedef struct _MEMORY_BASIC_INFORMATION {
  PVOID BaseAddress;
  PVOID AllocationBase;
  ULONG AllocationProtect;
#if NT_64BIT
  USHORT PartitionId;
#endif
  SIZE_T RegionSize;
  ULONG State;
  ULONG Protect;
  ULONG Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;
NT_ASSERT_SIZE(MEMORY_BASIC_INFORMATION, 0x30);
NT_ASSERT_OFFSET(MEMORY_BASIC_INFORMATION, RegionSize, 0x18);

typedef struct _MEMORY_REGION_INFORMATION {
  PVOID AllocationBase;
  ULONG AllocationProtect;
  ULONG RegionType;
  SIZE_T RegionSize;
  SIZE_T CommitSize;
} MEMORY_REGION_INFORMATION, *PMEMORY_REGION_INFORMATION;

typedef enum _SECTION_INHERIT NT_ENUM { ViewShare = 1, ViewUnmap = 2 } SECTION_INHERIT;

typedef enum _SECTION_INFORMATION_CLASS NT_ENUM {
  SectionBasicInformation,
  SectionImageInformation,
  SectionRelocationInformation,
  SectionOriginalBaseInformation
} SECTION_INFORMATION_CLASS;

typedef struct _SECTION_BASIC_INFORMATION {
  PVOID BaseAddress;
  ULONG AllocationAttributes;
  LARGE_INTEGER MaximumSize;
} SECTION_BASIC_INFORMATION, *PSECTION_BASIC_INFORMATION;
NT_ASSERT_SIZE(SECTION_BASIC_INFORMATION, 0x18);

typedef struct _SECTION_IMAGE_INFORMATION {
  PVOID TransferAddress;
  ULONG ZeroBits;
  SIZE_T MaximumStackSize;
  SIZE_T CommittedStackSize;
  ULONG SubSystemType;
  USHORT SubSystemMinorVersion;
  USHORT SubSystemMajorVersion;
  USHORT MajorOperatingSystemVersion;
  USHORT MinorOperatingSystemVersion;
  USHORT ImageCharacteristics;
  USHORT DllCharacteristics;
  USHORT Machine;
  BOOLEAN ImageContainsCode;
  UCHAR ImageFlags;
  ULONG LoaderFlags;
  ULONG ImageFileSize;
  ULONG CheckSum;
} SECTION_IMAGE_INFORMATION, *PSECTION_IMAGE_INFORMATION;
NT_ASSERT_SIZE(SECTION_IMAGE_INFORMATION, 0x40);
NT_ASSERT_OFFSET(SECTION_IMAGE_INFORMATION, SubSystemType, 0x20);
NT_ASSERT_OFFSET(SECTION_IMAGE_INFORMATION, Machine, 0x30);
