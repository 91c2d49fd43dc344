#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <vector>

namespace {

using ke::Standalone;
using support::Running;
using support::System;
using Event = Standalone<ke::Event>;
using Mutant = Standalone<ke::Mutant>;
using Semaphore = Standalone<ke::Semaphore>;

template <typename T, typename... Arguments>
Ref<T> Make(Arguments... arguments) {
  return Adopt(new T(arguments...));
}

coro::Task<Result<NTSTATUS>> One(Ref<ke::Waitable> object, ke::Waiter &waiter, bool alertable = false,
                                 ke::InterruptTime deadline = ke::kNever) {
  co_return co_await ke::WaitOne(std::move(object), waiter, alertable, deadline);
}

coro::Task<Result<NTSTATUS>> Many(std::vector<Ref<ke::Waitable>> objects, WAIT_TYPE type, ke::Waiter &waiter,
                                  ke::InterruptTime deadline = ke::kNever) {
  co_return co_await ke::WaitMany(objects, type, waiter, false, deadline);
}

coro::Task<Result<NTSTATUS>> Nap(ke::Waiter &waiter, bool alertable, ke::InterruptTime deadline) {
  co_return co_await ke::Sleep(waiter, alertable, deadline);
}

class WaitTest : public testing::Test {
 protected:
  ~WaitTest() override { EXPECT_EQ(support::LiveFrames(), 0); }
  System system;
  ke::Waiter a{system.dispatcher};
  ke::Waiter b{system.dispatcher};
  ke::Waiter c{system.dispatcher};
};

TEST_F(WaitTest, SignalledEventNeedsNoWait) {
  auto notification = Make<Event>(NotificationEvent, true);
  auto synchronization = Make<Event>(SynchronizationEvent, true);
  EXPECT_EQ(ke::TryWaitNow(*notification, a, false, ke::kNever), STATUS_SUCCESS);
  EXPECT_TRUE(notification->Signalled());
  EXPECT_EQ(ke::TryWaitNow(*synchronization, a, false, ke::kNever), STATUS_SUCCESS);
  EXPECT_FALSE(synchronization->Signalled());
  EXPECT_EQ(ke::TryWaitNow(*synchronization, a, false, ke::kNever), std::nullopt);
  EXPECT_EQ(ke::TryWaitNow(*synchronization, a, false, 0), STATUS_TIMEOUT);
  EXPECT_EQ(ke::TryWaitNow(*synchronization, a, false, system.clocks.now), STATUS_TIMEOUT);
  EXPECT_EQ(ke::TryWaitNow(*synchronization, a, false, system.clocks.now + 1), std::nullopt);
}

TEST_F(WaitTest, SynchronizationEventWakesOneInOrderAndNotBeforeTheRunQueue) {
  auto event = Make<Event>(SynchronizationEvent);
  Running first(One(event, a));
  Running second(One(event, b));
  EXPECT_EQ(event->Set(), 0);
  EXPECT_FALSE(event->Signalled());
  EXPECT_FALSE(first.Done());
  system.Run();
  ASSERT_TRUE(first.Done());
  EXPECT_EQ(first.Take(), STATUS_SUCCESS);
  EXPECT_FALSE(second.Done());
  event->Set();
  system.Run();
  EXPECT_TRUE(second.Done());
  EXPECT_EQ(event->Set(), 0);
  EXPECT_EQ(event->Set(), 1);
}

TEST_F(WaitTest, NotificationEventWakesAllAndPulseLeavesNothing) {
  auto event = Make<Event>(NotificationEvent);
  Running first(One(event, a));
  Running second(One(event, b));
  EXPECT_EQ(event->Pulse(), 0);
  EXPECT_FALSE(event->Signalled());
  Running third(One(event, c));
  system.Run();
  EXPECT_TRUE(first.Done());
  EXPECT_TRUE(second.Done());
  EXPECT_FALSE(third.Done());
  EXPECT_FALSE(event->Reset());
}

TEST_F(WaitTest, TimesOutAtItsDeadlineOnly) {
  auto event = Make<Event>(NotificationEvent);
  ke::InterruptTime deadline = system.clocks.now + 100;
  Running wait(One(event, a, false, deadline));
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), deadline);
  system.Advance(99);
  EXPECT_FALSE(wait.Done());
  system.Advance(1);
  ASSERT_TRUE(wait.Done());
  EXPECT_EQ(wait.Take(), STATUS_TIMEOUT);
  EXPECT_FALSE(event->HasWaiters());
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
}

TEST_F(WaitTest, SatisfiedWaitLeavesItsDeadline) {
  auto event = Make<Event>(SynchronizationEvent);
  Running wait(One(event, a, false, system.clocks.now + 100));
  event->Set();
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
  system.Advance(1000);
  EXPECT_EQ(wait.Take(), STATUS_SUCCESS);
}

TEST_F(WaitTest, AnyGivesTheIndexOfTheFirst) {
  auto x = Make<Event>(SynchronizationEvent);
  auto y = Make<Event>(SynchronizationEvent);
  auto z = Make<Semaphore>(0, 5);
  Running wait(Many({x, y, z}, WaitAny, a));
  EXPECT_EQ(z->Add(2), 0);
  EXPECT_EQ(z->Count(), 1);
  y->Set();
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_WAIT_2);
  EXPECT_TRUE(y->Signalled());
  Running again(Many({x, y, z}, WaitAny, a));
  EXPECT_EQ(again.Take(), STATUS_WAIT_1);
}

TEST_F(WaitTest, AllTakesEverythingOrNothing) {
  auto x = Make<Event>(SynchronizationEvent);
  auto y = Make<Event>(SynchronizationEvent);
  Running all(Many({x, y}, WaitAll, a));
  x->Set();
  system.Run();
  EXPECT_FALSE(all.Done());
  EXPECT_TRUE(x->Signalled());
  // Somebody else may take the one that is there.
  EXPECT_EQ(ke::TryWaitNow(*x, b, false, 0), STATUS_SUCCESS);
  y->Set();
  system.Run();
  EXPECT_FALSE(all.Done());
  x->Set();
  EXPECT_FALSE(x->Signalled());
  EXPECT_FALSE(y->Signalled());
  system.Run();
  EXPECT_EQ(all.Take(), STATUS_SUCCESS);
}

TEST_F(WaitTest, AllThatCannotBeSatisfiedDoesNotBlockThoseBehind) {
  auto x = Make<Event>(SynchronizationEvent);
  auto y = Make<Event>(SynchronizationEvent);
  Running all(Many({x, y}, WaitAll, a));
  Running one(One(x, b));
  x->Set();
  system.Run();
  EXPECT_FALSE(all.Done());
  EXPECT_TRUE(one.Done());
}

TEST_F(WaitTest, AllRefusesAnObjectTwice) {
  auto x = Make<Event>(SynchronizationEvent, true);
  EXPECT_EQ(Running(Many({x, x}, WaitAll, a)).Take(), STATUS_INVALID_PARAMETER_MIX);
  EXPECT_EQ(Running(Many({x, x}, WaitAny, a)).Take(), STATUS_WAIT_0);
  Running twice(Many({x, x}, WaitAny, a));
  x->Set();
  system.Run();
  EXPECT_EQ(twice.Take(), STATUS_WAIT_0);
  auto stays = Make<Event>(NotificationEvent);
  Running first(Many({stays, stays}, WaitAny, a));
  Running second(Many({x, stays, x, stays}, WaitAny, b));
  stays->Set();
  system.Run();
  EXPECT_EQ(first.Take(), STATUS_WAIT_0);
  EXPECT_EQ(second.Take(), STATUS_WAIT_1);
}

TEST_F(WaitTest, SixtyFourObjects) {
  std::vector<Ref<ke::Waitable>> objects;
  std::vector<Ref<Event>> events;
  for (std::size_t i = 0; i < ke::kMaximumWaitObjects; i += 1) {
    events.push_back(Make<Event>(SynchronizationEvent));
    objects.push_back(events.back());
  }
  Running any(Many(objects, WaitAny, a));
  Running all(Many(objects, WaitAll, b));
  events[63]->Set();
  system.Run();
  EXPECT_EQ(any.Take(), STATUS_WAIT_63);
  for (auto &event : events) {
    EXPECT_FALSE(all.Done());
    event->Set();
    system.Run();
  }
  EXPECT_EQ(all.Take(), STATUS_SUCCESS);
}

TEST_F(WaitTest, NoMemoryForManyBlocksIsAStatus) {
  std::vector<Ref<ke::Waitable>> objects;
  for (int i = 0; i < 4; i += 1) {
    objects.push_back(Make<Event>(SynchronizationEvent));
  }
  auto task = Many(objects, WaitAny, a);
  support::FailAllocationsAfter(0);
  Running wait(std::move(task));
  support::FailAllocationsAfter(-1);
  ASSERT_TRUE(wait.Done());
  EXPECT_EQ(wait.Take(), STATUS_INSUFFICIENT_RESOURCES);
  support::FailAllocationsAfter(0);
  Running none(One(objects[0], a));
  support::FailAllocationsAfter(-1);
  EXPECT_EQ(ToNtStatus(none.Take()), STATUS_INSUFFICIENT_RESOURCES);
}

TEST_F(WaitTest, DroppingTheCoroutineEndsTheWait) {
  auto event = Make<Event>(SynchronizationEvent);
  Running wait(One(event, a, true, system.clocks.now + 10));
  EXPECT_TRUE(a.Waiting());
  wait.Drop();
  EXPECT_FALSE(a.Waiting());
  EXPECT_FALSE(event->HasWaiters());
  Running woken(One(event, a));
  event->Set();
  woken.Drop();
  system.Advance(100);
  Running again(One(event, a));
  event->Set();
  system.Run();
  EXPECT_TRUE(again.Done());
}

TEST_F(WaitTest, TheWaitKeepsItsObjectAlive) {
  auto event = Make<Event>(NotificationEvent);
  Event *raw = event.Get();
  Running wait(One(std::move(event), a));
  raw->Set();  // the last reference goes here
  system.Run();
  EXPECT_TRUE(wait.Done());
}

coro::Task<Result<NTSTATUS>> Borrowed(std::span<const Ref<ke::Waitable>> objects, ke::Waiter &waiter) {
  co_return co_await ke::WaitMany(objects, WaitAny, waiter, false, ke::kNever);
}

TEST_F(WaitTest, TheBlocksAloneKeepTheObjectsAlive) {
  std::vector<Ref<ke::Waitable>> objects;
  auto event = Make<Event>(NotificationEvent);
  auto semaphore = Make<Semaphore>(0, 1);
  auto timer = Make<Standalone<ke::Timer>>(std::ref(system.dispatcher), SynchronizationTimer);
  timer->Set(system.clocks.now + 10, 1);
  auto wait = [&](Ref<ke::Waitable> object) {
    objects = {std::move(object)};
    Running running(Borrowed(objects, a));
    objects.clear();
    return running;
  };
  Event *raw_event = event.Get();
  Running for_event = wait(std::move(event));
  raw_event->Set();
  system.Run();
  EXPECT_TRUE(for_event.Done());
  Semaphore *raw_semaphore = semaphore.Get();
  Running for_semaphore = wait(std::move(semaphore));
  EXPECT_EQ(raw_semaphore->Add(1), 0);
  system.Run();
  EXPECT_TRUE(for_semaphore.Done());
  Running for_timer = wait(std::move(timer));
  system.Advance(10);
  EXPECT_TRUE(for_timer.Done());
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
  auto mutant = Make<Mutant>(&b);
  Running for_mutant = wait(std::move(mutant));
  b.Rundown();
  system.Run();
  EXPECT_EQ(for_mutant.Take(), STATUS_ABANDONED_WAIT_0);
}

TEST_F(WaitTest, CancelAndTermination) {
  auto event = Make<Event>(NotificationEvent);
  EXPECT_FALSE(a.Cancel(STATUS_CANCELLED));
  Running wait(One(event, a));
  EXPECT_TRUE(a.Cancel(STATUS_CANCELLED));
  EXPECT_FALSE(a.Cancel(STATUS_SUCCESS));
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_CANCELLED);
  Running last(One(event, a));
  a.Terminate();
  system.Run();
  EXPECT_EQ(last.Take(), STATUS_THREAD_IS_TERMINATING);
  event->Set();
  EXPECT_EQ(ke::TryWaitNow(*event, a, false, 0), STATUS_THREAD_IS_TERMINATING);
  EXPECT_EQ(Running(Nap(a, false, ke::kNever)).Take(), STATUS_THREAD_IS_TERMINATING);
}

TEST_F(WaitTest, SleepEndsAtItsDeadline) {
  Running nap(Nap(a, false, system.clocks.now + 50));
  system.Advance(49);
  EXPECT_FALSE(nap.Done());
  system.Advance(1);
  EXPECT_EQ(nap.Take(), STATUS_TIMEOUT);
}

TEST_F(WaitTest, Deadlines) {
  auto at = [&](LONGLONG value) {
    LARGE_INTEGER timeout;
    timeout.QuadPart = value;
    return system.dispatcher.Deadline(timeout);
  };
  EXPECT_EQ(system.dispatcher.Deadline(std::nullopt), ke::kNever);
  EXPECT_EQ(at(0), 0u);
  EXPECT_EQ(at(-500), system.clocks.now + 500);
  EXPECT_EQ(at(1), 0u);
  EXPECT_EQ(at(static_cast<LONGLONG>(system.clocks.SystemTime())), 0u);
  EXPECT_EQ(at(static_cast<LONGLONG>(system.clocks.SystemTime() + 7)), system.clocks.now + 7);
  EXPECT_EQ(at(std::numeric_limits<LONGLONG>::min()), system.clocks.now + (1ull << 63));
  EXPECT_GT(at(std::numeric_limits<LONGLONG>::max()), system.clocks.now);
}

TEST_F(WaitTest, DrainIsBounded) {
  struct Again final : ke::Runnable {
    explicit Again(ke::RunQueue &to) : queue(to) {}
    ~Again() = default;
    void Run() override {
      runs += 1;
      queue.Push(*this);
    }
    ke::RunQueue &queue;
    int runs = 0;
  };
  Again item(system.dispatcher.Runs());
  system.dispatcher.Runs().Push(item);
  system.dispatcher.Runs().Push(item);
  EXPECT_EQ(system.dispatcher.Runs().Drain(10), 10u);
  EXPECT_EQ(item.runs, 10);
}

}  // namespace
