// IRQL and the locks that raise it.
#include "row.hpp"

namespace wdmtest {
namespace {

const char *RaiseAndLower() {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  const KIRQL inside = KeGetCurrentIrql();
  KeLowerIrql(old);
  EXPECT(old == PASSIVE_LEVEL && inside == DISPATCH_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

const char *SpinLock() {
  KSPIN_LOCK lock;
  KeInitializeSpinLock(&lock);
  KIRQL old;
  KeAcquireSpinLock(&lock, &old);
  const KIRQL inside = KeGetCurrentIrql();
  const bool free_inside = KeTestSpinLock(&lock) != FALSE;
  KeReleaseSpinLock(&lock, old);
  EXPECT(inside == DISPATCH_LEVEL && !free_inside);
  EXPECT(KeTestSpinLock(&lock));
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

const char *QueuedLock() {
  KSPIN_LOCK lock;
  KeInitializeSpinLock(&lock);
  KLOCK_QUEUE_HANDLE handle;
  KeAcquireInStackQueuedSpinLock(&lock, &handle);
  const KIRQL inside = KeGetCurrentIrql();
  KeReleaseInStackQueuedSpinLock(&handle);
  EXPECT(inside == DISPATCH_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

const char *FastMutex() {
  FAST_MUTEX mutex;
  ExInitializeFastMutex(&mutex);
  ExAcquireFastMutex(&mutex);
  const KIRQL inside = KeGetCurrentIrql();
  ExReleaseFastMutex(&mutex);
  EXPECT(inside == APC_LEVEL);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

const char *FastMutexTry() {
  FAST_MUTEX mutex;
  ExInitializeFastMutex(&mutex);
  EXPECT(ExTryToAcquireFastMutex(&mutex));
  ExReleaseFastMutex(&mutex);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

constexpr Row kRows[] = {
    {"irql", "WDK: KeRaiseIrql, KeLowerIrql", RaiseAndLower},
    {"spin-lock", "WDK: KeAcquireSpinLock", SpinLock},
    {"queued-spin-lock", "WDK: KeAcquireInStackQueuedSpinLock", QueuedLock},
    {"fast-mutex", "WDK: ExAcquireFastMutex", FastMutex},
    {"fast-mutex-try", "WDK: ExTryToAcquireFastMutex", FastMutexTry},
};

}  // namespace

const Table kIrqlRows = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace wdmtest
