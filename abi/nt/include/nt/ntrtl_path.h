// Rtl exports of ntdll.dll: DOS paths and the current directory. Sizes of buffers are in bytes unless said otherwise;
// paths may be up to 32,767 characters. Source: Win32 path documentation and the WDK's headers.
#pragma once

#include <nt/ntdef.h>

typedef enum _RTL_PATH_TYPE NT_ENUM {
  RtlPathTypeUnknown,
  RtlPathTypeUncAbsolute,      // \\server\share
  RtlPathTypeDriveAbsolute,    // X:\directory
  RtlPathTypeDriveRelative,    // X:directory
  RtlPathTypeRooted,           // \directory
  RtlPathTypeRelative,         // directory
  RtlPathTypeLocalDevice,      // \\.\device or \\?\path
  RtlPathTypeRootLocalDevice,  // \\. or \\?
} RTL_PATH_TYPE;

typedef struct _RTL_RELATIVE_NAME_U {
  UNICODE_STRING RelativeName;
  HANDLE ContainingDirectory;
  PVOID CurDirRef;
} RTL_RELATIVE_NAME_U, *PRTL_RELATIVE_NAME_U;

NT_EXTERN_C_BEGIN

NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR DosFileName);
/// Offset (high half) and size (low half) in bytes of a DOS device name such as NUL at the end of the path; 0: none.
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR DosFileName);
/// The size without terminator, the size with terminator when the buffer is too small, 0 when the name is none.
NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR FileName, ULONG BufferLength, PWSTR Buffer, PWSTR *FilePart);
/// STATUS_OBJECT_NAME_INVALID, STATUS_NAME_TOO_LONG, STATUS_NO_MEMORY, STATUS_BUFFER_TOO_SMALL.
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR FileName, ULONG BufferLength, PWSTR Buffer, PWSTR *FilePart,
                                               PULONG BytesRequired);
/// The NT name (\??\X:\...), freed with RtlFreeUnicodeString.
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR DosFileName, PUNICODE_STRING NtFileName, PWSTR *FilePart,
                                                    PRTL_RELATIVE_NAME_U RelativeName);
/// As above. STATUS_OBJECT_NAME_INVALID, STATUS_NAME_TOO_LONG, STATUS_NO_MEMORY.
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR DosFileName, PUNICODE_STRING NtFileName,
                                                                PWSTR *FilePart, PRTL_RELATIVE_NAME_U RelativeName);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(PCWSTR DosFileName, PUNICODE_STRING NtFileName,
                                                            PWSTR *FilePart, PRTL_RELATIVE_NAME_U RelativeName);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(PCWSTR DosFileName, PUNICODE_STRING NtFileName,
                                                                        PWSTR *FilePart,
                                                                        PRTL_RELATIVE_NAME_U RelativeName);
NTSYSAPI VOID NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U RelativeName);
NTSYSAPI ULONG NTAPI RtlGetCurrentDirectory_U(ULONG BufferLength, PWSTR Buffer);
/// Opens the directory and keeps the handle. Statuses of NtOpenFile; STATUS_NOT_A_DIRECTORY.
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING PathName);
NTSYSAPI ULONG NTAPI RtlDosSearchPath_U(PCWSTR Path, PCWSTR FileName, PCWSTR Extension, ULONG BufferLength,
                                        PWSTR Buffer, PWSTR *FilePart);
NTSYSAPI BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR FileName);
NTSYSAPI ULONG NTAPI RtlGetLongestNtPathLength(VOID);
NTSYSAPI BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(PCUNICODE_STRING Name, POEM_STRING OemName, PBOOLEAN NameContainsSpaces);

NT_EXTERN_C_END
