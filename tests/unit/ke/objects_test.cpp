#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace {

using ke::Standalone;
using support::Running;
using support::System;
using Mutant = Standalone<ke::Mutant>;
using Semaphore = Standalone<ke::Semaphore>;
using Timer = Standalone<ke::Timer>;

constexpr ke::InterruptTime kMillisecond = 10'000;

coro::Task<Result<NTSTATUS>> One(Ref<ke::Waitable> object, ke::Waiter &waiter) {
  co_return co_await ke::WaitOne(std::move(object), waiter, false, ke::kNever);
}

class ObjectsTest : public testing::Test {
 protected:
  System system;
  ke::Waiter a{system.dispatcher};
  ke::Waiter b{system.dispatcher};
  NTSTATUS Try(ke::Waitable &object, ke::Waiter &waiter) { return *ke::TryWaitNow(object, waiter, false, 0); }
};

TEST_F(ObjectsTest, MutantBelongsToItsOwner) {
  auto mutant = Adopt(new Mutant(&a));
  EXPECT_EQ(mutant->Count(), 0);
  EXPECT_EQ(Try(*mutant, b), STATUS_TIMEOUT);
  EXPECT_EQ(Try(*mutant, a), STATUS_SUCCESS);
  EXPECT_EQ(mutant->Count(), -1);
  EXPECT_EQ(mutant->Unlock(b), std::nullopt);
  EXPECT_EQ(mutant->Unlock(a), -1);
  Running wait(One(mutant, b));
  EXPECT_EQ(mutant->Unlock(a), 0);
  EXPECT_EQ(mutant->Owner(), &b);
  EXPECT_EQ(mutant->Unlock(a), std::nullopt);
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_SUCCESS);
  EXPECT_EQ(mutant->Unlock(b), 0);
  EXPECT_EQ(mutant->Count(), 1);
  EXPECT_EQ(mutant->Unlock(b), std::nullopt);
}

TEST_F(ObjectsTest, MutantIsAbandonedWithItsOwner) {
  auto mutant = Adopt(new Mutant(nullptr));
  auto other = Adopt(new Mutant(nullptr));
  auto thread = std::make_unique<ke::Waiter>(system.dispatcher);
  EXPECT_EQ(Try(*mutant, *thread), STATUS_SUCCESS);
  EXPECT_EQ(Try(*other, *thread), STATUS_SUCCESS);
  Running wait(One(mutant, b));
  thread->Rundown();
  thread.reset();
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_ABANDONED_WAIT_0);
  EXPECT_FALSE(mutant->Abandoned());
  EXPECT_TRUE(other->Abandoned());
  EXPECT_EQ(other->Count(), 1);
  std::array<Ref<ke::Waitable>, 2> both = {Adopt<ke::Waitable>(new Standalone<ke::Event>(NotificationEvent, false)),
                                           other};
  EXPECT_EQ(ke::TryWaitNow(both, WaitAny, b, false, 0), STATUS_ABANDONED_WAIT_0 + 1);
  EXPECT_EQ(Try(*other, b), STATUS_SUCCESS);
}

TEST_F(ObjectsTest, MutantThatDiesLeavesItsOwner) {
  auto mutant = Adopt(new Mutant(&a));
  mutant = nullptr;
  a.Rundown();
}

TEST_F(ObjectsTest, SemaphoreCounts) {
  auto semaphore = Adopt(new Semaphore(1, 3));
  EXPECT_EQ(Try(*semaphore, a), STATUS_SUCCESS);
  EXPECT_EQ(Try(*semaphore, a), STATUS_TIMEOUT);
  EXPECT_EQ(semaphore->Add(4), std::nullopt);
  EXPECT_EQ(semaphore->Add(std::numeric_limits<LONG>::max()), std::nullopt);
  Running first(One(semaphore, a));
  Running second(One(semaphore, b));
  EXPECT_EQ(semaphore->Add(3), 0);
  EXPECT_EQ(semaphore->Count(), 1);
  EXPECT_EQ(semaphore->Add(3), std::nullopt);
  EXPECT_EQ(semaphore->Add(2), 1);
  system.Run();
  EXPECT_TRUE(first.Done());
  EXPECT_TRUE(second.Done());
}

TEST_F(ObjectsTest, TimerOnce) {
  auto timer = Adopt(new Timer(system.dispatcher, NotificationTimer));
  EXPECT_FALSE(timer->Set(system.clocks.now + 100, 0));
  EXPECT_TRUE(timer->Active());
  EXPECT_EQ(timer->Remaining(), 100);
  Running wait(One(timer, a));
  system.Advance(100);
  EXPECT_TRUE(wait.Done());
  EXPECT_TRUE(timer->Signalled());
  EXPECT_FALSE(timer->Active());
  EXPECT_FALSE(timer->Set(system.clocks.now + 100, 0));
  EXPECT_FALSE(timer->Signalled());
  EXPECT_TRUE(timer->Set(system.clocks.now + 200, 0));
  EXPECT_TRUE(timer->Cancel());
  EXPECT_FALSE(timer->Cancel());
  system.Advance(1000);
  EXPECT_FALSE(timer->Signalled());
}

TEST_F(ObjectsTest, TimerInThePastFiresAtOnce) {
  auto timer = Adopt(new Timer(system.dispatcher, SynchronizationTimer));
  EXPECT_FALSE(timer->Set(0, 0));
  EXPECT_TRUE(timer->Signalled());
  EXPECT_EQ(Try(*timer, a), STATUS_SUCCESS);
  EXPECT_FALSE(timer->Signalled());
}

TEST_F(ObjectsTest, PeriodicTimerDoesNotDriftAndSkipsWhatNobodySaw) {
  auto timer = Adopt(new Timer(system.dispatcher, SynchronizationTimer));
  ke::InterruptTime start = system.clocks.now;
  timer->Set(start + kMillisecond, 2);
  system.Advance(kMillisecond + 5);  // a little late
  EXPECT_EQ(Try(*timer, a), STATUS_SUCCESS);
  EXPECT_EQ(timer->Due(), start + 3 * kMillisecond);
  system.Advance(100 * kMillisecond);
  EXPECT_EQ(Try(*timer, a), STATUS_SUCCESS);
  EXPECT_EQ(Try(*timer, a), STATUS_TIMEOUT);
  EXPECT_EQ(timer->Due(), system.clocks.now + 2 * kMillisecond);
  EXPECT_TRUE(timer->Cancel());
}

TEST_F(ObjectsTest, TimerKeptAliveByItsWaiterOnly) {
  auto timer = Adopt(new Timer(system.dispatcher, NotificationTimer));
  timer->Set(system.clocks.now + 10, 1);
  Running wait(One(std::move(timer), a));
  system.Advance(10);
  EXPECT_TRUE(wait.Done());
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
}

}  // namespace
