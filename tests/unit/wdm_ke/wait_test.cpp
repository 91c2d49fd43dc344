// Waits, events, semaphores, mutexes, fast mutexes, queues. Sources: KeWaitForSingleObject, KeWaitForMultipleObjects,
// KeSetEvent, KePulseEvent, KeReleaseSemaphore, KeReleaseMutex, ExAcquireFastMutex, KeRemoveQueue (WDK).

#include "fake_ke.hpp"

#include <gtest/gtest.h>

namespace {

class Wait : public testing::Test {
 protected:
  void SetUp() override { fake::Reset(); }
};

LARGE_INTEGER Time(LONGLONG value) {
  LARGE_INTEGER time;
  time.QuadPart = value;
  return time;
}

NTSTATUS Poll(PVOID object) {
  LARGE_INTEGER zero = Time(0);
  return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &zero);
}

NTSTATUS WaitFor(PVOID object, PLARGE_INTEGER timeout = nullptr) {
  return KeWaitForSingleObject(object, Executive, KernelMode, FALSE, timeout);
}

TEST_F(Wait, EventsOfBothKinds) {
  KEVENT notification, synchronization;
  KeInitializeEvent(&notification, NotificationEvent, TRUE);
  KeInitializeEvent(&synchronization, SynchronizationEvent, TRUE);
  EXPECT_EQ(Poll(&notification), STATUS_SUCCESS);
  EXPECT_EQ(Poll(&notification), STATUS_SUCCESS);
  EXPECT_EQ(Poll(&synchronization), STATUS_SUCCESS);
  EXPECT_EQ(Poll(&synchronization), STATUS_TIMEOUT);
  EXPECT_EQ(KeResetEvent(&notification), 1);
  EXPECT_EQ(KeSetEvent(&notification, 0, FALSE), 0);
  EXPECT_EQ(KeReadStateEvent(&notification), 1);
}

TEST_F(Wait, SetWakesAllOrOne) {
  for (EVENT_TYPE type : {NotificationEvent, SynchronizationEvent}) {
    KEVENT event;
    KeInitializeEvent(&event, type, FALSE);
    for (char letter : {'a', 'b'}) {
      fake::Spawn([&event, letter] {
        WaitFor(&event);
        fake::Mark(letter);
      });
    }
    fake::RunReady();
    KeSetEvent(&event, 0, FALSE);
    fake::RunReady();
    EXPECT_EQ(fake::Took(), type == NotificationEvent ? "ab" : "a");
    KeSetEvent(&event, 0, FALSE);
    fake::RunReady();
    EXPECT_EQ(fake::Took(), type == NotificationEvent ? "" : "b");
  }
}

TEST_F(Wait, PulseWakesThoseWhoWaitNow) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  fake::Spawn([&] {
    WaitFor(&event);
    fake::Mark('a');
  });
  fake::RunReady();
  KePulseEvent(&event, 0, FALSE);
  EXPECT_EQ(KeReadStateEvent(&event), 0);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "a");
}

TEST_F(Wait, TimeoutsRelativeAndAbsolute) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  fake::Spawn([&] {
    LARGE_INTEGER relative = Time(-5000);
    EXPECT_EQ(WaitFor(&event, &relative), STATUS_TIMEOUT);
    LARGE_INTEGER past = Time(1);
    EXPECT_EQ(WaitFor(&event, &past), STATUS_TIMEOUT);
    EXPECT_EQ(KeDelayExecutionThread(KernelMode, FALSE, &relative), STATUS_SUCCESS);
    fake::Mark('x');
  });
  fake::Run();
  EXPECT_EQ(fake::Took(), "x");
}

TEST_F(Wait, AnyAndAll) {
  KEVENT a, b;
  KeInitializeEvent(&a, SynchronizationEvent, FALSE);
  KeInitializeEvent(&b, SynchronizationEvent, FALSE);
  PVOID both[] = {&a, &b};
  fake::Spawn([&] {
    EXPECT_EQ(KeWaitForMultipleObjects(2, both, WaitAny, Executive, KernelMode, FALSE, nullptr, nullptr), 1);
    fake::Mark('1');
    EXPECT_EQ(KeWaitForMultipleObjects(2, both, WaitAll, Executive, KernelMode, FALSE, nullptr, nullptr), 0);
    fake::Mark('2');
  });
  fake::RunReady();
  KeSetEvent(&b, 0, FALSE);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "1");
  KeSetEvent(&a, 0, FALSE);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "");
  EXPECT_EQ(KeReadStateEvent(&a), 1);  // not taken before both are there
  KeSetEvent(&b, 0, FALSE);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "2");
  EXPECT_EQ(KeReadStateEvent(&a), 0);
}

TEST_F(Wait, TooManyObjects) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, TRUE);
  PVOID four[] = {&event, &event, &event, &event};
  EXPECT_EQ(fake::BugCheck(
                [&] { KeWaitForMultipleObjects(4, four, WaitAny, Executive, KernelMode, FALSE, nullptr, nullptr); }),
            0xcu);
  KWAIT_BLOCK blocks[4];
  EXPECT_EQ(KeWaitForMultipleObjects(4, four, WaitAny, Executive, KernelMode, FALSE, nullptr, blocks), STATUS_WAIT_0);
}

TEST_F(Wait, BlockingAtDispatchIsABugCheck) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  fake::Spawn([&] {
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    EXPECT_EQ(Poll(&event), STATUS_TIMEOUT);
    EXPECT_EQ(fake::BugCheck([&] { WaitFor(&event); }), 0xb8u);
    KeLowerIrql(old);
    EXPECT_EQ(KeSetEvent(&event, 0, FALSE), 0);
  });
  fake::RunReady();
}

TEST_F(Wait, SemaphoreCountsAndKeepsItsLimit) {
  KSEMAPHORE semaphore;
  KeInitializeSemaphore(&semaphore, 0, 3);
  for (char letter : {'a', 'b', 'c'}) {
    fake::Spawn([&semaphore, letter] {
      WaitFor(&semaphore);
      fake::Mark(letter);
    });
  }
  fake::RunReady();
  EXPECT_EQ(KeReleaseSemaphore(&semaphore, 0, 2, FALSE), 0);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "ab");
  EXPECT_EQ(KeReleaseSemaphore(&semaphore, 0, 3, FALSE), 0);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "c");
  EXPECT_EQ(KeReadStateSemaphore(&semaphore), 2);
  EXPECT_EQ(fake::Raised([&] { KeReleaseSemaphore(&semaphore, 0, 2, FALSE); }), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT_EQ(fake::Raised([&] { KeReleaseSemaphore(&semaphore, 0, 0, FALSE); }), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT_EQ(KeReadStateSemaphore(&semaphore), 2);
}

TEST_F(Wait, MutexIsItsOwnersAsOftenAsTaken) {
  KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  fake::Spawn([&] {
    EXPECT_EQ(WaitFor(&mutex), STATUS_SUCCESS);
    EXPECT_EQ(WaitFor(&mutex), STATUS_SUCCESS);
    EXPECT_TRUE(KeAreApcsDisabled());
    EXPECT_EQ(KeReadStateMutex(&mutex), -1);
    LARGE_INTEGER soon = Time(-100);
    KeDelayExecutionThread(KernelMode, FALSE, &soon);
    EXPECT_EQ(KeReleaseMutex(&mutex, FALSE), -1);
    EXPECT_EQ(KeReleaseMutex(&mutex, FALSE), 0);
    EXPECT_FALSE(KeAreApcsDisabled());
    fake::Mark('a');
  });
  fake::Spawn([&] {
    EXPECT_EQ(Poll(&mutex), STATUS_TIMEOUT);
    EXPECT_EQ(fake::Raised([&] { KeReleaseMutex(&mutex, FALSE); }), STATUS_MUTANT_NOT_OWNED);
    EXPECT_EQ(WaitFor(&mutex), STATUS_SUCCESS);
    fake::Mark('b');
    KeReleaseMutex(&mutex, FALSE);
  });
  fake::Run();
  EXPECT_EQ(fake::Took(), "ab");
  EXPECT_EQ(KeReadStateMutex(&mutex), 1);
}

TEST_F(Wait, MutexCannotBeTakenForEver) {
  KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  fake::Spawn([&] {
    WaitFor(&mutex);
    mutex.Header.SignalState = static_cast<LONG>(MINLONG);
    EXPECT_EQ(fake::Raised([&] { WaitFor(&mutex); }), STATUS_MUTANT_LIMIT_EXCEEDED);
    mutex.Header.SignalState = 0;
    KeReleaseMutex(&mutex, FALSE);
  });
  fake::Run();
}

TEST_F(Wait, FastMutexHandsOver) {
  FAST_MUTEX mutex;
  ExInitializeFastMutex(&mutex);
  for (char letter : {'a', 'b', 'c'}) {
    fake::Spawn([&mutex, letter] {
      ExAcquireFastMutex(&mutex);
      EXPECT_EQ(KeGetCurrentIrql(), APC_LEVEL);
      fake::Mark(letter);
      LARGE_INTEGER soon = Time(-100);
      KeDelayExecutionThread(KernelMode, FALSE, &soon);
      fake::Mark(letter);
      ExReleaseFastMutex(&mutex);
      EXPECT_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    });
  }
  fake::Run();
  EXPECT_EQ(fake::Took(), "aabbcc");
  EXPECT_TRUE(ExTryToAcquireFastMutex(&mutex));
  EXPECT_FALSE(ExTryToAcquireFastMutex(&mutex));
  ExReleaseFastMutex(&mutex);
}

TEST_F(Wait, GuardedMutexDisablesApcs) {
  KGUARDED_MUTEX mutex;
  KeInitializeGuardedMutex(&mutex);
  KeAcquireGuardedMutex(&mutex);
  EXPECT_TRUE(KeAreAllApcsDisabled());
  EXPECT_FALSE(KeTryToAcquireGuardedMutex(&mutex));
  KeReleaseGuardedMutex(&mutex);
  EXPECT_FALSE(KeAreAllApcsDisabled());
}

TEST_F(Wait, ThreadObjectIsSignalledAtItsEnd) {
  PVOID thread = fake::Spawn([] { fake::Mark('t'); });
  fake::Spawn([&] {
    EXPECT_EQ(WaitFor(thread), STATUS_SUCCESS);
    fake::Mark('w');
  });
  fake::Run();
  EXPECT_EQ(fake::Took(), "tw");
}

TEST_F(Wait, QueueServesTheLastWaiterAndItsMaximum) {
  KQUEUE queue;
  KeInitializeQueue(&queue, 1);
  LIST_ENTRY entries[3];
  for (char letter : {'a', 'b'}) {
    fake::Spawn([&queue, letter] {
      while (reinterpret_cast<LONG_PTR>(KeRemoveQueue(&queue, KernelMode, nullptr)) != STATUS_ABANDONED) {
        fake::Mark(letter);
      }
      fake::Mark('e');
    });
  }
  fake::RunReady();
  EXPECT_EQ(KeInsertQueue(&queue, &entries[0]), 0);
  EXPECT_EQ(KeInsertQueue(&queue, &entries[1]), 0);
  EXPECT_EQ(KeReadStateQueue(&queue), 1);  // one thread at a time
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "bb");
  EXPECT_EQ(KeRundownQueue(&queue), nullptr);
  fake::RunReady();
  EXPECT_EQ(fake::Took(), "ee");
  fake::Spawn([&] {
    LARGE_INTEGER zero = Time(0);
    EXPECT_EQ(reinterpret_cast<LONG_PTR>(KeRemoveQueue(&queue, KernelMode, &zero)), STATUS_TIMEOUT);
  });
  fake::RunReady();
}

}  // namespace
