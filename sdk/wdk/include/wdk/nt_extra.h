// Scalar types and helpers of ntdef.h and basetsd.h that programs do not need, so that <nt/ntdef.h> does not have them.
#pragma once

#include <nt/ntdef.h>
#include <nt/ntkuser.h>

typedef float FLOAT;
typedef double DOUBLE;
typedef UCHAR UINT8, *PUINT8;
typedef signed char INT8, *PINT8;
typedef USHORT UINT16, *PUINT16;
typedef SHORT INT16, *PINT16;
typedef uint32_t UINT32, *PUINT32;
typedef int32_t INT32, *PINT32;
typedef uint64_t UINT64, *PUINT64;
typedef int64_t INT64, *PINT64;
typedef ULONG_PTR UINT_PTR, *PUINT_PTR;
typedef LONG_PTR INT_PTR, *PINT_PTR;
typedef LONG_PTR *PSSIZE_T;
typedef ULONG CLONG, *PCLONG;
typedef char *PSZ;
typedef CHAR *LPSTR, *PNZCH, *LPCH, *PCH;
typedef const CHAR *LPCSTR, *LPCCH, *PCCH, *PCNZCH;
typedef WCHAR *LPWSTR, *NWPSTR, *LPWCH, *PZZWSTR, *PNZWCH, *PUNZWCH;
typedef const WCHAR *LPCWSTR, *LPCWCH, *PCZZWSTR, *PCNZWCH;
typedef WCHAR TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef PWSTR *PZPWSTR;
typedef ULONG LOGICAL, *PLOGICAL;
typedef LONGLONG USN;
typedef ULONGLONG REGHANDLE, *PREGHANDLE;
typedef CCHAR *PCCHAR;
typedef SCHAR *PSCHAR;
typedef BOOL *PBOOL;
typedef UINT *PUINT;
typedef INT *PINT;
typedef LONG HRESULT;
typedef struct _QUAD {
  union {
    LONGLONG UseThisFieldToCopy;
    double DoNotUseThisField;
  };
} QUAD, *PQUAD, UQUAD, *PUQUAD;
typedef struct LIST_ENTRY32 {
  ULONG Flink;
  ULONG Blink;
} LIST_ENTRY32, *PLIST_ENTRY32;
typedef struct LIST_ENTRY64 {
  ULONGLONG Flink;
  ULONGLONG Blink;
} LIST_ENTRY64, *PLIST_ENTRY64;
typedef struct _STRING32 {
  USHORT Length;
  USHORT MaximumLength;
  ULONG Buffer;
} STRING32, *PSTRING32, UNICODE_STRING32, *PUNICODE_STRING32, ANSI_STRING32, *PANSI_STRING32;
typedef struct _STRING64 {
  USHORT Length;
  USHORT MaximumLength;
  ULONGLONG Buffer;
} STRING64, *PSTRING64, UNICODE_STRING64, *PUNICODE_STRING64, ANSI_STRING64, *PANSI_STRING64;
typedef STRING CANSI_STRING;
typedef struct _CSTRING {
  USHORT Length;
  USHORT MaximumLength;
  const char *Buffer;
} CSTRING;
typedef struct _GROUP_AFFINITY {
  KAFFINITY Mask;
  USHORT Group;
  USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;
#ifndef NT_PROCESSOR_NUMBER_DEFINED_
#define NT_PROCESSOR_NUMBER_DEFINED_
typedef struct _PROCESSOR_NUMBER {
  USHORT Group;
  UCHAR Number;
  UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;
#endif
#define ALL_PROCESSOR_GROUPS 0xffff

#ifndef GUID_DEFINED
#define GUID_DEFINED
#endif
typedef const GUID *LPCGUID;
typedef GUID *LPGUID;
typedef const GUID *PCGUID;

#define MINCHAR 0x80
#define MAXCHAR 0x7f
#define MINSHORT 0x8000
#define MAXSHORT 0x7fff
#define MINLONG 0x80000000
#define MAXUCHAR 0xff
#define MAXULONGLONG (~((ULONGLONG)0))
#define MAXLONGLONG (0x7fffffffffffffffLL)
#ifndef MAXUINT
#define MAXUINT 0xffffffffu
#endif
#ifndef MAXDWORD
#define MAXDWORD 0xffffffffu
#endif
#ifndef UNICODE_NULL
#define UNICODE_NULL ((WCHAR)0)
#endif
#define ANSI_NULL ((CHAR)0)
#define UNICODE_SPACE ((WCHAR)0x20)
#define OBJ_NAME_PATH_SEPARATOR ((WCHAR)L'\\')
#ifndef MAXIMUM_FILENAME_LENGTH
#define MAXIMUM_FILENAME_LENGTH 256
#endif
#define DECLARE_CONST_UNICODE_STRING(name, literal) \
  const WCHAR name##_buffer[] = literal;            \
  const UNICODE_STRING name = {sizeof(literal) - sizeof((literal)[0]), sizeof(literal), (PWCH)name##_buffer}
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(name, literal) \
  extern const DECLSPEC_SELECTANY UNICODE_STRING name;     \
  const DECLSPEC_SELECTANY UNICODE_STRING name = RTL_CONSTANT_STRING(literal)
#define DECLARE_UNICODE_STRING_SIZE(name, size) \
  WCHAR name##_buffer[size];                    \
  UNICODE_STRING name = {0, (size) * sizeof(WCHAR), name##_buffer}
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a) \
  {sizeof(OBJECT_ATTRIBUTES), NULL, RTL_CONST_CAST(PUNICODE_STRING)(n), a, NULL, NULL}
#ifdef __cplusplus
#define RTL_CONST_CAST(type) const_cast<type>
#else
#define RTL_CONST_CAST(type) (type)
#endif
#define RTL_INIT_OBJECT_ATTRIBUTES(n, a) RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a)
