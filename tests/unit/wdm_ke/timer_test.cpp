// Timers. Sources: KeSetTimer, KeSetTimerEx, KeCancelTimer, KeInitializeTimerEx (WDK).

#include "fake_ke.hpp"

#include <gtest/gtest.h>

namespace {

constexpr LONGLONG kMillisecond = 10'000;

class Timer : public testing::Test {
 protected:
  void SetUp() override {
    fake::Reset();
    KeInitializeTimer(&timer_);
    KeInitializeDpc(&dpc_, MarkDpc, nullptr);
  }
  static void NTAPI MarkDpc(PKDPC, PVOID, PVOID, PVOID) { fake::Mark('d'); }
  static LARGE_INTEGER In(LONGLONG units) {
    LARGE_INTEGER time;
    time.QuadPart = -units;
    return time;
  }
  KTIMER timer_;
  KDPC dpc_;
};

TEST_F(Timer, FiresOnceAtItsTime) {
  EXPECT_FALSE(KeSetTimer(&timer_, In(100), &dpc_));
  fake::Advance(99);
  EXPECT_FALSE(KeReadStateTimer(&timer_));
  EXPECT_EQ(fake::Took(), "");
  fake::Advance(1);
  EXPECT_TRUE(KeReadStateTimer(&timer_));
  EXPECT_EQ(fake::Took(), "d");
  fake::Advance(1000);
  EXPECT_EQ(fake::Took(), "");
  EXPECT_FALSE(KeCancelTimer(&timer_));
}

TEST_F(Timer, SettingAgainReplacesTheTime) {
  KeSetTimer(&timer_, In(100), &dpc_);
  EXPECT_TRUE(KeSetTimer(&timer_, In(200), &dpc_));
  fake::Advance(150);
  EXPECT_EQ(fake::Took(), "");
  fake::Advance(50);
  EXPECT_EQ(fake::Took(), "d");
}

TEST_F(Timer, CancelTakesItOut) {
  KeSetTimer(&timer_, In(100), &dpc_);
  EXPECT_TRUE(KeCancelTimer(&timer_));
  fake::Advance(200);
  EXPECT_EQ(fake::Took(), "");
  EXPECT_FALSE(KeReadStateTimer(&timer_));
}

TEST_F(Timer, WhatIsDueFiresAtOnce) {
  LARGE_INTEGER zero = In(0);
  EXPECT_FALSE(KeSetTimer(&timer_, zero, &dpc_));
  EXPECT_EQ(fake::Took(), "d");
  EXPECT_TRUE(KeReadStateTimer(&timer_));
}

TEST_F(Timer, PeriodGoesOnUntilCancelled) {
  KeSetTimerEx(&timer_, In(kMillisecond), 2, &dpc_);
  fake::Advance(kMillisecond);
  fake::Advance(2 * kMillisecond);
  fake::Advance(2 * kMillisecond);
  EXPECT_EQ(fake::Took(), "ddd");
  fake::Advance(7 * kMillisecond);  // late: once, and the next a period from now
  EXPECT_EQ(fake::Took(), "d");
  EXPECT_TRUE(KeCancelTimer(&timer_));
}

TEST_F(Timer, SynchronizationTimerLetsOneThrough) {
  KeInitializeTimerEx(&timer_, SynchronizationTimer);
  for (char letter : {'a', 'b'}) {
    fake::Spawn([this, letter] {
      KeWaitForSingleObject(&timer_, Executive, KernelMode, FALSE, nullptr);
      fake::Mark(letter);
    });
  }
  KeSetTimer(&timer_, In(10), nullptr);
  fake::Run();
  EXPECT_EQ(fake::Took(), "a");
  KeSetTimer(&timer_, In(10), nullptr);
  fake::Run();
  EXPECT_EQ(fake::Took(), "b");
}

TEST_F(Timer, ManyTimersFireInOrder) {
  KTIMER timers[8];
  KDPC dpcs[8];
  auto routine = [](PKDPC, PVOID context, PVOID, PVOID) {
    fake::Mark(static_cast<char>(reinterpret_cast<ULONG_PTR>(context)));
  };
  const LONGLONG due[] = {50, 10, 80, 20, 70, 10, 60, 30};
  for (int i = 0; i < 8; i += 1) {
    KeInitializeTimer(&timers[i]);
    KeInitializeDpc(&dpcs[i], routine, reinterpret_cast<PVOID>(static_cast<ULONG_PTR>('0' + i)));
    KeSetTimer(&timers[i], In(due[i]), &dpcs[i]);
  }
  fake::Run();
  EXPECT_EQ(fake::Took(), "15370642");
}

}  // namespace
