#include <gtest/gtest.h>
#include <nt/ntrtl_pool.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "fake_nt.hpp"

namespace {

using namespace std::chrono_literals;

template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 5'000; ++i) {
    if (condition()) {
      return true;
    }
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

LARGE_INTEGER In(int milliseconds) {
  LARGE_INTEGER time;
  time.QuadPart = -10'000ll * milliseconds;
  return time;
}

HANDLE MakeEvent() {
  HANDLE event = nullptr;
  EXPECT_EQ(NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE), STATUS_SUCCESS);
  return event;
}

std::atomic<int> finalized{0};
VOID Finalized(PTP_CALLBACK_INSTANCE, PVOID) { ++finalized; }

TP_CALLBACK_ENVIRON Environment() {
  TP_CALLBACK_ENVIRON environment{};
  environment.Version = 3;
  environment.CallbackPriority = TP_CALLBACK_PRIORITY_NORMAL;
  environment.Size = sizeof(environment);
  environment.FinalizationCallback = Finalized;
  return environment;
}

class PoolTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::Reset();
    finalized = 0;
  }
};

TEST_F(PoolTest, RunsEveryPostOnce) {
  std::atomic<int> runs{0};
  TP_CALLBACK_ENVIRON environment = Environment();
  PTP_WORK work = nullptr;
  ASSERT_EQ(
      TpAllocWork(
          &work, [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK) { ++*static_cast<std::atomic<int> *>(context); },
          &runs, &environment),
      STATUS_SUCCESS);
  for (int i = 0; i < 1'000; ++i) {
    TpPostWork(work);
  }
  TpWaitForWork(work, FALSE);
  EXPECT_EQ(runs, 1'000);
  EXPECT_EQ(finalized, 0);
  TpReleaseWork(work);
  EXPECT_TRUE(Eventually([] { return finalized == 1; }));
  environment.Version = 2;
  EXPECT_EQ(TpAllocWork(&work, nullptr, nullptr, &environment), STATUS_INVALID_PARAMETER);
}

TEST_F(PoolTest, CancelsWhatHasNotBegun) {
  PTP_POOL pool = nullptr;
  ASSERT_EQ(TpAllocPool(&pool, nullptr), STATUS_SUCCESS);
  TpSetPoolMaxThreads(pool, 1);
  TP_CALLBACK_ENVIRON environment = Environment();
  environment.Pool = pool;
  struct Shared {
    std::atomic<int> runs{0};
    std::atomic<bool> go{false};
  } shared;
  PTP_WORK work = nullptr;
  ASSERT_EQ(TpAllocWork(
                &work,
                [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_WORK) {
                  auto *const mine = static_cast<Shared *>(context);
                  ++mine->runs;
                  while (!mine->go) {
                    std::this_thread::yield();
                  }
                },
                &shared, &environment),
            STATUS_SUCCESS);
  for (int i = 0; i < 10; ++i) {
    TpPostWork(work);
  }
  ASSERT_TRUE(Eventually([&] { return shared.runs == 1; }));
  std::thread releaser([&] {
    std::this_thread::sleep_for(5ms);
    shared.go = true;
  });
  TpWaitForWork(work, TRUE);
  EXPECT_EQ(shared.runs, 1);
  releaser.join();
  TpReleaseWork(work);
  TpReleasePool(pool);
  EXPECT_TRUE(Eventually([] { return finalized == 1; }));
}

TEST_F(PoolTest, CompletionActionsAndDisassociation) {
  HANDLE event = MakeEvent();
  EXPECT_EQ(TpSimpleTryPost([](PTP_CALLBACK_INSTANCE instance,
                               PVOID context) { TpCallbackSetEventOnCompletion(instance, context); },
                            event, nullptr),
            STATUS_SUCCESS);
  LARGE_INTEGER time = In(5'000);
  EXPECT_EQ(NtWaitForSingleObject(event, FALSE, &time), STATUS_SUCCESS);
  PTP_WORK work = nullptr;
  ASSERT_EQ(TpAllocWork(
                &work,
                [](PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK) {
                  EXPECT_EQ(TpCallbackMayRunLong(instance), STATUS_SUCCESS);
                  TpDisassociateCallback(instance);
                  LARGE_INTEGER long_time = In(5'000);
                  NtWaitForSingleObject(context, FALSE, &long_time);
                },
                event, nullptr),
            STATUS_SUCCESS);
  TpPostWork(work);
  TpWaitForWork(work, FALSE);  // does not wait for the callback that left
  NtSetEvent(event, nullptr);
  TpReleaseWork(work);
}

TEST_F(PoolTest, Timers) {
  std::atomic<int> runs{0};
  PTP_TIMER timer = nullptr;
  ASSERT_EQ(
      TpAllocTimer(
          &timer, [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_TIMER) { ++*static_cast<std::atomic<int> *>(context); },
          &runs, nullptr),
      STATUS_SUCCESS);
  EXPECT_FALSE(TpIsTimerSet(timer));
  LARGE_INTEGER due = In(3);
  TpSetTimer(timer, &due, 0, 0);
  EXPECT_TRUE(TpIsTimerSet(timer));
  EXPECT_TRUE(Eventually([&] { return runs == 1; }));
  EXPECT_FALSE(TpIsTimerSet(timer));
  TpSetTimer(timer, &due, 2, 0);
  EXPECT_TRUE(Eventually([&] { return runs >= 4; }));
  TpSetTimer(timer, nullptr, 0, 0);
  TpWaitForTimer(timer, TRUE);
  const int seen = runs;
  std::this_thread::sleep_for(10ms);
  EXPECT_EQ(runs, seen);
  due = In(60'000);
  TpSetTimer(timer, &due, 0, 0);
  TpReleaseTimer(timer);
}

TEST_F(PoolTest, Waits) {
  struct Shared {
    std::atomic<int> signals{0};
    std::atomic<int> timeouts{0};
    std::atomic<int> failures{0};
  } shared;
  constexpr int kWaits = 100;  // more than one thread can watch
  PTP_WAIT waits[kWaits];
  HANDLE events[kWaits];
  for (int i = 0; i < kWaits; ++i) {
    events[i] = MakeEvent();
    ASSERT_EQ(
        TpAllocWait(
            &waits[i],
            [](PTP_CALLBACK_INSTANCE, PVOID context, PTP_WAIT, TP_WAIT_RESULT result) {
              auto *const mine = static_cast<Shared *>(context);
              ++(result == STATUS_WAIT_0 ? mine->signals : result == STATUS_TIMEOUT ? mine->timeouts : mine->failures);
            },
            &shared, nullptr),
        STATUS_SUCCESS);
    TpSetWait(waits[i], events[i], nullptr);
  }
  for (HANDLE event : events) {
    NtSetEvent(event, nullptr);
  }
  EXPECT_TRUE(Eventually([&] { return shared.signals == kWaits; }));
  LARGE_INTEGER timeout = In(3);
  TpSetWait(waits[0], events[0], &timeout);
  EXPECT_TRUE(Eventually([&] { return shared.timeouts == 1; }));
  TpSetWait(waits[1], events[1], nullptr);
  TpSetWait(waits[1], nullptr, nullptr);
  NtSetEvent(events[1], nullptr);
  TpSetWait(waits[2], reinterpret_cast<HANDLE>(uintptr_t{0xbad0}), nullptr);
  EXPECT_TRUE(Eventually([&] { return shared.failures == 1; }));
  EXPECT_EQ(shared.signals, kWaits);
  for (PTP_WAIT wait : waits) {
    TpWaitForWait(wait, TRUE);
    TpReleaseWait(wait);
  }
}

TEST_F(PoolTest, CleanupGroups) {
  PTP_CLEANUP_GROUP group = nullptr;
  ASSERT_EQ(TpAllocCleanupGroup(&group), STATUS_SUCCESS);
  TP_CALLBACK_ENVIRON environment = Environment();
  environment.CleanupGroup = group;
  std::atomic<int> runs{0};
  const auto count = [](PTP_CALLBACK_INSTANCE, PVOID context) { ++*static_cast<std::atomic<int> *>(context); };
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(TpSimpleTryPost(count, &runs, &environment), STATUS_SUCCESS);
  }
  PTP_TIMER timer = nullptr;
  ASSERT_EQ(
      TpAllocTimer(&timer, [](PTP_CALLBACK_INSTANCE, PVOID, PTP_TIMER) {}, nullptr, &environment), STATUS_SUCCESS);
  LARGE_INTEGER due = In(60'000);
  TpSetTimer(timer, &due, 0, 0);
  TpReleaseCleanupGroupMembers(group, FALSE, nullptr);
  EXPECT_TRUE(Eventually([&] { return runs == 50 && finalized == 51; }));
  TpReleaseCleanupGroup(group);
}

TEST_F(PoolTest, OldFaces) {
  std::atomic<int> runs{0};
  EXPECT_EQ(RtlQueueWorkItem([](PVOID context) { ++*static_cast<std::atomic<int> *>(context); }, &runs, 0),
            STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return runs == 1; }));
  struct Shared {
    std::atomic<int> signals{0};
    std::atomic<int> timeouts{0};
  } shared;
  const auto callback = [](PVOID context, BOOLEAN timed_out) {
    auto *const mine = static_cast<Shared *>(context);
    ++(timed_out != 0 ? mine->timeouts : mine->signals);
  };
  HANDLE event = MakeEvent();
  HANDLE wait = nullptr;
  ASSERT_EQ(RtlRegisterWait(&wait, event, callback, &shared, 0xffffffff, 0), STATUS_SUCCESS);
  for (int i = 1; i <= 5; ++i) {
    NtSetEvent(event, nullptr);
    EXPECT_TRUE(Eventually([&] { return shared.signals == i; }));
  }
  EXPECT_EQ(RtlDeregisterWaitEx(wait, reinterpret_cast<HANDLE>(intptr_t{-1})), STATUS_SUCCESS);
  NtSetEvent(event, nullptr);
  std::this_thread::sleep_for(3ms);
  EXPECT_EQ(shared.signals, 5);
  ASSERT_EQ(RtlRegisterWait(&wait, MakeEvent(), callback, &shared, 2, WT_EXECUTEONLYONCE), STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return shared.timeouts == 1; }));
  HANDLE gone = MakeEvent();
  RtlDeregisterWaitEx(wait, gone);
  LARGE_INTEGER time = In(5'000);
  EXPECT_EQ(NtWaitForSingleObject(gone, FALSE, &time), STATUS_SUCCESS);
  EXPECT_EQ(RtlRegisterWait(&wait, nullptr, callback, &shared, 2, 0), STATUS_INVALID_HANDLE);

  HANDLE queue = nullptr;
  ASSERT_EQ(RtlCreateTimerQueue(&queue), STATUS_SUCCESS);
  HANDLE timer = nullptr;
  HANDLE other = nullptr;
  ASSERT_EQ(RtlCreateTimer(queue, &timer, callback, &shared, 1, 2, 0), STATUS_SUCCESS);
  ASSERT_EQ(RtlCreateTimer(queue, &other, callback, &shared, 60'000, 0, 0), STATUS_SUCCESS);
  EXPECT_TRUE(Eventually([&] { return shared.timeouts >= 4; }));
  EXPECT_EQ(RtlUpdateTimer(queue, timer, 60'000, 0), STATUS_SUCCESS);
  EXPECT_EQ(RtlUpdateTimer(nullptr, timer, 1, 0), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlDeleteTimer(queue, timer, reinterpret_cast<HANDLE>(intptr_t{-1})), STATUS_SUCCESS);
  EXPECT_EQ(RtlDeleteTimerQueueEx(queue, reinterpret_cast<HANDLE>(intptr_t{-1})), STATUS_SUCCESS);
}

}  // namespace
