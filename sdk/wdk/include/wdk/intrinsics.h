// Interlocked operations, barriers, bit scans, memory helpers: what the WDK makes of compiler intrinsics.
// Source: learn.microsoft.com, wdm.h.
#pragma once

#include <wdk/base.h>

NT_EXTERN_C_BEGIN
void __debugbreak(void);
#ifdef _MSC_VER
// Intrinsics under their own names, which clang knows once they are declared; <intrin.h> may follow.
void __int2c(void);
void _ReadWriteBarrier(void);
void _ReadBarrier(void);
void _WriteBarrier(void);
unsigned char _BitScanForward(unsigned long *Index, unsigned long Mask);
unsigned char _BitScanReverse(unsigned long *Index, unsigned long Mask);
void __stosb(unsigned char *Destination, unsigned char Value, size_t Count);
void __movsb(unsigned char *Destination, unsigned char const *Source, size_t Count);
#ifdef _WIN64
unsigned char _BitScanForward64(unsigned long *Index, unsigned long long Mask);
unsigned char _BitScanReverse64(unsigned long *Index, unsigned long long Mask);
long long _InterlockedIncrement64(long long volatile *Addend);
long long _InterlockedDecrement64(long long volatile *Addend);
long long _InterlockedExchange64(long long volatile *Target, long long Value);
long long _InterlockedExchangeAdd64(long long volatile *Addend, long long Value);
long long _InterlockedAnd64(long long volatile *Value, long long Mask);
long long _InterlockedOr64(long long volatile *Value, long long Mask);
long long _InterlockedXor64(long long volatile *Value, long long Mask);
#endif
#endif
NT_EXTERN_C_END

#define WDK_INTERLOCKED_(suffix, type)                                                                        \
  FORCEINLINE type InterlockedIncrement##suffix(type volatile *target) {                                      \
    return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                                   \
  }                                                                                                           \
  FORCEINLINE type InterlockedDecrement##suffix(type volatile *target) {                                      \
    return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                                   \
  }                                                                                                           \
  FORCEINLINE type InterlockedExchange##suffix(type volatile *target, type value) {                           \
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                                              \
  }                                                                                                           \
  FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile *target, type value) {                        \
    return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                               \
  }                                                                                                           \
  FORCEINLINE type InterlockedAdd##suffix(type volatile *target, type value) {                                \
    return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                                               \
  }                                                                                                           \
  FORCEINLINE type InterlockedAnd##suffix(type volatile *target, type value) {                                \
    return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                               \
  }                                                                                                           \
  FORCEINLINE type InterlockedOr##suffix(type volatile *target, type value) {                                 \
    return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                                \
  }                                                                                                           \
  FORCEINLINE type InterlockedXor##suffix(type volatile *target, type value) {                                \
    return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                               \
  }                                                                                                           \
  FORCEINLINE type InterlockedCompareExchange##suffix(type volatile *target, type exchange, type comparand) { \
    __atomic_compare_exchange_n(target, &comparand, exchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);         \
    return comparand;                                                                                         \
  }
WDK_INTERLOCKED_(, LONG)
WDK_INTERLOCKED_(16, SHORT)
WDK_INTERLOCKED_(64, LONGLONG)
#undef WDK_INTERLOCKED_

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value) {
  return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID exchange, PVOID comparand) {
  __atomic_compare_exchange_n(target, &comparand, exchange, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return comparand;
}
FORCEINLINE BOOLEAN InterlockedBitTestAndSet(LONG volatile *base, LONG bit) {
  const LONG mask = (LONG)(1u << (bit & 31));
  return (BOOLEAN)((__atomic_fetch_or(base + (bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0);
}
FORCEINLINE BOOLEAN InterlockedBitTestAndReset(LONG volatile *base, LONG bit) {
  const LONG mask = (LONG)(1u << (bit & 31));
  return (BOOLEAN)((__atomic_fetch_and(base + (bit >> 5), ~mask, __ATOMIC_SEQ_CST) & mask) != 0);
}
FORCEINLINE BOOLEAN InterlockedBitTestAndComplement(LONG volatile *base, LONG bit) {
  const LONG mask = (LONG)(1u << (bit & 31));
  return (BOOLEAN)((__atomic_fetch_xor(base + (bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0);
}
#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define InterlockedExchangeNoFence64 InterlockedExchange64
#define InterlockedExchangeAcquire64 InterlockedExchange64
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
#define InterlockedExchangeAddAcquire InterlockedExchangeAdd
#define InterlockedExchangeAddRelease InterlockedExchangeAdd
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence64 InterlockedCompareExchange64
#define InterlockedExchangePointerNoFence InterlockedExchangePointer
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer
#define InterlockedAndAcquire InterlockedAnd
#define InterlockedAndRelease InterlockedAnd
#define InterlockedAndNoFence InterlockedAnd
#define InterlockedOrAcquire InterlockedOr
#define InterlockedOrRelease InterlockedOr
#define InterlockedOrNoFence InterlockedOr
#define InterlockedIncrementNoFence64 InterlockedIncrement64
#define InterlockedDecrementNoFence64 InterlockedDecrement64
#ifdef _WIN64
#define InterlockedExchangeAddSizeT(a, b) InterlockedExchangeAdd64((LONG64 *)(a), (LONG64)(b))
#define InterlockedIncrementSizeT(a) InterlockedIncrement64((LONG64 *)(a))
#define InterlockedDecrementSizeT(a) InterlockedDecrement64((LONG64 *)(a))
#else
#define InterlockedExchangeAddSizeT(a, b) InterlockedExchangeAdd((LONG *)(a), (LONG)(b))
#define InterlockedIncrementSizeT(a) InterlockedIncrement((LONG *)(a))
#define InterlockedDecrementSizeT(a) InterlockedDecrement((LONG *)(a))
#endif

FORCEINLINE LONG ReadAcquire(LONG const volatile *source) { return __atomic_load_n(source, __ATOMIC_ACQUIRE); }
FORCEINLINE LONG ReadNoFence(LONG const volatile *source) { return __atomic_load_n(source, __ATOMIC_RELAXED); }
FORCEINLINE LONG ReadRaw(LONG const volatile *source) { return __atomic_load_n(source, __ATOMIC_RELAXED); }
FORCEINLINE LONG64 ReadAcquire64(LONG64 const volatile *source) { return __atomic_load_n(source, __ATOMIC_ACQUIRE); }
FORCEINLINE LONG64 ReadNoFence64(LONG64 const volatile *source) { return __atomic_load_n(source, __ATOMIC_RELAXED); }
FORCEINLINE ULONG ReadULongAcquire(ULONG const volatile *source) { return __atomic_load_n(source, __ATOMIC_ACQUIRE); }
FORCEINLINE ULONG ReadULongNoFence(ULONG const volatile *source) { return __atomic_load_n(source, __ATOMIC_RELAXED); }
FORCEINLINE ULONG64 ReadULong64NoFence(ULONG64 const volatile *source) {
  return __atomic_load_n(source, __ATOMIC_RELAXED);
}
FORCEINLINE PVOID ReadPointerAcquire(PVOID const volatile *source) { return __atomic_load_n(source, __ATOMIC_ACQUIRE); }
FORCEINLINE PVOID ReadPointerNoFence(PVOID const volatile *source) { return __atomic_load_n(source, __ATOMIC_RELAXED); }
FORCEINLINE VOID WriteRelease(LONG volatile *target, LONG value) { __atomic_store_n(target, value, __ATOMIC_RELEASE); }
FORCEINLINE VOID WriteNoFence(LONG volatile *target, LONG value) { __atomic_store_n(target, value, __ATOMIC_RELAXED); }
FORCEINLINE VOID WriteULongRelease(ULONG volatile *target, ULONG value) {
  __atomic_store_n(target, value, __ATOMIC_RELEASE);
}
FORCEINLINE VOID WriteULongNoFence(ULONG volatile *target, ULONG value) {
  __atomic_store_n(target, value, __ATOMIC_RELAXED);
}
FORCEINLINE VOID WriteRelease64(LONG64 volatile *target, LONG64 value) {
  __atomic_store_n(target, value, __ATOMIC_RELEASE);
}
FORCEINLINE VOID WriteNoFence64(LONG64 volatile *target, LONG64 value) {
  __atomic_store_n(target, value, __ATOMIC_RELAXED);
}
FORCEINLINE VOID WritePointerRelease(PVOID volatile *target, PVOID value) {
  __atomic_store_n(target, value, __ATOMIC_RELEASE);
}
FORCEINLINE VOID WritePointerNoFence(PVOID volatile *target, PVOID value) {
  __atomic_store_n(target, value, __ATOMIC_RELAXED);
}

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define KeMemoryBarrierWithoutFence() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define FastFence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define LoadFence() __builtin_ia32_lfence()
#define MemoryFence() __builtin_ia32_mfence()
#define StoreFence() __builtin_ia32_sfence()
#define YieldProcessor() __builtin_ia32_pause()
FORCEINLINE VOID DbgRaiseAssertionFailure(VOID) { __asm__ volatile("int $0x2c"); }
#define ReadTimeStampCounter() __builtin_ia32_rdtsc()

FORCEINLINE UCHAR BitScanForward(ULONG *index, ULONG mask) {
  if (mask == 0) {
    return 0;
  }
  *index = (ULONG)__builtin_ctzl(mask);
  return 1;
}
FORCEINLINE UCHAR BitScanReverse(ULONG *index, ULONG mask) {
  if (mask == 0) {
    return 0;
  }
  *index = 31u - (ULONG)__builtin_clzl(mask);
  return 1;
}
FORCEINLINE UCHAR BitScanForward64(ULONG *index, ULONG64 mask) {
  if (mask == 0) {
    return 0;
  }
  *index = (ULONG)__builtin_ctzll(mask);
  return 1;
}
FORCEINLINE UCHAR BitScanReverse64(ULONG *index, ULONG64 mask) {
  if (mask == 0) {
    return 0;
  }
  *index = 63u - (ULONG)__builtin_clzll(mask);
  return 1;
}
FORCEINLINE UCHAR BitTest(LONG const *base, LONG bit) { return (UCHAR)((base[bit >> 5] >> (bit & 31)) & 1); }
FORCEINLINE UCHAR BitTestAndSet(LONG *base, LONG bit) {
  const UCHAR old = BitTest(base, bit);
  base[bit >> 5] |= (LONG)(1u << (bit & 31));
  return old;
}
FORCEINLINE UCHAR BitTestAndReset(LONG *base, LONG bit) {
  const UCHAR old = BitTest(base, bit);
  base[bit >> 5] &= (LONG) ~(1u << (bit & 31));
  return old;
}
#define RtlUshortByteSwap(value) ((USHORT)__builtin_bswap16(value))
#define RtlUlongByteSwap(value) ((ULONG)__builtin_bswap32(value))
#define RtlUlonglongByteSwap(value) ((ULONGLONG)__builtin_bswap64(value))

#define Int32x32To64(a, b) (((LONGLONG)((LONG)(a))) * ((LONGLONG)((LONG)(b))))
#define UInt32x32To64(a, b) (((ULONGLONG)((ULONG)(a))) * ((ULONGLONG)((ULONG)(b))))
#define Int64ShllMod32(a, b) ((ULONGLONG)(a) << ((b) & 31))
#define Int64ShraMod32(a, b) ((LONGLONG)(a) >> ((b) & 31))
#define Int64ShrlMod32(a, b) ((ULONGLONG)(a) >> ((b) & 31))
FORCEINLINE LARGE_INTEGER RtlConvertLongToLargeInteger(LONG value) {
  LARGE_INTEGER result;
  result.QuadPart = value;
  return result;
}
FORCEINLINE LARGE_INTEGER RtlConvertUlongToLargeInteger(ULONG value) {
  LARGE_INTEGER result;
  result.QuadPart = value;
  return result;
}
FORCEINLINE LUID RtlConvertLongToLuid(LONG value) {
  LUID result;
  result.LowPart = (ULONG)value;
  result.HighPart = value < 0 ? -1 : 0;
  return result;
}
FORCEINLINE LUID RtlConvertUlongToLuid(ULONG value) {
  LUID result;
  result.LowPart = value;
  result.HighPart = 0;
  return result;
}
FORCEINLINE LARGE_INTEGER RtlEnlargedIntegerMultiply(LONG a, LONG b) {
  LARGE_INTEGER result;
  result.QuadPart = Int32x32To64(a, b);
  return result;
}
FORCEINLINE LARGE_INTEGER RtlExtendedIntegerMultiply(LARGE_INTEGER a, LONG b) {
  LARGE_INTEGER result;
  result.QuadPart = a.QuadPart * b;
  return result;
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerAdd(LARGE_INTEGER a, LARGE_INTEGER b) {
  LARGE_INTEGER result;
  result.QuadPart = a.QuadPart + b.QuadPart;
  return result;
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerSubtract(LARGE_INTEGER a, LARGE_INTEGER b) {
  LARGE_INTEGER result;
  result.QuadPart = a.QuadPart - b.QuadPart;
  return result;
}
#define RtlEqualLuid(a, b) (((a)->LowPart == (b)->LowPart) && ((a)->HighPart == (b)->HighPart))
#define RtlIsZeroLuid(a) ((BOOLEAN)(((a)->LowPart == 0) && ((a)->HighPart == 0)))
#define RtlLargeIntegerEqualToZero(x) ((x).QuadPart == 0)
#define RtlLargeIntegerGreaterThan(x, y) ((x).QuadPart > (y).QuadPart)
#define RtlLargeIntegerLessThan(x, y) ((x).QuadPart < (y).QuadPart)
