// The basic types of NT. The same sizes and offsets for PE and for ELF, 32 and 64 bit, whatever the compiler's
// `long`, `wchar_t` and enum are there.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define NT_EXTERN_C_BEGIN extern "C" {
#define NT_EXTERN_C_END }
#define NT_STATIC_ASSERT(condition) static_assert(condition, #condition)
#else
#define NT_EXTERN_C_BEGIN
#define NT_EXTERN_C_END
#define NT_STATIC_ASSERT(condition) _Static_assert(condition, #condition)
#endif

// Layout assertions. Offsets are those of 64-bit NT; 32-bit builds check with the _32 forms where they matter.
#if UINTPTR_MAX > 0xFFFFFFFFu
#define NT_64BIT 1
#define NT_ASSERT_SIZE(type, size) NT_STATIC_ASSERT(sizeof(type) == (size))
#define NT_ASSERT_OFFSET(type, field, offset) NT_STATIC_ASSERT(offsetof(type, field) == (offset))
#else
#define NT_64BIT 0
#define NT_ASSERT_SIZE(type, size) NT_STATIC_ASSERT(sizeof(type) != 0)
#define NT_ASSERT_OFFSET(type, field, offset) NT_STATIC_ASSERT(sizeof(type) != 0)
#endif

// Every enumeration of NT is a signed 32-bit number.
#define NT_ENUM : int

#if defined(_WIN32) && !defined(NT_64BIT_ONLY) && defined(__i386__)
#define NTAPI __stdcall
#else
#define NTAPI
#endif

// Exports of ntdll.dll as its users see them; ntdll itself defines _NTSYSTEM_.
#if defined(_WIN32) && !defined(_NTSYSTEM_)
#define NTSYSAPI __declspec(dllimport)
#else
#define NTSYSAPI
#endif
#define NTSYSCALLAPI NTSYSAPI

#define FORCEINLINE static inline __attribute__((always_inline, unused))
#define DECLSPEC_ALIGN(n) __attribute__((aligned(n)))
#define DECLSPEC_NORETURN __attribute__((noreturn))

#ifndef CONST
#define CONST const
#endif
#define ANYSIZE_ARRAY 1

typedef void VOID;
typedef void *PVOID, *LPVOID;
typedef const void *PCVOID;
typedef void *HANDLE, **PHANDLE;
typedef PVOID *PPVOID;
typedef char CHAR, *PCHAR, *PSTR;
typedef const char *PCSTR, *PCSZ;
typedef signed char SCHAR;
typedef unsigned char UCHAR, *PUCHAR;
typedef UCHAR BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef unsigned short USHORT, *PUSHORT, CSHORT_U;
typedef short CSHORT;
typedef int BOOL;
typedef int INT;
typedef unsigned int UINT;
#ifdef _WIN32
typedef long LONG, *PLONG;
typedef unsigned long ULONG, *PULONG;
#else
typedef int32_t LONG, *PLONG;
typedef uint32_t ULONG, *PULONG;
#endif
#ifndef NT_NO_WINDOWS_TYPES
// Names of Win32 that driver sources are free to use for something else.
typedef UCHAR BYTE, *PBYTE;
typedef USHORT WORD, *PWORD;
typedef ULONG DWORD, *PDWORD;
#endif
typedef int32_t LONG32, *PLONG32;
typedef uint32_t ULONG32, *PULONG32;
typedef int64_t LONGLONG, *PLONGLONG, LONG64, *PLONG64;
typedef uint64_t ULONGLONG, *PULONGLONG, ULONG64, *PULONG64, DWORDLONG, DWORD64, *PDWORD64;
typedef intptr_t LONG_PTR, *PLONG_PTR, SSIZE_T;
typedef uintptr_t ULONG_PTR, *PULONG_PTR, DWORD_PTR;
typedef ULONG_PTR SIZE_T, *PSIZE_T;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;
typedef LONG KPRIORITY;
typedef UCHAR KIRQL;
typedef CHAR CCHAR;

#ifdef _WIN32
typedef wchar_t WCHAR;
#elif defined(__cplusplus)
typedef char16_t WCHAR;
#else
typedef __CHAR16_TYPE__ WCHAR;
#endif
typedef WCHAR *PWCHAR, *PWSTR, *PWCH;
typedef const WCHAR *PCWSTR, *PCWCH;

// A literal of WCHARs, the same source for PE (L"") and ELF (u"").
#ifdef _WIN32
#define NT_TEXT_(text) L##text
#else
#define NT_TEXT_(text) u##text
#endif
#define NT_TEXT(text) NT_TEXT_(text)

typedef LONG NTSTATUS, *PNTSTATUS;
typedef ULONG ACCESS_MASK, *PACCESS_MASK;
typedef ULONG LCID, *PLCID;
typedef USHORT LANGID, *PLANGID;
typedef USHORT RTL_ATOM, *PRTL_ATOM;
typedef PVOID PSECURITY_DESCRIPTOR, PSID;
typedef ULONG SECURITY_INFORMATION, *PSECURITY_INFORMATION;

NT_STATIC_ASSERT(sizeof(LONG) == 4);
NT_STATIC_ASSERT(sizeof(WCHAR) == 2);

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif
#ifndef NULL
#define NULL 0
#endif

#define MAXUSHORT 0xFFFF
#define MAXULONG 0xFFFFFFFFu
#define MAXLONG 0x7FFFFFFF

#define NT_SUCCESS(status) (((NTSTATUS)(status)) >= 0)
#define NT_INFORMATION(status) ((((ULONG)(status)) >> 30) == 1)
#define NT_WARNING(status) ((((ULONG)(status)) >> 30) == 2)
#define NT_ERROR(status) ((((ULONG)(status)) >> 30) == 3)

#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) ((type *)((char *)(address) - offsetof(type, field)))
#define RTL_NUMBER_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LOWORD(value) ((USHORT)((ULONG_PTR)(value) & 0xFFFF))
#define HIWORD(value) ((USHORT)(((ULONG_PTR)(value) >> 16) & 0xFFFF))
#define MAKELANGID(primary, sub) ((USHORT)(((USHORT)(sub) << 10) | (USHORT)(primary)))

typedef struct _UNICODE_STRING {
  USHORT Length;         // bytes, without a terminator
  USHORT MaximumLength;  // bytes
  PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;
NT_ASSERT_SIZE(UNICODE_STRING, 16);
NT_ASSERT_OFFSET(UNICODE_STRING, Buffer, 8);

#define UNICODE_STRING_MAX_BYTES 65534
#define UNICODE_STRING_MAX_CHARS 32767
// A UNICODE_STRING of a literal; the buffer is read-only.
#define RTL_CONSTANT_STRING(literal) {sizeof(literal) - sizeof((literal)[0]), sizeof(literal), (PWSTR)(literal)}

typedef struct _STRING {
  USHORT Length;
  USHORT MaximumLength;
  PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING, UTF8_STRING, *PUTF8_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING, *PCOEM_STRING, *PCUTF8_STRING;
NT_ASSERT_SIZE(STRING, 16);

typedef union _LARGE_INTEGER {
  struct {
    ULONG LowPart;
    LONG HighPart;
  };
  struct {
    ULONG LowPart;
    LONG HighPart;
  } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
NT_STATIC_ASSERT(sizeof(LARGE_INTEGER) == 8);

typedef union _ULARGE_INTEGER {
  struct {
    ULONG LowPart;
    ULONG HighPart;
  };
  struct {
    ULONG LowPart;
    ULONG HighPart;
  } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _LUID {
  ULONG LowPart;
  LONG HighPart;
} LUID, *PLUID;

typedef struct _GUID {
  uint32_t Data1;
  USHORT Data2;
  USHORT Data3;
  UCHAR Data4[8];
} GUID, *PGUID;
NT_STATIC_ASSERT(sizeof(GUID) == 16);

typedef struct _LIST_ENTRY {
  struct _LIST_ENTRY *Flink;
  struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
  struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _CLIENT_ID {
  HANDLE UniqueProcess;
  HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;
NT_ASSERT_SIZE(CLIENT_ID, 16);

typedef struct _OBJECT_ATTRIBUTES {
  ULONG Length;
  HANDLE RootDirectory;
  PUNICODE_STRING ObjectName;
  ULONG Attributes;
  PVOID SecurityDescriptor;
  PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;
NT_ASSERT_SIZE(OBJECT_ATTRIBUTES, 48);
NT_ASSERT_OFFSET(OBJECT_ATTRIBUTES, Attributes, 24);

#define OBJ_INHERIT 0x00000002u
#define OBJ_PERMANENT 0x00000010u
#define OBJ_EXCLUSIVE 0x00000020u
#define OBJ_CASE_INSENSITIVE 0x00000040u
#define OBJ_OPENIF 0x00000080u
#define OBJ_OPENLINK 0x00000100u
#define OBJ_KERNEL_HANDLE 0x00000200u
#define OBJ_FORCE_ACCESS_CHECK 0x00000400u
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800u
#define OBJ_DONT_REPARSE 0x00001000u
#define OBJ_VALID_ATTRIBUTES 0x00001FF2u

#define InitializeObjectAttributes(p, n, a, r, s)   \
  do {                                              \
    (p)->Length = (ULONG)sizeof(OBJECT_ATTRIBUTES); \
    (p)->RootDirectory = (r);                       \
    (p)->ObjectName = (n);                          \
    (p)->Attributes = (a);                          \
    (p)->SecurityDescriptor = (s);                  \
    (p)->SecurityQualityOfService = NULL;           \
  } while (0)

// Access rights common to all object types.
#define DELETE 0x00010000u
#define READ_CONTROL 0x00020000u
#define WRITE_DAC 0x00040000u
#define WRITE_OWNER 0x00080000u
#define SYNCHRONIZE 0x00100000u
#define STANDARD_RIGHTS_REQUIRED 0x000F0000u
#define STANDARD_RIGHTS_READ READ_CONTROL
#define STANDARD_RIGHTS_WRITE READ_CONTROL
#define STANDARD_RIGHTS_EXECUTE READ_CONTROL
#define STANDARD_RIGHTS_ALL 0x001F0000u
#define SPECIFIC_RIGHTS_ALL 0x0000FFFFu
#define ACCESS_SYSTEM_SECURITY 0x01000000u
#define MAXIMUM_ALLOWED 0x02000000u
#define GENERIC_ALL 0x10000000u
#define GENERIC_EXECUTE 0x20000000u
#define GENERIC_WRITE 0x40000000u
#define GENERIC_READ 0x80000000u

typedef struct _GENERIC_MAPPING {
  ACCESS_MASK GenericRead;
  ACCESS_MASK GenericWrite;
  ACCESS_MASK GenericExecute;
  ACCESS_MASK GenericAll;
} GENERIC_MAPPING, *PGENERIC_MAPPING;

typedef enum _EVENT_TYPE NT_ENUM { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
typedef enum _TIMER_TYPE NT_ENUM { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
typedef enum _WAIT_TYPE NT_ENUM { WaitAll, WaitAny, WaitNotification, WaitDequeue, WaitDpc } WAIT_TYPE;
typedef enum _NT_PRODUCT_TYPE NT_ENUM { NtProductWinNt = 1, NtProductLanManNt, NtProductServer } NT_PRODUCT_TYPE;
typedef enum _SECURITY_IMPERSONATION_LEVEL NT_ENUM {
  SecurityAnonymous,
  SecurityIdentification,
  SecurityImpersonation,
  SecurityDelegation
} SECURITY_IMPERSONATION_LEVEL;
typedef struct _SECURITY_QUALITY_OF_SERVICE {
  ULONG Length;
  SECURITY_IMPERSONATION_LEVEL ImpersonationLevel;
  BOOLEAN ContextTrackingMode;
  BOOLEAN EffectiveOnly;
} SECURITY_QUALITY_OF_SERVICE, *PSECURITY_QUALITY_OF_SERVICE;

typedef VOID(NTAPI *PKNORMAL_ROUTINE)(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2);
typedef PKNORMAL_ROUTINE PPS_APC_ROUTINE;
