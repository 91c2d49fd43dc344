// Arithmetic and conversions that say when a number does not fit: STATUS_INTEGER_OVERFLOW, and the result is all ones
// (or -1). Source: learn.microsoft.com, "Summary of Kernel-Mode Safe Integer Functions".
#pragma once

#include <limits.h>
#include <nt/ntdef.h>
#include <nt/ntstatus.h>
#include <wdk/nt_extra.h>

#define WDK_SAFE_OPERATION_(name, type, operation)                 \
  FORCEINLINE NTSTATUS name(type left, type right, type *result) { \
    type value;                                                    \
    if (__builtin_##operation##_overflow(left, right, &value)) {   \
      *result = (type) - 1;                                        \
      return STATUS_INTEGER_OVERFLOW;                              \
    }                                                              \
    *result = value;                                               \
    return STATUS_SUCCESS;                                         \
  }
#define WDK_SAFE_TYPE_(Name, type)               \
  WDK_SAFE_OPERATION_(Rtl##Name##Add, type, add) \
  WDK_SAFE_OPERATION_(Rtl##Name##Sub, type, sub) \
  WDK_SAFE_OPERATION_(Rtl##Name##Mult, type, mul)

WDK_SAFE_TYPE_(Int8, INT8)
WDK_SAFE_TYPE_(UInt8, UINT8)
WDK_SAFE_TYPE_(Short, SHORT)
WDK_SAFE_TYPE_(UShort, USHORT)
WDK_SAFE_TYPE_(Int, INT)
WDK_SAFE_TYPE_(UInt, UINT)
WDK_SAFE_TYPE_(Long, LONG)
WDK_SAFE_TYPE_(ULong, ULONG)
WDK_SAFE_TYPE_(LongLong, LONGLONG)
WDK_SAFE_TYPE_(ULongLong, ULONGLONG)
WDK_SAFE_TYPE_(IntPtr, INT_PTR)
WDK_SAFE_TYPE_(UIntPtr, UINT_PTR)
WDK_SAFE_TYPE_(LongPtr, LONG_PTR)
WDK_SAFE_TYPE_(ULongPtr, ULONG_PTR)
WDK_SAFE_TYPE_(SizeT, size_t)
WDK_SAFE_TYPE_(SIZET, SIZE_T)
WDK_SAFE_TYPE_(SSIZET, SSIZE_T)
#define RtlInt16Add RtlShortAdd
#define RtlInt16Sub RtlShortSub
#define RtlInt16Mult RtlShortMult
#define RtlUInt16Add RtlUShortAdd
#define RtlUInt16Sub RtlUShortSub
#define RtlUInt16Mult RtlUShortMult
#define RtlInt32Add RtlIntAdd
#define RtlInt32Sub RtlIntSub
#define RtlInt32Mult RtlIntMult
#define RtlUInt32Add RtlUIntAdd
#define RtlUInt32Sub RtlUIntSub
#define RtlUInt32Mult RtlUIntMult
#define RtlDWordAdd RtlULongAdd
#define RtlDWordSub RtlULongSub
#define RtlDWordMult RtlULongMult
#define RtlDWordPtrAdd RtlULongPtrAdd
#define RtlDWordPtrSub RtlULongPtrSub
#define RtlDWordPtrMult RtlULongPtrMult
#define RtlInt64Add RtlLongLongAdd
#define RtlInt64Sub RtlLongLongSub
#define RtlInt64Mult RtlLongLongMult
#define RtlUInt64Add RtlULongLongAdd
#define RtlUInt64Sub RtlULongLongSub
#define RtlUInt64Mult RtlULongLongMult
#define RtlPtrdiffTAdd RtlLongPtrAdd
#define RtlPtrdiffTSub RtlLongPtrSub
#define RtlPtrdiffTMult RtlLongPtrMult

#define WDK_SAFE_TO_(Source, source, Target, target)                             \
  FORCEINLINE NTSTATUS Rtl##Source##To##Target(source operand, target *result) { \
    target value;                                                                \
    if (__builtin_add_overflow(operand, 0, &value)) {                            \
      *result = (target) - 1;                                                    \
      return STATUS_INTEGER_OVERFLOW;                                            \
    }                                                                            \
    *result = value;                                                             \
    return STATUS_SUCCESS;                                                       \
  }
#define WDK_SAFE_FROM_(From, from)               \
  WDK_SAFE_TO_(From, from, Int8, INT8)           \
  WDK_SAFE_TO_(From, from, UInt8, UINT8)         \
  WDK_SAFE_TO_(From, from, UChar, UCHAR)         \
  WDK_SAFE_TO_(From, from, Char, CHAR)           \
  WDK_SAFE_TO_(From, from, Byte, UCHAR)          \
  WDK_SAFE_TO_(From, from, Short, SHORT)         \
  WDK_SAFE_TO_(From, from, UShort, USHORT)       \
  WDK_SAFE_TO_(From, from, Word, USHORT)         \
  WDK_SAFE_TO_(From, from, Int, INT)             \
  WDK_SAFE_TO_(From, from, UInt, UINT)           \
  WDK_SAFE_TO_(From, from, Long, LONG)           \
  WDK_SAFE_TO_(From, from, ULong, ULONG)         \
  WDK_SAFE_TO_(From, from, DWord, ULONG)         \
  WDK_SAFE_TO_(From, from, LongLong, LONGLONG)   \
  WDK_SAFE_TO_(From, from, ULongLong, ULONGLONG) \
  WDK_SAFE_TO_(From, from, IntPtr, INT_PTR)      \
  WDK_SAFE_TO_(From, from, UIntPtr, UINT_PTR)    \
  WDK_SAFE_TO_(From, from, LongPtr, LONG_PTR)    \
  WDK_SAFE_TO_(From, from, ULongPtr, ULONG_PTR)  \
  WDK_SAFE_TO_(From, from, SizeT, size_t)        \
  WDK_SAFE_TO_(From, from, SSIZET, SSIZE_T)
WDK_SAFE_FROM_(Short, SHORT)
WDK_SAFE_FROM_(UShort, USHORT)
WDK_SAFE_FROM_(Int, INT)
WDK_SAFE_FROM_(UInt, UINT)
WDK_SAFE_FROM_(Long, LONG)
WDK_SAFE_FROM_(ULong, ULONG)
WDK_SAFE_FROM_(LongLong, LONGLONG)
WDK_SAFE_FROM_(ULongLong, ULONGLONG)
WDK_SAFE_FROM_(IntPtr, INT_PTR)
WDK_SAFE_FROM_(UIntPtr, UINT_PTR)
WDK_SAFE_FROM_(LongPtr, LONG_PTR)
WDK_SAFE_FROM_(ULongPtr, ULONG_PTR)
WDK_SAFE_FROM_(SizeT, size_t)
#undef WDK_SAFE_OPERATION_
#undef WDK_SAFE_TYPE_
#undef WDK_SAFE_TO_
#undef WDK_SAFE_FROM_
