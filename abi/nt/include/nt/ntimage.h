// The PE image format as programs and the loader see it: <disk/pe.h> and what only exists in a mapped image.
#pragma once

#include <disk/pe.h>
#include <nt/ntdef.h>

#if NT_64BIT
#define IMAGE_FILE_MACHINE_NATIVE IMAGE_FILE_MACHINE_AMD64
#else
#define IMAGE_FILE_MACHINE_NATIVE IMAGE_FILE_MACHINE_I386
#endif

typedef VOID(NTAPI *PIMAGE_TLS_CALLBACK)(PVOID DllHandle, ULONG Reason, PVOID Reserved);

#define DLL_PROCESS_DETACH 0u
#define DLL_PROCESS_ATTACH 1u
#define DLL_THREAD_ATTACH 2u
#define DLL_THREAD_DETACH 3u

#define IMAGE_RESOURCE_NAME_IS_STRING 0x80000000u
#define IMAGE_RESOURCE_DATA_IS_DIRECTORY 0x80000000u

typedef struct _IMAGE_RESOURCE_DIRECTORY {
  ULONG Characteristics;
  ULONG TimeDateStamp;
  USHORT MajorVersion;
  USHORT MinorVersion;
  USHORT NumberOfNamedEntries;
  USHORT NumberOfIdEntries;
} IMAGE_RESOURCE_DIRECTORY, *PIMAGE_RESOURCE_DIRECTORY;
NT_STATIC_ASSERT(sizeof(IMAGE_RESOURCE_DIRECTORY) == 16);

typedef struct _IMAGE_RESOURCE_DIRECTORY_ENTRY {
  ULONG Name;          // an identifier, or with the top bit the offset of an IMAGE_RESOURCE_DIR_STRING_U
  ULONG OffsetToData;  // of an IMAGE_RESOURCE_DATA_ENTRY, or with the top bit of a directory
} IMAGE_RESOURCE_DIRECTORY_ENTRY, *PIMAGE_RESOURCE_DIRECTORY_ENTRY;

typedef struct _IMAGE_RESOURCE_DIR_STRING_U {
  USHORT Length;
  WCHAR NameString[1];
} IMAGE_RESOURCE_DIR_STRING_U, *PIMAGE_RESOURCE_DIR_STRING_U;

typedef struct _IMAGE_RESOURCE_DATA_ENTRY {
  ULONG OffsetToData;
  ULONG Size;
  ULONG CodePage;
  ULONG Reserved;
} IMAGE_RESOURCE_DATA_ENTRY, *PIMAGE_RESOURCE_DATA_ENTRY;
NT_STATIC_ASSERT(sizeof(IMAGE_RESOURCE_DATA_ENTRY) == 16);

typedef struct _IMAGE_DELAYLOAD_DESCRIPTOR {
  union {
    ULONG AllAttributes;  // bit 0: the fields below are RVAs
  } Attributes;
  ULONG DllNameRVA;
  ULONG ModuleHandleRVA;
  ULONG ImportAddressTableRVA;
  ULONG ImportNameTableRVA;
  ULONG BoundImportAddressTableRVA;
  ULONG UnloadInformationTableRVA;
  ULONG TimeDateStamp;
} IMAGE_DELAYLOAD_DESCRIPTOR, *PIMAGE_DELAYLOAD_DESCRIPTOR;
typedef const IMAGE_DELAYLOAD_DESCRIPTOR *PCIMAGE_DELAYLOAD_DESCRIPTOR;
NT_STATIC_ASSERT(sizeof(IMAGE_DELAYLOAD_DESCRIPTOR) == 32);

#define IMAGE_FIRST_SECTION(headers) \
  ((PIMAGE_SECTION_HEADER)((char *)&(headers)->OptionalHeader + (headers)->FileHeader.SizeOfOptionalHeader))
