// Fast mutexes and guarded mutexes, which are one type. Count is 1 when free, 0 when owned, below that with waiters.

#include "thread.hpp"

using namespace ke;

namespace {

void Acquire(PFAST_MUTEX mutex) {
  bool free;
  {
    AtDispatch guard;
    mutex->Count -= 1;
    free = mutex->Count == 0;
    mutex->Contention += free ? 0 : 1;
  }
  if (!free) {
    // The owner that releases hands the mutex over: the event is set once for one waiter.
    KeWaitForSingleObject(&mutex->Event, WrFastMutex, KernelMode, FALSE, nullptr);
  }
  mutex->Owner = current_thread;
}

bool TryAcquire(PFAST_MUTEX mutex) {
  AtDispatch guard;
  if (mutex->Count != 1) {
    return false;
  }
  mutex->Count = 0;
  mutex->Owner = current_thread;
  return true;
}

void Release(PFAST_MUTEX mutex) {
  AtDispatch guard;
  mutex->Owner = nullptr;
  mutex->Count += 1;
  if (mutex->Count <= 0) {
    KeSetEvent(&mutex->Event, 0, FALSE);
  }
}

}  // namespace

extern "C" {

/// Takes a fast mutex and stays at APC_LEVEL until it is released. Source: ExAcquireFastMutex (WDK).
VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX FastMutex) {
  RequireIrql(kApc, "ExAcquireFastMutex");
  KIRQL old = Raise(kApc);
  Acquire(FastMutex);
  FastMutex->OldIrql = old;
}

/// Source: ExReleaseFastMutex (WDK).
VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX FastMutex) {
  auto old = static_cast<KIRQL>(FastMutex->OldIrql);
  Release(FastMutex);
  KeLowerIrql(old);
}

/// Takes a fast mutex if it is free. Source: ExTryToAcquireFastMutex (WDK).
BOOLEAN FASTCALL ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex) {
  RequireIrql(kApc, "ExTryToAcquireFastMutex");
  KIRQL old = Raise(kApc);
  if (!TryAcquire(FastMutex)) {
    Lower(old);
    return FALSE;
  }
  FastMutex->OldIrql = old;
  return TRUE;
}

/// For callers that have APCs disabled. Source: ExAcquireFastMutexUnsafe (WDK).
VOID FASTCALL ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex) { Acquire(FastMutex); }

/// Source: ExReleaseFastMutexUnsafe (WDK).
VOID FASTCALL ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex) { Release(FastMutex); }

/// Source: KeInitializeGuardedMutex (WDK).
VOID NTAPI KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex) {
  *Mutex = {};
  Mutex->Count = 1;
  KeInitializeEvent(&Mutex->Event, SynchronizationEvent, FALSE);
}

/// Takes a guarded mutex in a guarded region. Source: KeAcquireGuardedMutex (WDK).
VOID NTAPI KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex) {
  RequireIrql(kApc, "KeAcquireGuardedMutex");
  KeEnterGuardedRegion();
  Acquire(Mutex);
}

/// Source: KeReleaseGuardedMutex (WDK).
VOID NTAPI KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex) {
  Release(Mutex);
  KeLeaveGuardedRegion();
}

/// Source: KeTryToAcquireGuardedMutex (WDK).
BOOLEAN NTAPI KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex) {
  KeEnterGuardedRegion();
  if (!TryAcquire(Mutex)) {
    KeLeaveGuardedRegion();
    return FALSE;
  }
  return TRUE;
}

/// For callers in a guarded region. Source: KeAcquireGuardedMutexUnsafe (WDK).
VOID NTAPI KeAcquireGuardedMutexUnsafe(PKGUARDED_MUTEX Mutex) { Acquire(Mutex); }

/// Source: KeReleaseGuardedMutexUnsafe (WDK).
VOID NTAPI KeReleaseGuardedMutexUnsafe(PKGUARDED_MUTEX Mutex) { Release(Mutex); }

}  // extern "C"
