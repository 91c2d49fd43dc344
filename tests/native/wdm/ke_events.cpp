// Events, semaphores, mutexes and the waits on them.
#include "row.hpp"

namespace wdmtest {
namespace {

constexpr EVENT_TYPE kStays = NotificationEvent;
constexpr EVENT_TYPE kTaken = SynchronizationEvent;

const char *TimesOut() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, FALSE);
  EXPECT(WaitFor(&event, 0) == STATUS_TIMEOUT);
  return nullptr;
}

const char *TimesOutLater() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, FALSE);
  const ULONGLONG before = KeQueryInterruptTime();
  EXPECT(WaitFor(&event, 20) == STATUS_TIMEOUT);
  EXPECT(KeQueryInterruptTime() - before >= 200000);
  return nullptr;
}

const char *TimesOutAtATime() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, FALSE);
  LARGE_INTEGER when;
  KeQuerySystemTime(&when);
  when.QuadPart += 100000;
  EXPECT(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &when) == STATUS_TIMEOUT);
  return nullptr;
}

const char *NotificationStays() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, TRUE);
  EXPECT(WaitFor(&event, 0) == STATUS_SUCCESS);
  EXPECT(KeReadStateEvent(&event) != 0);
  return nullptr;
}

const char *SynchronizationIsTaken() {
  KEVENT event;
  KeInitializeEvent(&event, kTaken, TRUE);
  EXPECT(WaitFor(&event, 0) == STATUS_SUCCESS);
  EXPECT(KeReadStateEvent(&event) == 0);
  return nullptr;
}

const char *SetSaysWhatWas() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, FALSE);
  EXPECT(KeSetEvent(&event, 0, FALSE) == 0);
  EXPECT(KeSetEvent(&event, 0, FALSE) != 0);
  return nullptr;
}

const char *ResetSaysWhatWas() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, TRUE);
  EXPECT(KeResetEvent(&event) != 0);
  EXPECT(KeResetEvent(&event) == 0);
  return nullptr;
}

const char *Clears() {
  KEVENT event;
  KeInitializeEvent(&event, kStays, TRUE);
  KeClearEvent(&event);
  EXPECT(WaitFor(&event, 0) == STATUS_TIMEOUT);
  return nullptr;
}

NTSTATUS WaitForTwo(KEVENT *first, KEVENT *second, WAIT_TYPE type) {
  PVOID objects[] = {first, second};
  LARGE_INTEGER now = Milliseconds(0);
  return KeWaitForMultipleObjects(2, objects, type, Executive, KernelMode, FALSE, &now, nullptr);
}

const char *AnyNamesTheOne() {
  KEVENT first;
  KEVENT second;
  KeInitializeEvent(&first, kTaken, FALSE);
  KeInitializeEvent(&second, kTaken, TRUE);
  EXPECT(WaitForTwo(&first, &second, WaitAny) == STATUS_WAIT_1);
  EXPECT(KeReadStateEvent(&second) == 0);
  EXPECT(WaitForTwo(&first, &second, WaitAny) == STATUS_TIMEOUT);
  return nullptr;
}

const char *AllTakesAllOrNone() {
  KEVENT first;
  KEVENT second;
  KeInitializeEvent(&first, kTaken, TRUE);
  KeInitializeEvent(&second, kTaken, FALSE);
  EXPECT(WaitForTwo(&first, &second, WaitAll) == STATUS_TIMEOUT);
  EXPECT(KeReadStateEvent(&first) != 0);
  KeSetEvent(&second, 0, FALSE);
  EXPECT(WaitForTwo(&first, &second, WaitAll) == STATUS_SUCCESS);
  EXPECT(KeReadStateEvent(&first) == 0 && KeReadStateEvent(&second) == 0);
  return nullptr;
}

const char *Delays() {
  LARGE_INTEGER time = Milliseconds(10);
  const ULONGLONG before = KeQueryInterruptTime();
  EXPECT(KeDelayExecutionThread(KernelMode, FALSE, &time) == STATUS_SUCCESS);
  EXPECT(KeQueryInterruptTime() - before >= 100000);
  return nullptr;
}

const char *SemaphoreCounts() {
  KSEMAPHORE semaphore;
  KeInitializeSemaphore(&semaphore, 1, 3);
  EXPECT(WaitFor(&semaphore, 0) == STATUS_SUCCESS);
  EXPECT(WaitFor(&semaphore, 0) == STATUS_TIMEOUT);
  EXPECT(KeReleaseSemaphore(&semaphore, 0, 2, FALSE) == 0);
  EXPECT(KeReadStateSemaphore(&semaphore) == 2);
  return nullptr;
}

const char *SemaphoreLimit() {
  KSEMAPHORE semaphore;
  KeInitializeSemaphore(&semaphore, 1, 2);
  NTSTATUS status = STATUS_SUCCESS;
  __try {
    KeReleaseSemaphore(&semaphore, 0, 100, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    status = static_cast<NTSTATUS>(GetExceptionCode());
  }
  EXPECT(status == STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT(KeReadStateSemaphore(&semaphore) == 1);
  EXPECT(KeGetCurrentIrql() == PASSIVE_LEVEL);
  return nullptr;
}

const char *MutexIsRecursive() {
  KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  EXPECT(KeReadStateMutex(&mutex) == 1);
  EXPECT(WaitFor(&mutex, 0) == STATUS_SUCCESS);
  EXPECT(WaitFor(&mutex, 0) == STATUS_SUCCESS);
  KeReleaseMutex(&mutex, FALSE);
  EXPECT(KeReadStateMutex(&mutex) != 1);
  EXPECT(KeReleaseMutex(&mutex, FALSE) == 0);
  EXPECT(KeReadStateMutex(&mutex) == 1);
  return nullptr;
}

const char *MutexNotOwned() {
  KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  NTSTATUS status = STATUS_SUCCESS;
  __try {
    KeReleaseMutex(&mutex, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    status = static_cast<NTSTATUS>(GetExceptionCode());
  }
  EXPECT(status == STATUS_MUTANT_NOT_OWNED);
  return nullptr;
}

const char *MutexHoldsApcsOff() {
  KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  EXPECT(WaitFor(&mutex, 0) == STATUS_SUCCESS);
  const bool off = KeAreApcsDisabled() != FALSE;
  KeReleaseMutex(&mutex, FALSE);
  EXPECT(off);
  EXPECT(!KeAreApcsDisabled());
  return nullptr;
}

constexpr Row kRows[] = {
    {"wait-times-out", "WDK: KeWaitForSingleObject, STATUS_TIMEOUT", TimesOut},
    {"wait-relative", "WDK: KeWaitForSingleObject, Timeout below zero", TimesOutLater},
    {"wait-absolute", "WDK: KeWaitForSingleObject, Timeout above zero", TimesOutAtATime},
    {"event-notification", "WDK: KeInitializeEvent", NotificationStays},
    {"event-synchronization", "WDK: KeInitializeEvent", SynchronizationIsTaken},
    {"event-set", "WDK: KeSetEvent", SetSaysWhatWas},
    {"event-reset", "WDK: KeResetEvent", ResetSaysWhatWas},
    {"event-clear", "WDK: KeClearEvent", Clears},
    {"wait-any", "WDK: KeWaitForMultipleObjects, WaitAny", AnyNamesTheOne},
    {"wait-all", "WDK: KeWaitForMultipleObjects, WaitAll", AllTakesAllOrNone},
    {"delay", "WDK: KeDelayExecutionThread", Delays},
    {"semaphore", "WDK: KeReleaseSemaphore", SemaphoreCounts},
    {"semaphore-limit", "WDK: KeReleaseSemaphore, STATUS_SEMAPHORE_LIMIT_EXCEEDED", SemaphoreLimit},
    {"mutex-recursive", "WDK: KeReleaseMutex", MutexIsRecursive},
    {"mutex-not-owned", "WDK: KeReleaseMutex, STATUS_MUTANT_NOT_OWNED", MutexNotOwned},
    {"mutex-apcs", "WDK: KeAreApcsDisabled", MutexHoldsApcsOff},
};

}  // namespace

const Table kEventRows = {kRows, sizeof(kRows) / sizeof(kRows[0])};

}  // namespace wdmtest
