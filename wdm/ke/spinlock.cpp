// Spin locks. On one processor the IRQL is the lock; the word is written too, so that a lock taken twice, or freed by
// somebody who does not hold it, is found. (NT spins for ever in the first case; its verifier gives these codes.)

#include "objects.hpp"

#include <ntifs.h>
#include <wdmp/irql.hpp>

using namespace ke;

namespace {

ULONG_PTR Word(const volatile void *value) { return reinterpret_cast<ULONG_PTR>(value); }

void Take(PKSPIN_LOCK lock, ULONG_PTR value) {
  volatile KSPIN_LOCK &word = *lock;
  if (word != 0) [[unlikely]] {
    KeBugCheckEx(kSpinLockAlreadyOwned, Word(lock), word, 0, 0);
  }
  word = value;
  asm volatile("" ::: "memory");
}

void Free(PKSPIN_LOCK lock) {
  volatile KSPIN_LOCK &word = *lock;
  if (word == 0) [[unlikely]] {
    KeBugCheckEx(kSpinLockNotOwned, Word(lock), 0, 0, 0);
  }
  asm volatile("" ::: "memory");
  word = 0;
}

void RequireDispatch(const void *lock) {
  if (CurrentIrql() < kDispatch) [[unlikely]] {
    KeBugCheckEx(kIrqlNotGreaterOrEqual, Word(lock), CurrentIrql(), kDispatch, 0);
  }
}

KIRQL RaiseToDispatch() {
  KIRQL old = CurrentIrql();
  if (old > kDispatch) [[unlikely]] {
    KeBugCheckEx(kIrqlNotLessOrEqual, old, kDispatch, 0, Word(__builtin_return_address(0)));
  }
  return Raise(kDispatch);
}

void TakeQueued(PKSPIN_LOCK lock, PKLOCK_QUEUE_HANDLE handle) {
  handle->LockQueue.Next = nullptr;
  handle->LockQueue.Lock = lock;
  Take(lock, Word(handle));
}

void FreeQueued(PKLOCK_QUEUE_HANDLE handle) {
  PKSPIN_LOCK lock = handle->LockQueue.Lock;
  if (lock == nullptr || *lock != Word(handle)) [[unlikely]] {
    KeBugCheckEx(kSpinLockNotOwned, Word(lock), Word(handle), 0, 0);
  }
  handle->LockQueue.Lock = nullptr;
  Free(lock);
}

}  // namespace

extern "C" {

/// Source: KeInitializeSpinLock (WDK); an inline of newer headers, an export for older sources.
#undef KeInitializeSpinLock
__attribute__((used)) VOID NTAPI KiInitializeSpinLock(PKSPIN_LOCK SpinLock) {
  *static_cast<volatile KSPIN_LOCK *>(SpinLock) = 0;
}

/// Takes the lock at DISPATCH_LEVEL and returns the IRQL before. Source: KeAcquireSpinLock (WDK).
KIRQL NTAPI KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock) {
  KIRQL old = RaiseToDispatch();
  Take(SpinLock, 1);
  return old;
}

/// Frees the lock and goes back to `NewIrql`. Source: KeReleaseSpinLock (WDK).
VOID NTAPI KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql) {
  Free(SpinLock);
  KeLowerIrql(NewIrql);
}

/// Takes the lock at or above DISPATCH_LEVEL. Source: KeAcquireSpinLockAtDpcLevel (WDK).
VOID NTAPI KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
  RequireDispatch(SpinLock);
  Take(SpinLock, 1);
}

/// Source: KeReleaseSpinLockFromDpcLevel (WDK).
VOID NTAPI KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock) { Free(SpinLock); }

/// Takes the lock when it is free. Source: KeTryToAcquireSpinLockAtDpcLevel (WDK).
BOOLEAN FASTCALL KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock) {
  RequireDispatch(SpinLock);
  if (*static_cast<volatile KSPIN_LOCK *>(SpinLock) != 0) {
    return FALSE;
  }
  Take(SpinLock, 1);
  return TRUE;
}

/// For code that runs as a DPC or threaded DPC. Source: KeAcquireSpinLockForDpc (WDK).
KIRQL FASTCALL KeAcquireSpinLockForDpc(PKSPIN_LOCK SpinLock) { return KeAcquireSpinLockRaiseToDpc(SpinLock); }

/// Source: KeReleaseSpinLockForDpc (WDK).
VOID FASTCALL KeReleaseSpinLockForDpc(PKSPIN_LOCK SpinLock, KIRQL OldIrql) { KeReleaseSpinLock(SpinLock, OldIrql); }

/// TRUE when the lock is free. Source: KeTestSpinLock (WDK).
BOOLEAN FASTCALL KeTestSpinLock(PKSPIN_LOCK SpinLock) { return *static_cast<volatile KSPIN_LOCK *>(SpinLock) == 0; }

/// Source: KeAcquireInStackQueuedSpinLock (WDK).
VOID FASTCALL KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
  LockHandle->OldIrql = RaiseToDispatch();
  TakeQueued(SpinLock, LockHandle);
}

/// Source: KeReleaseInStackQueuedSpinLock (WDK).
VOID FASTCALL KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle) {
  KIRQL old = LockHandle->OldIrql;
  FreeQueued(LockHandle);
  KeLowerIrql(old);
}

/// Source: KeAcquireInStackQueuedSpinLockAtDpcLevel (WDK).
VOID FASTCALL KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
  RequireDispatch(SpinLock);
  TakeQueued(SpinLock, LockHandle);
}

/// Source: KeReleaseInStackQueuedSpinLockFromDpcLevel (WDK).
VOID FASTCALL KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle) { FreeQueued(LockHandle); }

/// Source: KeAcquireInStackQueuedSpinLockForDpc (WDK).
VOID FASTCALL KeAcquireInStackQueuedSpinLockForDpc(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle) {
  KeAcquireInStackQueuedSpinLock(SpinLock, LockHandle);
}

/// Source: KeReleaseInStackQueuedSpinLockForDpc (WDK).
VOID FASTCALL KeReleaseInStackQueuedSpinLockForDpc(PKLOCK_QUEUE_HANDLE LockHandle) {
  KeReleaseInStackQueuedSpinLock(LockHandle);
}

}  // extern "C"
