// The ground of the driver headers: target macros, calling conventions, <nt/...> types, IRQLs, processor modes.
// Source of names and values: learn.microsoft.com, wdm.h and ntdef.h.
#pragma once

#if defined(__x86_64__) || defined(_M_X64)
#ifndef _AMD64_
#define _AMD64_ 1
#endif
#ifndef AMD64
#define AMD64 1
#endif
#elif defined(__i386__) || defined(_M_IX86)
#ifndef _X86_
#define _X86_ 1
#endif
#endif
#ifndef DBG
#define DBG 0
#endif

#include <sdkddkver.h>

// wdm.dll itself defines _NTOSKRNL_: what drivers import, it has.
#if defined(_NTOSKRNL_) && !defined(_NTSYSTEM_)
#define _NTSYSTEM_
#endif
#if defined(_NTOSKRNL_)
#define NTKERNELAPI
#define NTHALAPI
#else
#define NTKERNELAPI __declspec(dllimport)
#define NTHALAPI __declspec(dllimport)
#endif

// Drivers get BYTE, WORD and DWORD from windef.h only, as with the WDK.
#if !defined(_NTOSKRNL_) && !defined(NT_NO_WINDOWS_TYPES)
#define NT_NO_WINDOWS_TYPES
#endif

#include <driverspecs.h>
#include <excpt.h>
#include <nt/ntdef.h>
#include <nt/ntexapi.h>
#include <nt/ntioapi.h>
#include <nt/ntmmapi.h>
#include <nt/ntobapi.h>
#include <nt/ntpsapi.h>
#include <nt/ntregapi.h>
#include <nt/ntseapi.h>
#include <nt/ntstatus.h>
#include <stdarg.h>
#include <string.h>
#include <wdk/nt_extra.h>
#include <wdm/irp_codes.h>
#include <wdm/pnp_types.h>
#include <wdm/resources.h>

#ifdef _X86_
#define FASTCALL __fastcall
#else
#define FASTCALL
#endif
#ifndef CDECL
#define CDECL __cdecl
#endif
#ifndef __CRTDECL
#define __CRTDECL __cdecl
#endif
#ifndef DECLSPEC_IMPORT
#define DECLSPEC_IMPORT __declspec(dllimport)
#endif
#define DECLSPEC_EXPORT __declspec(dllexport)
#define DECLSPEC_SELECTANY __declspec(selectany)
#define DECLSPEC_NOINLINE __declspec(noinline)
#define DECLSPEC_NOVTABLE
#define DECLSPEC_DEPRECATED_DDK
#define DECLSPEC_NOTHROW
#define DECLSPEC_UUID(x)
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(64)
#define DECLSPEC_INTRIN_TYPE
#ifndef NOTHING
#define NOTHING
#endif
#define CRITICAL
#define UNALIGNED __unaligned
#define UNALIGNED64 __unaligned
#define RESTRICTED_POINTER __restrict
#define CFORCEINLINE FORCEINLINE
#define EXTERN_C_START NT_EXTERN_C_BEGIN
#define EXTERN_C_END NT_EXTERN_C_END
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
#define STDAPICALLTYPE __stdcall
#ifndef IN
#define IN
#define OUT
#define OPTIONAL
#endif
#define POINTER_64 __ptr64
#define POINTER_32 __ptr32
#define FIRMWARE_PTR
#ifdef _WIN64
#define POINTER_ALIGNMENT DECLSPEC_ALIGN(8)
#define MEMORY_ALLOCATION_ALIGNMENT 16
#else
#define POINTER_ALIGNMENT
#define MEMORY_ALLOCATION_ALIGNMENT 8
#endif
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define ALLOC_PRAGMA 1
#define ALLOC_DATA_PRAGMA 1

#ifdef _WIN64
#define MAXULONG_PTR (~((ULONG_PTR)0))
#else
#define MAXULONG_PTR 0xFFFFFFFFul
#endif

// Processor mode, IRQL
typedef CCHAR KPROCESSOR_MODE;
typedef enum _MODE NT_ENUM { KernelMode, UserMode, MaximumMode } MODE;
typedef KIRQL *PKIRQL;

#define PASSIVE_LEVEL 0
#define LOW_LEVEL 0
#define APC_LEVEL 1
#define DISPATCH_LEVEL 2
#ifdef _WIN64
#define CMCI_LEVEL 5
#define CLOCK_LEVEL 13
#define IPI_LEVEL 14
#define DRS_LEVEL 14
#define POWER_LEVEL 14
#define PROFILE_LEVEL 15
#define HIGH_LEVEL 15
#else
#define CMCI_LEVEL 5
#define PROFILE_LEVEL 27
#define CLOCK1_LEVEL 28
#define CLOCK2_LEVEL 28
#define CLOCK_LEVEL 28
#define IPI_LEVEL 29
#define DRS_LEVEL 29
#define POWER_LEVEL 30
#define HIGH_LEVEL 31
#endif

#define PAGE_SIZE 0x1000
#define PAGE_SHIFT 12L
#define PAGE_ALIGN(address) ((PVOID)((ULONG_PTR)(address) & ~((ULONG_PTR)PAGE_SIZE - 1)))
#define BYTE_OFFSET(address) ((ULONG)((ULONG_PTR)(address) & (PAGE_SIZE - 1)))
#define ROUND_TO_PAGES(size) (((ULONG_PTR)(size) + PAGE_SIZE - 1) & ~((ULONG_PTR)PAGE_SIZE - 1))
#define BYTES_TO_PAGES(size) (((size) >> PAGE_SHIFT) + (((size) & (PAGE_SIZE - 1)) != 0))
#define ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, size) \
  ((ULONG)((((ULONG_PTR)(address) & (PAGE_SIZE - 1)) + (SIZE_T)(size) + (PAGE_SIZE - 1)) >> PAGE_SHIFT))
#define COMPUTE_PAGES_SPANNED(address, size) ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, size)

#define PtrToUlong(p) ((ULONG)(ULONG_PTR)(p))
#define PtrToLong(p) ((LONG)(LONG_PTR)(p))
#define PtrToUint(p) ((UINT)(ULONG_PTR)(p))
#define PtrToInt(p) ((INT)(LONG_PTR)(p))
#define PtrToShort(p) ((SHORT)(LONG_PTR)(p))
#define PtrToUshort(p) ((USHORT)(ULONG_PTR)(p))
#define UlongToPtr(v) ((VOID *)(ULONG_PTR)(unsigned long)(v))
#define ULongToPtr(v) UlongToPtr(v)
#define LongToPtr(v) ((VOID *)(LONG_PTR)(long)(v))
#define UIntToPtr(v) ((VOID *)(ULONG_PTR)(unsigned int)(v))
#define IntToPtr(v) ((VOID *)(LONG_PTR)(int)(v))
#define HandleToULong(h) ((ULONG)(ULONG_PTR)(h))
#define HandleToUlong(h) HandleToULong(h)
#define HandleToLong(h) ((LONG)(LONG_PTR)(h))
#define ULongToHandle(v) ((HANDLE)(ULONG_PTR)(v))
#define UlongToHandle(v) ULongToHandle(v)
#define LongToHandle(v) ((HANDLE)(LONG_PTR)(v))

#define ARGUMENT_PRESENT(p) ((p) != NULL)
#ifndef ARRAYSIZE
#define ARRAYSIZE(array) RTL_NUMBER_OF(array)
#endif
#define _ARRAYSIZE(array) RTL_NUMBER_OF(array)
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (FIELD_OFFSET(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_CONTAINS_FIELD(s, size, field) ((((PCHAR)(&(s)->field)) + sizeof((s)->field)) <= (((PCHAR)(s)) + (size)))
#define RTL_NUMBER_OF_FIELD(type, field) (RTL_NUMBER_OF(((type *)0)->field))
#define RTL_PADDING_BETWEEN_FIELDS(type, a, b) (FIELD_OFFSET(type, b) - FIELD_OFFSET(type, a) - RTL_FIELD_SIZE(type, a))
#define RtlOffsetToPointer(base, offset) ((PCHAR)(((PCHAR)(base)) + ((ULONG_PTR)(offset))))
#define RtlPointerToOffset(base, pointer) ((ULONG)(((PCHAR)(pointer)) - ((PCHAR)(base))))
#define ALIGN_DOWN_BY(length, alignment) ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) (ALIGN_DOWN_BY(((ULONG_PTR)(length) + (alignment) - 1), alignment))
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER_BY(address, alignment) ((PVOID)ALIGN_DOWN_BY(address, alignment))
#define ALIGN_UP_POINTER_BY(address, alignment) ((PVOID)ALIGN_UP_BY(address, alignment))
#define ALIGN_DOWN_POINTER(address, type) ((PVOID)ALIGN_DOWN(address, type))
#define ALIGN_UP_POINTER(address, type) ((PVOID)ALIGN_UP(address, type))
#define TYPE_ALIGNMENT(type) __alignof(type)
#ifdef __cplusplus
#define C_ASSERT(e) static_assert(e, #e)
#else
#define C_ASSERT(e) _Static_assert(e, #e)
#endif
#ifdef __cplusplus
// Functions, so that std::min stays usable.
template <class Left, class Right>
constexpr auto min(const Left &left, const Right &right) {
  return left < right ? left : right;
}
template <class Left, class Right>
constexpr auto max(const Left &left, const Right &right) {
  return left > right ? left : right;
}
#elif !defined(min)
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#define DBG_UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define DEFAULT_UNREACHABLE \
  default:                  \
    __assume(0)
#define FlagOn(flags, single) ((flags) & (single))
#define BooleanFlagOn(flags, single) ((BOOLEAN)(((flags) & (single)) != 0))
#define SetFlag(flags, single) ((flags) |= (single))
#define ClearFlag(flags, single) ((flags) &= ~(single))
