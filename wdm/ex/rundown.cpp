// Run-down protection: learn.microsoft.com, "Run-Down Protection". Bit 0 of the count says that the run-down has begun;
// then the rest points to who waits, otherwise it is the number of users, doubled.

#include <ntifs.h>

#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

struct _EX_RUNDOWN_REF_CACHE_AWARE {
  EX_RUNDOWN_REF reference;  // one per processor; there is one
};

namespace {

constexpr ULONG_PTR kActive = 1;
constexpr ULONG_PTR kUser = 2;

struct alignas(16) Waiter {
  ULONG_PTR users;
  ke::Parking parking;
};

BOOLEAN Acquire(PEX_RUNDOWN_REF reference, ULONG_PTR count) {
  ke::AtDispatch guard;
  if ((reference->Count & kActive) != 0) {
    return FALSE;
  }
  reference->Count = reference->Count + count * kUser;
  return TRUE;
}

void Release(PEX_RUNDOWN_REF reference, ULONG_PTR count) {
  ke::AtDispatch guard;
  if ((reference->Count & kActive) == 0) {
    reference->Count = reference->Count - count * kUser;
    return;
  }
  auto *waiter = reinterpret_cast<Waiter *>(reference->Count & ~kActive);
  if (waiter != nullptr) {
    waiter->users -= count;
    if (waiter->users == 0) {
      reference->Count = kActive;
      ke::Unpark(waiter->parking);
    }
  }
}

void WaitForRelease(PEX_RUNDOWN_REF reference) {
  Waiter waiter{};
  {
    ke::AtDispatch guard;
    if ((reference->Count & ~kActive) == 0 || (reference->Count & kActive) != 0) {
      reference->Count = reference->Count | kActive;
      return;
    }
    waiter.users = reference->Count / kUser;
    reference->Count = reinterpret_cast<ULONG_PTR>(&waiter) | kActive;
  }
  ke::Park(waiter.parking);
}

}  // namespace

extern "C" {

VOID FASTCALL ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) { RunRef->Count = 0; }
VOID FASTCALL ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) { RunRef->Count = 0; }
BOOLEAN FASTCALL ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef) { return Acquire(RunRef, 1); }
BOOLEAN FASTCALL ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) { return Acquire(RunRef, Count); }
VOID FASTCALL ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef) { Release(RunRef, 1); }
VOID FASTCALL ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) { Release(RunRef, Count); }
VOID FASTCALL ExRundownCompleted(PEX_RUNDOWN_REF RunRef) { RunRef->Count = kActive; }
VOID FASTCALL ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef) { WaitForRelease(RunRef); }

PEX_RUNDOWN_REF_CACHE_AWARE NTAPI ExAllocateCacheAwareRundownProtection(POOL_TYPE PoolType, ULONG PoolTag) {
  (void)PoolType;
  return static_cast<PEX_RUNDOWN_REF_CACHE_AWARE>(wdm::PoolAllocateZero(sizeof(_EX_RUNDOWN_REF_CACHE_AWARE), PoolTag));
}

VOID NTAPI ExFreeCacheAwareRundownProtection(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  wdm::PoolFree(RunRefCacheAware);
}

SIZE_T NTAPI ExSizeOfRundownProtectionCacheAware(VOID) { return sizeof(_EX_RUNDOWN_REF_CACHE_AWARE); }

VOID NTAPI ExInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware, SIZE_T RunRefSize) {
  (void)RunRefSize;
  RunRefCacheAware->reference.Count = 0;
}

VOID FASTCALL ExReInitializeRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  RunRefCacheAware->reference.Count = 0;
}

BOOLEAN FASTCALL ExAcquireRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  return Acquire(&RunRefCacheAware->reference, 1);
}

BOOLEAN FASTCALL ExAcquireRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware, ULONG Count) {
  return Acquire(&RunRefCacheAware->reference, Count);
}

VOID FASTCALL ExReleaseRundownProtectionCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  Release(&RunRefCacheAware->reference, 1);
}

VOID FASTCALL ExReleaseRundownProtectionCacheAwareEx(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware, ULONG Count) {
  Release(&RunRefCacheAware->reference, Count);
}

VOID FASTCALL ExRundownCompletedCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  RunRefCacheAware->reference.Count = kActive;
}

VOID FASTCALL ExWaitForRundownProtectionReleaseCacheAware(PEX_RUNDOWN_REF_CACHE_AWARE RunRefCacheAware) {
  WaitForRelease(&RunRefCacheAware->reference);
}

}  // extern "C"
