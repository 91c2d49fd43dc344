#include <gtest/gtest.h>
#include <nt/ntrtl_sync.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "fake_nt.hpp"

extern "C" VOID RtlpFreeThreadEvent();

namespace {

constexpr int kThreads = 4;

template <typename Body>
void RunThreads(Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      body(i);
      RtlpFreeThreadEvent();
    });
  }
  for (auto &thread : threads) {
    thread.join();
  }
}

LARGE_INTEGER Milliseconds(int count) {
  LARGE_INTEGER time;
  time.QuadPart = -10'000ll * count;
  return time;
}

TEST(CriticalSection, ExcludesAndRecurses) {
  fake::Reset();
  const size_t handles = fake::OpenHandles();
  RTL_CRITICAL_SECTION section;
  ASSERT_EQ(RtlInitializeCriticalSection(&section), STATUS_SUCCESS);
  long counter = 0;
  RunThreads([&](int) {
    for (int i = 0; i < 5'000; ++i) {
      RtlEnterCriticalSection(&section);
      EXPECT_TRUE(RtlTryEnterCriticalSection(&section));
      const long seen = counter;
      if (i % 64 == 0) {
        std::this_thread::yield();
      }
      counter = seen + 1;
      RtlLeaveCriticalSection(&section);
      RtlLeaveCriticalSection(&section);
    }
  });
  EXPECT_EQ(counter, 5'000l * kThreads);
  EXPECT_EQ(section.LockCount, -1);
  RtlEnterCriticalSection(&section);
  std::thread([&] { EXPECT_FALSE(RtlTryEnterCriticalSection(&section)); }).join();
  EXPECT_TRUE(RtlIsCriticalSectionLockedByThread(&section));
  RtlLeaveCriticalSection(&section);
  RtlDeleteCriticalSection(&section);
  EXPECT_EQ(fake::OpenHandles(), handles);
  EXPECT_EQ(RtlInitializeCriticalSectionEx(&section, 0, 1), STATUS_INVALID_PARAMETER_3);
}

TEST(SrwLock, ReadersShareAndWritersDoNot) {
  fake::Reset();
  const size_t handles = fake::OpenHandles();
  RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;
  long value = 0;
  std::atomic<int> readers{0};
  std::atomic<int> writers{0};
  std::atomic<int> wrong{0};
  RunThreads([&](int id) {
    for (int i = 0; i < 4'000; ++i) {
      if ((i + id) % 4 == 0) {
        RtlAcquireSRWLockExclusive(&lock);
        wrong += ++writers != 1 || readers != 0;
        ++value;
        if (i % 32 == 0) {
          std::this_thread::yield();
        }
        --writers;
        RtlReleaseSRWLockExclusive(&lock);
      } else {
        RtlAcquireSRWLockShared(&lock);
        ++readers;
        wrong += writers != 0;
        if (i % 32 == 0) {
          std::this_thread::yield();
        }
        --readers;
        RtlReleaseSRWLockShared(&lock);
      }
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(value, 1'000l * kThreads);
  EXPECT_EQ(lock.Ptr, nullptr);
  EXPECT_EQ(fake::OpenHandles(), handles);
  EXPECT_TRUE(RtlTryAcquireSRWLockShared(&lock));
  EXPECT_TRUE(RtlTryAcquireSRWLockShared(&lock));
  EXPECT_FALSE(RtlTryAcquireSRWLockExclusive(&lock));
  RtlReleaseSRWLockShared(&lock);
  RtlReleaseSRWLockShared(&lock);
  EXPECT_TRUE(RtlTryAcquireSRWLockExclusive(&lock));
  EXPECT_FALSE(RtlTryAcquireSRWLockShared(&lock));
  RtlReleaseSRWLockExclusive(&lock);
}

TEST(ConditionVariable, HandsEveryItemOverOnce) {
  fake::Reset();
  RTL_CRITICAL_SECTION section;
  RtlInitializeCriticalSection(&section);
  RTL_CONDITION_VARIABLE filled = RTL_CONDITION_VARIABLE_INIT;
  RTL_CONDITION_VARIABLE drained = RTL_CONDITION_VARIABLE_INIT;
  int queue = 0;
  long taken = 0;
  RunThreads([&](int id) {
    for (int i = 0; i < 2'000; ++i) {
      RtlEnterCriticalSection(&section);
      if (id % 2 == 0) {
        while (queue == 4) {
          RtlSleepConditionVariableCS(&drained, &section, nullptr);
        }
        ++queue;
        RtlWakeConditionVariable(&filled);
      } else {
        while (queue == 0) {
          RtlSleepConditionVariableCS(&filled, &section, nullptr);
        }
        --queue;
        ++taken;
        RtlWakeConditionVariable(&drained);
      }
      RtlLeaveCriticalSection(&section);
    }
  });
  EXPECT_EQ(queue, 0);
  EXPECT_EQ(taken, 4'000);
  LARGE_INTEGER timeout = Milliseconds(5);
  RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;
  RtlAcquireSRWLockExclusive(&lock);
  EXPECT_EQ(RtlSleepConditionVariableSRW(&filled, &lock, &timeout, 0), STATUS_TIMEOUT);
  EXPECT_FALSE(RtlTryAcquireSRWLockShared(&lock));
  RtlReleaseSRWLockExclusive(&lock);
  RtlDeleteCriticalSection(&section);
}

TEST(WaitOnAddress, WakesOnChangeAndTimesOut) {
  fake::Reset();
  std::atomic<uint32_t> word{0};
  uint32_t undesired = 1;
  EXPECT_EQ(RtlWaitOnAddress(&word, &undesired, 4, nullptr), STATUS_SUCCESS);
  undesired = 0;
  LARGE_INTEGER timeout = Milliseconds(5);
  EXPECT_EQ(RtlWaitOnAddress(&word, &undesired, 4, &timeout), STATUS_TIMEOUT);
  EXPECT_EQ(RtlWaitOnAddress(&word, &undesired, 3, &timeout), STATUS_INVALID_PARAMETER);
  RunThreads([&](int id) {
    for (uint32_t round = 0; round < 300; ++round) {
      if (id == 0) {
        while (word.load() % 2 != 0) {
          std::this_thread::yield();
        }
        ++word;
        RtlWakeAddressAll(&word);
      } else if (id == 1) {
        uint32_t seen;
        while ((seen = word.load()) % 2 == 0) {
          RtlWaitOnAddress(&word, &seen, 4, nullptr);
        }
        ++word;
      }
    }
  });
  EXPECT_EQ(word.load(), 600u);
}

// Time-outs that race with wakes must not leave a signal behind or lose one.
TEST(WaitOnAddress, RacingTimeouts) {
  fake::Reset();
  std::atomic<uint32_t> word{0};
  std::atomic<bool> stop{false};
  std::thread waker([&] {
    while (!stop) {
      RtlWakeAddressSingle(&word);
    }
  });
  for (int i = 0; i < 3'000; ++i) {
    uint32_t undesired = 0;
    LARGE_INTEGER timeout;
    timeout.QuadPart = -(i % 50);
    const NTSTATUS status = RtlWaitOnAddress(&word, &undesired, 4, &timeout);
    ASSERT_TRUE(status == STATUS_SUCCESS || status == STATUS_TIMEOUT);
  }
  stop = true;
  waker.join();
  uint32_t undesired = 0;
  LARGE_INTEGER timeout = Milliseconds(5);
  EXPECT_EQ(RtlWaitOnAddress(&word, &undesired, 4, &timeout), STATUS_TIMEOUT);
}

TEST(WaitOnAddress, WorksWithoutMemoryForAnEvent) {
  fake::Reset();
  std::atomic<uint32_t> word{0};
  std::thread waiter([&] {
    fake::FailMemoryAfter(0);
    uint32_t undesired = 0;
    EXPECT_EQ(RtlWaitOnAddress(&word, &undesired, 4, nullptr), STATUS_SUCCESS);
    fake::FailMemoryAfter(-1);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  word = 1;
  RtlWakeAddressAll(&word);
  waiter.join();
}

TEST(RunOnce, RunsOnceAndRemembers) {
  fake::Reset();
  RTL_RUN_ONCE once = RTL_RUN_ONCE_INIT;
  static std::atomic<int> runs;
  static int target alignas(8);
  runs = 0;
  PVOID context = nullptr;
  EXPECT_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context), STATUS_UNSUCCESSFUL);
  EXPECT_EQ(RtlRunOnceExecuteOnce(
                &once, [](PRTL_RUN_ONCE, PVOID, PVOID *) -> ULONG { return 0; }, nullptr, &context),
            STATUS_UNSUCCESSFUL);
  RunThreads([&](int) {
    PVOID mine = nullptr;
    EXPECT_EQ(RtlRunOnceExecuteOnce(
                  &once,
                  [](PRTL_RUN_ONCE, PVOID, PVOID *result) -> ULONG {
                    ++runs;
                    std::this_thread::sleep_for(std::chrono::milliseconds(3));
                    *result = &target;
                    return 1;
                  },
                  nullptr, &mine),
              STATUS_SUCCESS);
    EXPECT_EQ(mine, &target);
  });
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context), STATUS_SUCCESS);
  EXPECT_EQ(context, &target);
  EXPECT_EQ(RtlRunOnceBeginInitialize(&once, 3, &context), STATUS_INVALID_PARAMETER_2);
  RTL_RUN_ONCE async = RTL_RUN_ONCE_INIT;
  EXPECT_EQ(RtlRunOnceBeginInitialize(&async, RTL_RUN_ONCE_ASYNC, &context), STATUS_PENDING);
  EXPECT_EQ(RtlRunOnceBeginInitialize(&async, RTL_RUN_ONCE_ASYNC, &context), STATUS_PENDING);
  EXPECT_EQ(RtlRunOnceComplete(&async, RTL_RUN_ONCE_ASYNC, &target), STATUS_SUCCESS);
  EXPECT_EQ(RtlRunOnceComplete(&async, RTL_RUN_ONCE_ASYNC, &target), STATUS_UNSUCCESSFUL);
}

}  // namespace
